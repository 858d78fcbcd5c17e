# pasv.ftl: (empty)
