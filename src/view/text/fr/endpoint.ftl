# endpoint.ftl: (empty)
