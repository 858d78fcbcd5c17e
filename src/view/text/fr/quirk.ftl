# quirk.ftl: (empty)
