# error.ftl: why something could not be done, shared by every command. A reason is a phrase that stands behind a colon.

error-framed = ftplab: { $command }: { $what }

error-usage-missing = ftplab: { $what } is missing:
error-usage-unknown = ftplab: there is no { $what } here:
error-usage-command = ftplab: there is no command { $what }:
error-usage-no-value = ftplab: { $option } wants a value:
error-usage-value = ftplab: “{ $value }” does not go with { $option }:
error-usage-other = ftplab: the command line is not understood:

error-reason-refused = connection refused; the machine answers, but nobody listens on that port
error-reason-reset = the other end broke the connection off
error-reason-timeout = no answer
error-reason-host-unreachable = that host cannot be reached from here
error-reason-network-unreachable = there is no route to that network
error-reason-address-taken = the address is in use
error-reason-address-not-ours = it is not an address of this machine
error-reason-denied = permission denied
error-reason-not-found = there is no such file or folder
error-reason-exists = it exists already
error-reason-folder = it is a folder
error-reason-not-a-folder = a part of the path is no folder
error-reason-full = the disk is full
error-reason-read-only = the disk is read-only
error-reason-too-large = files may not grow any larger here (the limit: ulimit -f)
error-reason-files = too many files are open (ulimit -n shows how many may be, ulimit -n 256 raises that)
error-reason-system = { $error }

error-no-host = “{ $text }” names no host. Expected: HOST, HOST:PORT, [ADDR6]:PORT or ftp://HOST.
error-brackets = “{ $text }” is not understood. An IPv6 address with a port stands in brackets: [2001:db8::1]:21.
error-scheme = “{ $scheme }://” is not FTP. Expected: ftp://HOST.
error-port = “{ $text }” is no port: a port is a number from 0 to 65535, or a service's name from { $list }.
error-service = No TCP service is called “{ $name }” in { $list }.
error-resolve = “{ $host }” has no address: the name is unknown, or nobody could be asked.

error-connect-timeout = { $to } does not answer within { $seconds } s: neither yes nor no, so a firewall on the way or a machine that is switched off.
error-connect-cancelled = Interrupted before { $to } answered.
error-connect = { $to } cannot be reached: { $why }.

error-taken = Port { $port } on { $address } is taken.
error-taken-process = Port { $port } on { $address } is taken by “{ $name }”, process { $pid }.
error-taken-user = Port { $port } on { $address } is taken by a process of the user { $name }.
error-take-free = Port { $free } is free: ftplab { $command } { $argument }. Port 0 lets the system pick one.
error-not-ours = { $address } is not an address of this machine, so nobody can call it here.
error-ours = This machine's own: { $addresses }.
error-privileged = Port { $port } needs the administrator's right: ports below { $first } are for services.
error-bind = Port { $port } on { $address } cannot be opened: { $why }.

error-file-exists = { $file } exists and is kept. --force overwrites it, another name keeps both.
error-file = { $file } cannot be used: { $why }.
error-stream = ftplab: what was asked for could not be shown whole: { $why }. Make room, or send it elsewhere (> FILE), and repeat.
error-start = ftplab: this cannot begin here: { $why }.
error-stdin = standard input cannot be read: { $why }.
error-lost-lines = { $file } takes no more lines: { $why }. What it holds is whole; everything else goes on without it.
error-file-write = Writing to { $file } failed after { $bytes } bytes: { $why }.
error-file-read = Reading { $file } failed after { $bytes } bytes: { $why }.
error-folders-deep = { $folder }: folders more than { $most } deep were not opened. Name them.
error-network = The connection failed after { $bytes } bytes: { $why }.
error-no-route = There is no way from here to { $host }: { $why }.

error-param-none = there is no parameter { $name }: there are none at all
error-param-outside = parameter { $name } cannot be “{ $value }”; it is one of { $domain }
error-param-unknown = there is no parameter { $name }; there is: { $names }

error-text-too-long = a text of more than { $most } bytes; make it shorter, or cut it into its sessions
error-no-session = { $path }: a capture with { $count ->
    [0] no FTP session
    [one] one FTP session
   *[other] { $count } FTP sessions
}; there is no session { $session }
error-line-too-long = A line of { $bytes } bytes was left out: { $most } are the most. Make it shorter.
error-json-needs-file = With --json the data needs a file: -o FILE (or --send FILE).
