# demo.ftl: what `demo` says between the steps.

demo-intro-head = The FTP lab, played by itself
demo-intro = Three terminals, as you would have them: A is the server, B the control connection, C the data connection. The letter at the left of a line says which one it is in. Everything happens on this machine (127.0.0.1); behind $ stands what you would type.
demo-control-head = Step 1. The control connection and its reply codes
demo-control = What is typed in B goes out as it is; every reply begins with three digits, and each digit says something. PWD before the login is refused; LIST, at the end, has nowhere to send its data.
demo-passive-head = Step 2. Passive mode: the server listens, the client dials
demo-passive = PASV asks the server to listen on a port of its own. Where, the 227 says in six numbers.
demo-passive-dial-head = The second connection
demo-passive-dial = In C the six numbers become an address and a port, and the data connection is opened. Then LIST goes out in B, and the listing arrives in C.
demo-active-head = Step 4. Active mode: the client listens, the server dials
demo-active = Now C listens and says the PORT line to type in B. At LIST the server dials the connection itself.
demo-end-head = The end of the session
demo-end = Each data connection has ended with its transfer; the control connection lasted until now.
demo-next = Your turn. In a first terminal: ftplab fake-server demo; in a second: ftplab raw 127.0.0.1 2121. ftplab alone shows what to type for each step.
demo-failed = the demonstration stopped while waiting for { $what }. Is something on this machine keeping loopback connections apart?
