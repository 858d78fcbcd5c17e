# inspect.ftl: what a capture shows. Reasons, remarks and notes are sentences; labels of tables begin with inspect-label.

inspect-reason-whole = The data came whole and the reply says so.
inspect-reason-reset-at-end = The reply says that all went well; but the sender reset the data connection, and in stream mode its orderly end is the end of the file (RFC 959 3.4.1): whether all came cannot be told.
inspect-reason-shorter = The reply is good and the connection ended in order, but { $bytes } bytes came where { $declared } were announced.
inspect-reason-partly-frames = The transfer went well; the capture lacks frames with { $missing } bytes of it and holds { $bytes }.
inspect-reason-partly-snaplen = The transfer went well; the capture kept only the beginning of each frame (snapshot length) and lacks { $missing } bytes.
inspect-reason-partly-late = The transfer went well; the capture began after its data connection and holds { $bytes } bytes.
inspect-reason-partly-early = The transfer went well; the capture ends after { $bytes } of { $of } bytes ({ $percent } %).
inspect-reason-control-only = The replies say that it went well. The capture holds the control connection only, as a filter for its port makes it.
inspect-reason-not-captured = The replies say that it went well. Its data connection is not in the capture.
inspect-reason-refused = The server said no: { $code }.
inspect-reason-no-answer = { $times ->
    [one] The SYN to { $to } was never answered.
   *[other] { $times } SYNs to { $to } were never answered (spaced { $spacing }).
}
inspect-reason-no-answer-private = That address only exists inside its own network, so nobody reaches it from outside.
inspect-reason-no-answer-differs = It is not the address of the control connection: a server behind NAT that names its inside address looks like this.
inspect-reason-rejected = { $to } answered the SYN with a reset (frame { $frame }): nobody listens there, or a firewall says no.
inspect-reason-undelivered = { $reporter } says that the SYN cannot be delivered: { $what } (ICMP, frame { $frame }).
inspect-reason-nobody-passive = The client never connected to { $listen }, where the server waited.
inspect-reason-nobody-active = The server never connected to { $listen }, where the client waited.
inspect-reason-nobody-passive-unknown = The client never opened the data connection.
inspect-reason-nobody-active-unknown = The server never opened the data connection.
inspect-reason-failed = It ended with { $code } after { $bytes } bytes.
inspect-reason-failed-reset = It ended with { $code } after { $bytes } bytes; the data connection was reset by { $who ->
    [client] the client
    [server] the server
   *[network] a machine in between
}.
inspect-reason-control-ended = { $who ->
    [client] The client
    [server] The server
   *[network] A machine in between
} closed the control connection before the final reply.
inspect-reason-control-reset = { $who ->
    [client] The client
    [server] The server
   *[network] A machine in between
} reset the control connection before the final reply.
inspect-reason-control-announced = The server gave the session up (421) before the final reply.
inspect-reason-aborted = The client broke it off (ABOR) after { $bytes } bytes.
inspect-reason-capture-ends = The capture ends before the final reply.
inspect-reason-capture-ends-before = The capture ends before any reply.
inspect-reason-unused = Nobody connected and no command used it.
inspect-reason-unused-dialled = The data connection was opened and closed, and no command used it.
inspect-reason-orphan-20 = A data connection by its port, 20; its control connection is not in the capture.
inspect-reason-orphan = It looks like a directory listing; its control connection is not in the capture.
inspect-reason-encrypted = The commands are encrypted: that this is a data connection follows from its hosts and its time only.
inspect-reason-inferred = The capture lacks what was agreed on; the connection was matched by its hosts and its time.

inspect-icmp-network = network unreachable
inspect-icmp-host = host unreachable
inspect-icmp-protocol = protocol unreachable
inspect-icmp-port = port unreachable
inspect-icmp-prohibited = forbidden by a filter
inspect-icmp-time = time exceeded on the way
inspect-icmp-other = type { $kind }, code { $code }

inspect-remark-data-before-preliminary = Data came before the 1yz reply that announces it.
inspect-remark-completion-before-end = The final reply came before the data connection had ended: whoever stops at the reply loses the rest.
inspect-remark-shorter-than-declared = { $bytes } bytes came; { $declared } were announced.
inspect-remark-longer-than-declared = { $bytes } bytes came; only { $declared } were announced.
inspect-remark-address-translated = Advertised was { $listen }, used was { $used }: an address was translated on the way (NAT), or the client put the server's own in its place.
inspect-remark-server-to-server = The data connection runs between two servers; the client controls both.
inspect-remark-data-source-port = The data connection comes from port { $port }; RFC 959 3.2 names { $expected }, the port next to the control port.
inspect-remark-bytes-differ = Two frames differ about { $bytes } bytes of the same place; frame { $first } counts, frame { $second } does not.
inspect-remark-edited-capture = Many short gaps between segments: it looks as if somebody had shortened the payload and left the sequence numbers.
inspect-remark-one-direction = Nothing of this direction was captured.
inspect-remark-seen-twice = Session { $other } looks like this one again, seen on the other side of a router that translates addresses (NAT): there the client is { $client } and the server { $server }. { $evidence }
inspect-twin-numbers = The same bytes begin both, and both initial sequence numbers are the same ({ $client } and { $server }).
inspect-twin-order = The same lines begin both; the client’s come first in the one, the server’s first in the other.

inspect-note-cut = The file ends in the middle of a packet: what it holds was read, what follows is missing. If it is still being written, end the recording and inspect it again.
inspect-note-damaged = The file is damaged at byte { $at }; what stands before was read.
inspect-note-damaged-wrapper = The compressed data is damaged; what came before was read.
inspect-note-unreadable = The system stopped reading the file; what came before was used.
inspect-note-no-packets = The file holds no packet.
inspect-note-no-tcp = No FTP in this capture, and no TCP connection either.
inspect-note-no-ftp = No FTP in this capture. It holds { $count ->
    [one] one TCP connection
   *[other] { $count } TCP connections
} (by port: { $ports }).
inspect-note-port = { $port }: { $count }
inspect-note-implicit-tls = { $count ->
    [one] One connection
   *[other] { $count } connections
} to port 990: FTP inside TLS from the first byte, which a capture cannot show.
inspect-note-dropped = The capturing program lost { $count ->
    [one] one packet
   *[other] { $count } packets
}, as the file says.
inspect-note-snaplen = { $count ->
    [one] One packet was
   *[other] { $count } packets were
} not kept whole. Capture with tcpdump -s 0.
inspect-note-snaplen-at = { $count ->
    [one] One packet was
   *[other] { $count } packets were
} cut after { $length } bytes (snapshot length). Capture with tcpdump -s 0.
inspect-note-lost = { $count ->
    [one] One byte of FTP's connections is
   *[other] { $bytes } bytes of FTP's connections are
} in no frame of the capture.
inspect-note-endpoint = Recorded by ftplab at one end, not on the network: payload, times and addresses are real; handshakes, acknowledgements, sequence numbers and windows are invented.
inspect-note-filter = The capture filter “{ $filter }” let no data connection through: they use other ports. Capture with tcpdump -s 0 -w FILE host SERVER.
inspect-note-control-only = Data connections were agreed on and none is in the capture, as a filter for the control port makes it: data connections use other ports. Capture with tcpdump -s 0 -w FILE host SERVER.
inspect-note-midstream = { $count ->
    [one] One connection
   *[other] { $count } connections
} of FTP began before the capture did. Start the capture first, then the client.
inspect-note-one-way = Of { $count ->
    [one] one control connection
   *[other] { $count } control connections
} only one direction was captured. Capture with tcpdump -s 0 -w FILE host SERVER, where both directions pass.
inspect-note-seen-twice = { $count ->
    [one] One session is in this capture twice, and so are its transfers
   *[other] { $count } sessions are in this capture twice, and so are their transfers
}: it was recorded on both sides of a router that translates addresses (NAT). --session N shows one of them.
inspect-note-duplicates = { $count ->
    [one] One frame was
   *[other] { $count } frames were
} captured twice, as on the device “any”; each counts once.
inspect-note-checksums = { $wrong } of { $checked } TCP checksums are wrong: the network card computes them after the capture (offload). Nothing was left out for it.
inspect-note-segmentation = { $count ->
    [one] One packet has
   *[other] { $count } packets have
} no IP length: the network card cuts them after the capture (offload).
inspect-note-backwards = The clock runs backwards at { $count ->
    [one] one packet
   *[other] { $count } packets
}.
inspect-note-conflicts = Of { $count ->
    [one] one byte
   *[other] { $count } bytes
} the capture holds two versions; the first counts.
inspect-note-edited = { $count ->
    [one] One connection looks
   *[other] { $count } connections look
} edited: payload was shortened, sequence numbers were not.
inspect-note-unread = { $count ->
    [one] One packet was
   *[other] { $count } packets were
} not read: { $why }.
inspect-note-oversized = { $count ->
    [one] One packet is
   *[other] { $count } packets are
} too long to be one, and was skipped.
inspect-note-evicted = { $count ->
    [one] One connection was
   *[other] { $count } connections were
} given up because too many were open at a time.
inspect-note-overheld = { $count ->
    [one] One gap was
   *[other] { $count } gaps were
} given up because more than { $most } MB behind it ({ $all } MB behind all gaps) had come: what came later to fill it was not used.
inspect-note-uncompared = { $count ->
    [one] One byte came again, or too late, when nothing was kept to compare it with
   *[other] { $bytes } bytes came again, or too late, when nothing was kept to compare them with
} (the last { $window } kB of { $directions } directions are): what came first counts.

inspect-unread-link = link type { $name } is not known here
inspect-unread-ethertype = protocol { $name } on the link is not IP
inspect-unread-ppp = PPP protocol { $name } is not IP
inspect-unread-protocol = IP protocol { $name } is not TCP
inspect-unread-cut = the capture cut them inside their headers
inspect-unread-ip = their IP header contradicts itself
inspect-unread-tcp = their TCP header contradicts itself
inspect-unread-tunnel = their tunnel is not understood
inspect-unread-fragment = they are IP fragments, put together where all parts were captured within { $seconds } s
inspect-unread-llc = they carry no IP
inspect-unread-other = other reasons

inspect-label-client = Client
inspect-label-server = Server
inspect-label-handshake = TCP
inspect-label-greeting = Greeting
inspect-label-user = User
inspect-label-mode = Mode
inspect-label-closed = Closed
inspect-label-agreed = Agreed
inspect-label-connection = Connection
inspect-label-data = Data
inspect-label-reply = Reply
inspect-label-path = Path
inspect-label-hash = SHA-256
inspect-label-odd = Odd
inspect-label-note = Note
inspect-label-rest = REST
inspect-label-reason = Why

inspect-head = { $file } ({ $format })
inspect-total = { $packets } packets in { $seconds } s from { $start }: { $sessions ->
    [one] one FTP session
   *[other] { $sessions } FTP sessions
}, { $transfers ->
    [one] one transfer
   *[other] { $transfers } transfers
}.
inspect-session = Session { $n }, frames { $first } to { $last }
inspect-part = Session { $n } goes on; what came so far
inspect-orphans = Data connections without a control connection
inspect-opens = opens the connection (active open)
inspect-accepts = waits for it (passive open)
inspect-handshake = handshake: SYN in frame { $syn }, SYN-ACK in { $synack }, ACK in { $ack }
inspect-handshake-late = handshake: SYN-ACK in frame { $synack }; the SYN was not captured
inspect-handshake-none = no handshake: the capture begins later
inspect-hello = { $who ->
    [client] client
   *[server] server
}: initial sequence number { $isn }, window { $window }
inspect-greeting = { $line } (frame { $frame })
inspect-user-in = { $user }, logged in ({ $said })
inspect-user-refused = { $user }, not logged in ({ $said })
inspect-user-half = { $user }, and no PASS behind it ({ $said })
inspect-user-asked = { $user }, no verdict captured ({ $said })
inspect-user-none = nobody tried to log in
inspect-user-tries = { $count } login attempts, { $good } accepted
inspect-tls = encrypted from frame { $frame }: { $bytes } bytes of the control connection cannot be read
inspect-mode-active = active: the server connects to the client
inspect-mode-passive = passive: the client connects to the server
inspect-mode-both = active and passive
inspect-closed-fin = by { $who ->
    [client] the client
    [server] the server
    [other] the other host
    [opener] the end that opened it
   *[acceptor] the end that accepted it
}, FIN in frame { $frame }
inspect-closed-reset = by { $who ->
    [client] the client
    [server] the server
    [other] the other host
    [opener] the end that opened it
   *[acceptor] the end that accepted it
}, reset in frame { $frame }
inspect-closed-open = still open when the capture ends
inspect-odd = { $sentence } Frame { $frame }.
inspect-odd-more = and { $count } more; --json lists them all
inspect-no-command = (no command)
inspect-no-control = (no control connection)
inspect-at-frame = frame { $frame }
inspect-frames = frames { $first } to { $last }
inspect-agreed-passive = passive: in frame { $frame } ({ $verb }) the server says that it waits at { $listen }
inspect-agreed-active = active: in frame { $frame } ({ $verb }) the client says that it waits at { $listen }
inspect-agreed-default = nothing was agreed on: the default data ports hold (RFC 959 3.2)
inspect-port = port: { $sum }
inspect-connection = { $who ->
    [client] the client connects
    [server] the server connects
    [other] the other host connects
   *[opener] one end connects
}: { $from } to { $to }, SYN in frame { $frame }
inspect-connection-late = { $from } to { $to }, from frame { $frame }; its beginning was not captured
inspect-data-none = none
inspect-data-up = { $bytes } bytes from the client, { $frames }
inspect-data-down = { $bytes } bytes from the server, { $frames }
inspect-data-opener = { $bytes } bytes from the end that opened it, { $frames }
inspect-data-acceptor = { $bytes } bytes from the end that accepted it, { $frames }
inspect-data-up-down = { $up } bytes from the client, { $down } bytes from the server, { $frames }
inspect-data-both = { $up } bytes one way, { $down } bytes the other way, { $frames }
inspect-rate = , { $seconds } s, { $rate }/s
inspect-missing = { $bytes } bytes are missing
inspect-rest = begins at byte { $offset } of the file
inspect-reply = { $code } in frame { $frame }
inspect-more-bytes = [+{ $count } bytes]

inspect-verdict-complete = complete
inspect-verdict-complete-partly-captured = complete, partly captured
inspect-verdict-complete-not-captured = complete, not captured
inspect-verdict-refused = refused
inspect-verdict-never-opened = never opened
inspect-verdict-failed = failed
inspect-verdict-aborted = aborted
inspect-verdict-unfinished = unfinished
inspect-verdict-unused = unused
inspect-verdict-orphan = without control connection
inspect-verdict-encrypted = encrypted

inspect-interrupted = Interrupted: what is told is what had been read by then.{ $unread ->
    [0] {""}
    [one] {" "}One capture was not read.
   *[other] {" "}{ $unread } captures were not read.
}

inspect-unopened-empty = the file is empty. If tcpdump is still recording into it, end it with Ctrl-C: it writes late (tcpdump -U writes each packet at once).
inspect-unopened-header = the file ends inside its header, after { $count ->
    [one] one byte
   *[other] { $count } bytes
}.
inspect-unopened-unknown = no capture: it begins with the bytes { $magic }. Captures are pcap, pcapng or snoop files; what else Wireshark reads, editcap -F pcap converts.
inspect-unopened-version = { $format } of version { $version } is not read here. Try: editcap -F pcap { $file } NEW.pcap
inspect-unopened-deep = it is compressed too many times over. Unpack it first.
inspect-zstd-window = a Zstandard window of { $size } MB, and no more than { $most } MB are read here
inspect-note-zstd-window = Further on, the file was compressed with { $window }; what comes before was read. Unpack it first: zstd -d --long=31
inspect-unopened-zstd-window = it was compressed with { $window }. Unpack it first: zstd -d --long=31 { $file }
inspect-unopened-wrapper = the compressed data is damaged before the first packet.
inspect-foreign-editcap = this is a capture in the format of { $name }. Convert it: editcap -F pcap { $file } NEW.pcap
inspect-foreign-unpack = it is packed in a way that is not read here. Unpack it first: { $name } { $file }
inspect-foreign-etl = this is an event trace of Windows. Convert it there: pktmon etl2pcap { $file } or etl2pcapng { $file } NEW.pcapng
inspect-foreign-bluetooth = this is a Bluetooth log; no FTP travels in it.
inspect-foreign-html = this is a web page, not a capture: most often a login or error page that was saved in its place. Download it again.
inspect-foreign-export = this is an export in { $name }, not the capture itself. Take the file that it was made from.
inspect-foreign-lfs = this is a pointer of Git LFS, not the file itself. Fetch it: git lfs pull
inspect-foreign-text = this is text, such as tcpdump and tshark print. Write packets instead: tcpdump -s 0 -w FILE host SERVER

inspect-ladder-session = Session { $n }: client { $client }, server { $server }
inspect-ladder-frame = frame
inspect-ladder-time = seconds
inspect-ladder-more = and { $count } more
inspect-ladder-lines = (+ { $count ->
    [one] one line
   *[other] { $count } lines
})
inspect-ladder-data = { $bytes } bytes
inspect-ladder-data-to = { $bytes } bytes, to frame { $last }

inspect-filter-inside = The capture is inside ftplab: write it to a file first
inspect-filter-merged = Wireshark reads one file: make one of them first
inspect-filter-stream = Standard input leaves no file; FILE is the one that you keep, as with tee FILE
inspect-copy-one = --copy writes one capture that ftplab brings.
inspect-copy-a-file = --copy writes a capture that ftplab brings; { $file } is a file already.
inspect-filter-session = Session { $n }: control connection
inspect-filter-transfer = Transfer { $n }: { $what }
inspect-filter-connection = Data connection { $n }

inspect-summary-sessions = { $sessions ->
    [one] one session
   *[other] { $sessions } sessions
}, { $transfers ->
    [one] one transfer
   *[other] { $transfers } transfers
}
inspect-summary-active = active
inspect-summary-passive = passive
inspect-summary-cut = the file is cut
inspect-summary-total = { $files ->
    [one] One file
   *[other] { $files } files
}, { $bad } not read: { $sessions ->
    [one] one session
   *[other] { $sessions } sessions
}, { $transfers ->
    [one] one transfer
   *[other] { $transfers } transfers
}.

inspect-none-shipped = neither a file nor a capture that ftplab brings. It brings: { $names }
inspect-empty-folder = In the folder { $folder } is no capture: no name ends with .pcap, .pcapng, .cap, .dmp or .snoop, and no file begins as a capture does.
inspect-extract-full = it is not empty. Files are only extracted into a new or empty folder, so that nothing is overwritten.

inspect-mark-met = yes
inspect-mark-unmet = NO
inspect-mark-frames = (frames { $frames })
inspect-mark-total = { $file }: { $met } of { $of }
inspect-expect-logged-in = Somebody logged in.
inspect-expect-logged-in-as = { $user } logged in.
inspect-expect-no-failed-login = No login was refused.
inspect-expect-active = Active mode was used.
inspect-expect-passive = Passive mode was used.
inspect-expect-both = Active and passive mode were both used.
inspect-expect-retrieved = The file { $name } was fetched
inspect-expect-retrieved-any = A file was fetched
inspect-expect-bytes = { $count ->
    [one] one byte
   *[other] { $bytes } bytes
}
inspect-expect-stored = The file { $name } was sent
inspect-expect-stored-any = A file was sent
inspect-expect-listed = A directory was listed.
inspect-expect-port = A SYN went to the port that the six numbers make.
inspect-mark-tried-only = No data connection was opened, though.
inspect-expect-commands = These commands came in this order: { $verbs }.
inspect-expect-no-refusal = The server refused nothing (no 4yz, no 5yz).
inspect-expect-goodbye = QUIT was answered by 221.
inspect-expect-reply = The server answered { $code }.
inspect-expect-sessions = { $count ->
    [0] There is no session.
    [one] There is one session.
   *[other] There are { $count } sessions.
}
inspect-expect-server = The server is { $server }.
inspect-expect-whole = The capture holds every transfer that went well.
inspect-rubric-too-long = the rubric is longer than { $limit } kB.
inspect-rubric-not-utf8 = the rubric is not UTF-8; save it as UTF-8 text.
inspect-rubric-at = line { $line }, column { $column }: { $detail }
inspect-rubric-toml = this is no TOML: { $detail }
inspect-rubric-unknown = there is no field “{ $name }” here; there is: { $known }
inspect-rubric-value = “{ $name }” is written like this: { $like }
inspect-rubric-one = expectation { $number } names { $found } things; each [[expect]] names exactly one.
inspect-rubric-count = the rubric has { $found } expectations; it needs at least one [[expect]] and takes { $most }.
inspect-rubric-no-commands = expectation { $number } names no commands; write, for example, commands = ["USER", "LIST"]
inspect-rubric-command = expectation { $number }: “{ $command }” is no verb; commands are named without what follows them, as in ["RETR", "QUIT"].
inspect-rubric-reply = expectation { $number }: { $code } is no reply code; those have three digits.
inspect-rubric-sha256 = expectation { $number }: “{ $hash }” is no SHA-256, which has 64 hexadecimal digits, as sha256sum prints them.

inspect-html-one = --html makes a page of one capture. With --merge several are read as one.
inspect-html-notes = What the capture can show
inspect-html-sessions = Sessions
inspect-html-transfers = Transfers
inspect-html-number = No.
inspect-html-command = Command
inspect-html-verdict = Verdict
inspect-html-handshake = handshake in frames { $frames }
inspect-html-logged-in = logged in
inspect-html-not-logged-in = not logged in
inspect-html-ladder = Ladder
inspect-html-ladder-says = Arrows between client and server in the order of the frames: the control connection thin, data connections thick and dashed. The same is in the table of transfers and in the dialogue.
inspect-html-bytes = Bytes over time
inspect-html-bytes-says = A curve for each data connection, with the number of its transfer at its end. The totals are in the table of transfers.
inspect-html-dialogue = Dialogue
inspect-html-unfold = Frame, seconds since the first frame, and the line. Unfold a line for its explanation.
inspect-html-foot = Made by ftplab inspect.
inspect-user-earlier = not in the capture
inspect-gave-up = the server had given the session up: 421 in frame { $frame }
inspect-agreed-active-other = active: in frame { $frame } ({ $verb }) the client names { $listen }, which is not its address here
inspect-data-other = { $bytes } bytes from the other host, { $frames }
inspect-hash-lf = TYPE A: { $crlf } lines end with CR LF, { $lf } with LF alone; kept with LF the file has
inspect-not-decoded = MODE { $mode }, STRU { $structure }: the bytes are counted as they came, not decoded
inspect-reason-command-missing = The data came whole; the command that asked for it is not in the capture.
inspect-chosen = { $name }, a name that the server chose
inspect-refused = { $verb } { $listen } in frame { $frame }: the server said no
inspect-label-refused = Refused
inspect-reason-no-answer-differs-active = It is not the address of the control connection: a client behind NAT that names its inside address looks like this.
inspect-odd-again = { $sentence } { $count } times, { $named ->
    [one] frame
   *[other] frames
} { $frames }.
inspect-auth = AUTH { $mechanism } in frame { $frame }, and the server agreed
inspect-protected = { $count ->
    [one] one command is encrypted by itself (MIC, CONF or ENC) and cannot be read
   *[other] { $count } commands are encrypted one by one (MIC, CONF, ENC) and cannot be read
}
inspect-other-port = not FTP’s own port 21: known by what is said on it
inspect-user-of = { $user }: { $count ->
    [one] one attempt
   *[other] { $count } attempts
}, { $good } accepted
inspect-unanswered = { $count ->
    [one] { $verb } in frame { $frame } has no reply in the capture
   *[other] { $count } commands have no reply in the capture; the first is { $verb } in frame { $frame }
}
inspect-label-security = Security
inspect-user-pass = USER and PASS in frames { $user }, { $pass }
inspect-reason-dialled-instead = { $who ->
    [server] The server
   *[client] The client
} tried { $to } instead (frame { $frame }).
inspect-reason-bytes-exchanged = The two bytes of the port were exchanged: { $sum }.
inspect-note-no-control = No FTP session in this capture: its control connection is missing, there are data connections only.

inspect-user-others = further attempts: { $count }; --dialogue shows them all
inspect-note-unexpected = { $count ->
    [one] One agreed port was
   *[other] { $count } agreed ports were
} not remembered because too many were open at a time: data connections to them stand without a session.
inspect-note-unproven = { $count ->
    [one] One connection was
   *[other] { $count } connections were
} taken for something other than FTP before it had shown, because too many had not: { $most } MB of such beginnings are kept.
inspect-note-shortened = { $count ->
    [one] One line, reply or command was
   *[other] { $count } lines, replies or commands were
} cut or forgotten because too much of all sessions waited to be completed: { $most } MB of it are kept.
inspect-note-long-blocks = { $count ->
    [one] One block of the file that is no packet is longer than 64 kB and was
   *[other] { $count } blocks of the file that are no packets are longer than 64 kB and were
} not looked at: names and comments in it are not shown.
inspect-log-more = { $count ->
    [one] one more command, reply or transfer is left out
   *[other] { $count } more commands, replies and transfers are left out
}: the log of a session has { $most } MB at most, those of sessions that go on together have { $all } MB; --json tells all
inspect-unsorted = The report is longer than { $most } MB: its sessions stand as they ended, and what is to be known about the whole capture comes here. --json, --session N or --host tell less at a time.
inspect-extract-lost = not all files could be written into { $folder }: { $why }. { $kept } written, { $lost } not; the manifest says which (“stored”: false). Make room, and extract into a new folder.
inspect-extract-beyond = { $folder } takes { $most } files and no more: { $files } more, with { $bytes } bytes, were not written; the manifest says of which transfers (“left_out”). --session N or --host extract less at a time.
inspect-manifest-cut = the manifest { $file } could not be written whole: { $why }. Files written: { $kept }, not written: { $lost }. Make room, and extract into a new folder.
inspect-no-session = there is no session { $n } in it. Without --session all are shown, each with its number.
inspect-no-host = { $session ->
    [0] no session has
   *[other] session { $session } has not
} { $host } as its client or its server. The report without --host names the hosts.
