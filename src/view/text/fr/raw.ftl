# raw.ftl: (empty)
