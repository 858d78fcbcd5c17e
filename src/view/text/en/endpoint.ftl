# endpoint.ftl: end points (PORT, 227 and their kin): arithmetic, judgements, what to type next.

endpoint-host = Host
endpoint-port = Port
endpoint-address = Address
endpoint-under-host = host
endpoint-under-port = port
endpoint-division = { $port } ÷ 256 = { $high } remainder { $low }
endpoint-order = { $high } is the high byte, { $low } the low one
endpoint-hexadecimal = in hexadecimal { $sum }
endpoint-placeholder = HOST
endpoint-port-as-it-stands = { $port }, as it stands; in a PORT it would be two bytes:
endpoint-host-unknown = port { $port } of a host that the text does not name
endpoint-no-ipv6 = (IPv4 only: { $form } has no room for an IPv6 address)

endpoint-port-zero = Port 0 is an error: nobody can listen there, so nobody can connect.
endpoint-privileged = Port { $port } is below 1024, where services listen. A data connection has no business there, and a server should refuse a PORT that names one (RFC 2577 3).
endpoint-nat = The line names { $named }, but the control connection goes to { $control }: the server is behind NAT and names its inner address, where nobody outside can call it.
endpoint-third-party = The line names { $named }, but the control connection goes to { $control }: data would go to or come from a third machine. This is how a bounce attack looks (RFC 2577 2); clients such as curl dial the server instead.
endpoint-not-the-client = The line names { $named }, but the server sees you come from { $own }. Servers call back only their own client: else anyone could aim them at a third machine (bounce attack, RFC 2577 2).
endpoint-unspecified = { $host } is no address that can be called: it stands for “every address of this machine”. What is meant is the host of the control connection; --host HOST completes it.
endpoint-loopback = { $host } is the loopback address, by which a machine reaches itself: it works only where both ends are on one machine.
endpoint-private = { $host } is a private address (RFC 1918): only its own network reaches it.
endpoint-private-server = If the server is elsewhere, it is behind NAT: the host of the control connection is the one to dial (--host HOST).
endpoint-private-user = A server elsewhere cannot call it back, because a NAT is in between: passive mode is for that.
endpoint-shared = { $host } is an address between a provider and its customers (RFC 6598): only its own network reaches it.
endpoint-unique-local = { $host } is a private IPv6 address (RFC 4193): only its own network reaches it.
endpoint-link-local = { $host } is a link-local address: only machines on the same cable or radio network reach it.
endpoint-documentation = { $host } is set aside for examples in books (RFC 5737, RFC 3849): no machine has it.
endpoint-multicast = { $host } is a multicast address, a group of machines: TCP cannot connect to it.
endpoint-reserved = { $host } is reserved or a broadcast address: TCP cannot connect to it.
endpoint-instead = The place to dial is { $address }: the server's own host with this port. Clients do the same.

endpoint-next-dial = The server-DTP listens there (passive open), your side dials it (active open). In another terminal:
endpoint-next-dial-if = If a server said it (227), the server-DTP listens there and your side dials it:
endpoint-next-listen = Your side listens there (passive open), the server-DTP dials it (active open). In another terminal, before LIST, RETR or STOR:
endpoint-next-listen-if = If you are to say it (PORT), your side listens there first and the server-DTP dials it:
endpoint-next-host = The host is the one at the other end of the control connection (RFC 2428 3 for a 229). --host HOST completes it:
endpoint-next-nowhere = There is nothing to dial.

endpoint-fault = Here: { $phrase }.
endpoint-fault-nothing = Nothing in this text is the end point of a data connection.
endpoint-fault-address = What stands before the port is not an IP address.
endpoint-fault-no-port = Here the port is missing: a number from 0 to 65535.
endpoint-expected = Expected: { $what }.
endpoint-expected-any = a 227, 228 or 229 reply, a PORT, EPRT or LPRT command, six numbers (192,168,52,7,205,179), the two of a port (205,179), or ADDRESS:PORT
endpoint-expected-tuple = six numbers from 0 to 255 with commas between them, h1,h2,h3,h4,p1,p2 (RFC 959 4.1.2)
endpoint-expected-pair = two numbers from 0 to 255, the high byte of the port first
endpoint-expected-eprt = |1|IPv4 address|port| or |2|IPv6 address|port| (RFC 2428 2)
endpoint-expected-229 = the port between delimiters, (|||6446|) (RFC 2428 3)
endpoint-expected-long = 4,4,h1,…,h4,2,p1,p2 or 6,16,h1,…,h16,2,p1,p2 (RFC 1639)
endpoint-expected-address = ADDRESS:PORT, such as 192.168.52.2:5000 or [2001:db8::1]:5000
