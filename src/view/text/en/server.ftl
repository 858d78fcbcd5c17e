# server.ftl: (empty)
