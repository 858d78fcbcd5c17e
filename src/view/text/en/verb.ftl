# verb.ftl: (empty)
