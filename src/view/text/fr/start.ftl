# start.ftl: (empty)
