# code.ftl: (empty)
