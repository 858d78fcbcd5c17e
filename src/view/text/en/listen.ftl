# listen.ftl: (empty)
