# start.ftl: the page that ftplab shows without an argument.

start-title = The FTP lab by hand, in three terminals. As a lab sheet: ftplab lab run 1
start-terminal = terminal { $number }
start-control = Sequence 1, you are the client. The control connection:
start-server = a server, on port 2121
start-another-server = another server: HOST 21
start-each-line = Enter after each line
start-no-data = no data: why?
start-passive = Passive mode: the server listens, you open the data connection:
start-reply = paste the reply to PASV
start-data = the data: terminal 3
start-active = Active mode: you listen, the server opens the data connection:
start-arithmetic = 19 × 256 + 136 = 5000
start-being-server = Sequence 2, you are the server and type its replies (or: a script):
start-by-hand = 220 Hello, then each reply
start-clients = or FileZilla, lftp, …
start-more = Also, each behind ftplab: demo, lab list, explain 425, inspect FILE, --help
start-capture = The capture, which the server writes without root (else tcpdump -i lo -w FILE):
start-stop-first = Ctrl-C before it
