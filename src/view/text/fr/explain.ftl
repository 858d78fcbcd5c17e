# explain.ftl: (empty)
