# pasv.ftl: the frame of pasv-calc; what it says about an end point is in endpoint.ftl.

pasv-ask = Paste what the server replied (227, 228, 229), a PORT, EPRT or LPRT command, or ADDRESS:PORT, and press Enter. Ctrl-D ends.
pasv-go-on = … and the rest of it?
pasv-connect-needs-host = Connect to which host? The text names none: --host HOST tells the server's.
pasv-connect-nowhere = Nobody can connect to { $address }.
pasv-line-cut = A line was read up to its byte { $most }; { $count } more were left out. Paste only the lines with the addresses.
