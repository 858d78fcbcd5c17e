# listen.ftl: data connections: waiting for one, who connects, how it ends. pasv-calc --connect and raw use them too.

listen-at = Listening at { $address }: a passive open.
listen-reach-loopback = Only programs on this machine reach it. For a server elsewhere: ftplab listen { $other }, or --for HOST.
listen-reach-loopback-only = Only programs on this machine reach it.
listen-reach-all = Whoever reaches any address of this machine reaches it; the lines below name { $told }.
listen-reach-private = The machines of this network reach it; from outside a NAT keeps them off.
listen-reach-link = Only machines on the same cable or radio network reach it.
listen-reach-global = Every machine that can reach this one reaches it, unless a firewall is in between.
listen-type = Type one of these on the control connection, then LIST, RETR or the like:
listen-type-send = Type one of these on the control connection, then STOR and a name:

listen-connected = { $from } has connected after { $seconds } s: the active open of the server-DTP.
listen-l1 = Its port { $port } is L-1, next to the server's control port L = { $control } (RFC 959 3.2).
listen-ftp-data = Its port { $port } is ftp-data, L-1 of a server on port 21. This one has L = { $control }, so that { $wanted } would be its L-1 (RFC 959 3.2); it takes { $port } all the same.
listen-not-l1 = Its port { $port } is not L-1 = { $wanted } (RFC 959 3.2, control port L = { $control }): the server took any port.
listen-not-l1-privileged = Many do, since { $wanted } needs the administrator's right; a firewall that lets only { $wanted } in stops those.
listen-not-l1-untold = If L is another: --control L.
listen-rejected = { $from } has connected and was turned away: it is not { $expected }. Still listening.
listen-dialled = Data connection open from { $from } (your side, active open) to { $to } (the server-DTP, passive open).
listen-silent = Nothing comes yet. The server sends when LIST or RETR is given on the control connection, not before.
listen-silent-sending = Nothing moves. The server takes the file when STOR is given on the control connection, not before.
listen-go = When the server has answered STOR with 150, press Enter: the file goes out then. Some servers break off when it comes earlier.

listen-end-fin = { $peer } closed the connection in order (FIN): the end of the data (RFC 959 3.4.1).
listen-end-rst = { $peer } broke the connection off (RST): what came may not be all.
listen-end-rst-sending = { $peer } broke the connection off (RST): it has not taken everything.
listen-end-sent = Closed from here (FIN) behind the last byte: that tells the server the end of the file (RFC 959 3.4.1).
listen-end-us = Closed from here.
listen-end-limit = Closed from here: the largest number of bytes that was allowed has moved.
listen-end-timeout = Closed from here: nothing has moved for the time that was allowed.
listen-end-interrupted = Closed from here: interrupted.
listen-amount = { $count ->
    [one] One byte
   *[other] { $bytes } bytes
}, { $line_count ->
    [one] one line
   *[other] { $lines } lines
} in { $seconds } s
listen-rate = {""} ({ $rate }/s)
listen-into = {""}, written to { $file }
listen-from = {""}, from { $file }
listen-against = { $bytes } bytes came from the other end meanwhile and were thrown away. Was the command LIST or RETR? --send goes with STOR.
listen-nobody = Nobody connected within { $seconds } s.
listen-nobody-interrupted = Interrupted; nobody had connected.
listen-accept = The connection could not be taken: { $why }.
listen-two-addresses = { $address } and --for { $host } both tell where to listen: one of them is enough.
