# error.ftl: (empty)
