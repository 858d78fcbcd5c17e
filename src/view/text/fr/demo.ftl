# demo.ftl: (empty)
