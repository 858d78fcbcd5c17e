# quirk.ftl: oddities of a dialogue, a sentence each. The rule (RFC and section) is added behind it.

quirk-bare-lf = The line ends with LF alone; a line of FTP ends with CR LF.
quirk-bare-cr = A CR stands inside the line and ends nothing.
quirk-nul = A NUL stands inside the line.
quirk-line-too-long = The line is too long: { $count ->
    [one] one byte of it was dropped.
   *[other] { $count } bytes of it were dropped.
}
quirk-line-unfinished = The connection ended in the middle of a line.
quirk-telnet-negotiation = Telnet commands stand in the line; they were taken out of it.
quirk-telnet-interrupt = Telnet's interrupt comes before the command, as it may before ABOR and STAT.
quirk-telnet-stray = The byte 255 begins a Telnet command; in text it is sent twice.
quirk-bytes-missing = { $count ->
    [one] One byte is
   *[other] { $count } bytes are
} missing here.
quirk-piece-of-line = A piece of a line, next to missing bytes, makes no sense by itself.
quirk-empty-command = An empty line is no command.
quirk-leading-blanks = Blanks stand before the verb.
quirk-unknown-verb = No RFC registers this verb.
quirk-before-greeting = The command was sent before the server's greeting.
quirk-pipelined = A command was sent before the reply to the last one.
quirk-pass-without-user = PASS comes without USER before it.
quirk-rnto-without-rnfr = RNTO comes without RNFR before it.
quirk-default-data-port = Neither PORT nor PASV came before this transfer: it is meant for the default data port.
quirk-third-party = The address is not the client's own: data for a third host.
quirk-privileged-port = Port { $port } is below 1024, where no data connection of a client belongs.
quirk-port-zero = The { $form } names port 0, where nobody can connect.
quirk-bad-endpoint = The { $form } cannot be read: { $fault }.
quirk-odd-endpoint-parentheses = The { $form } has no parentheses around its numbers; none are promised.
quirk-odd-endpoint-digits = Other digits stand before the numbers of the { $form }.
quirk-odd-endpoint-delimiter = The { $form } has another delimiter than the vertical bar.
quirk-odd-endpoint-host = The { $form } names a host; only the port counts, the host is the server.
quirk-odd-endpoint-blanks = Blanks stand between the numbers of the { $form }.
quirk-passive-host-differs = The reply names another host than the server's: an address behind NAT, or a trick.
quirk-passive-mismatch = { $verb } was answered with a { $code }; the number of the reply decides how it is read.
quirk-no-code = The line does not begin with three digits, so it is no reply.
quirk-no-blank-after-code = Text stands right behind the three digits; a blank or a hyphen belongs there.
quirk-code-alone = The three digits stand alone; a blank and a text belong behind them.
quirk-undefined-code = { $code } begins with a digit that has no meaning.
quirk-inner-line-like-reply = A line inside the reply begins with { $code } and a blank, as if another reply ended there.
quirk-closed-by-other-code = The reply that { $open }- began was ended by { $by }; only { $open } and a blank may end it.
quirk-never-closed = The reply that { $code }- began was never ended.
quirk-reply-too-long = The reply is too long: { $count ->
    [one] one line of it was dropped.
   *[other] { $count } lines of it were dropped.
}
quirk-unsolicited = No command asked for this { $code }: whoever counts replies is one off now.
quirk-no-greeting = The server's first reply is no greeting.
quirk-unexpected-code = { $code } is not among the replies to { $verb }.
quirk-no-preliminary = { $verb } was answered with { $code } at once; a 1yz begins a transfer.
quirk-second-preliminary = A second 1yz came in answer to one { $verb }.
quirk-path-unquoted = The 257 has no path in double quotes.
quirk-size-malformed = The 213 in answer to SIZE is no number.
quirk-time-malformed = The 213 in answer to MDTM is no time (YYYYMMDDHHMMSS).
quirk-tls-without-auth = A TLS handshake begins that no AUTH was accepted for.
quirk-too-many-outstanding = Too many commands wait for a reply; the oldest is no longer tracked.
quirk-untold = { $count ->
    [one] One more oddity is
   *[other] { $count } more oddities are
} not told in full.

quirk-fault-no-tuple = no numbers with commas between them
quirk-fault-count = { $wanted } numbers with commas between them are wanted, { $found } stand there
quirk-fault-range = { $value } is above 255, the most that a byte holds
quirk-fault-port = { $value } is above 65535, the highest port
quirk-fault-number = a number is wanted
quirk-fault-delimiter = the delimiter (usually |) is wanted
quirk-fault-family = the address family is unknown
quirk-fault-host = the host is not an address of its family
quirk-fault-length = the length does not fit the address family
