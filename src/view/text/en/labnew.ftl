# labnew.ftl: the sentences of a sheet that lab new writes. They stand in a sheet: braces in them would be values, so there
# are none beside Fluent's own; "#" divides a choice from what is told about it.

labnew-intro = You are the client. Every line you type goes to the server as it is, and every reply is yours to read.
labnew-server = A server waits on this machine.
labnew-step-login = The greeting and the login
labnew-step-passive = Passive mode: { $verb }
labnew-step-passive-alone = Passive mode
labnew-step-active = Active mode: { $verb }
labnew-step-active-alone = Active mode
labnew-step-commands = On the control connection: { $verbs }
labnew-step-other = Other commands
labnew-step-quit = Leave
labnew-shell-raw = Open the control connection in a terminal.
labnew-shell-dial = Dial the data connection in a second terminal, with the reply that you got.
labnew-shell-listen = Listen in a second terminal. It prints the command to type; work it out yourself first.
labnew-shell-send = { $file } stands for a small file of yours: it is sent.
labnew-that-command = your last command
labnew-greeting = A reply begins with three digits. With which code did the server greet you?
labnew-greeting-hint = It is the first line that came, before you had typed anything.
labnew-code = Which code did { $verb } get as its final reply?
labnew-code-hint = Look for the last reply behind { $verb }: its first three digits.
labnew-first = Which code came first behind { $verb }, before the transfer?
labnew-first-hint = It begins with 1: there is another reply to come.
labnew-why-code = { $first }: { $first_means }. { $second }: { $second_means }. { $code }: { $third_means }.
labnew-digit = What does the first digit of { $code } tell a client?
labnew-digit-1 = It has begun: wait, another reply follows.
labnew-digit-2 = It is done: the next command may be sent.
labnew-digit-3 = So far so good: one particular command must follow.
labnew-digit-4 = Not now: the same command may work later.
labnew-digit-5 = No: the same command would be refused again.
labnew-digit-told = That would be a code that begins with { $digit }.
labnew-digit-hint = RFC 959 section 4.2 gives each first digit, from 1 to 5, a meaning of its own.
labnew-port-pasv = Which port has the server opened for data? (You may type the arithmetic.)
labnew-port-port = Which port have you offered for data? (You may type the arithmetic.)
labnew-port-epsv = Which port has the server opened for data?
labnew-port-eprt = Which port have you offered for data?
labnew-port-hint-bytes = The last two of the six numbers are the two bytes of the port, the high one first.
labnew-port-hint-sum = port = fifth number × 256 + sixth number
labnew-port-hint-bars = It stands between the vertical bars, as one number.
labnew-port-why = The high byte counts how many times 256 goes into the port:
labnew-dialled = Who dialled the data connection?
labnew-dialled-hint = Whoever named a port waits on it; the other end dials.
labnew-dialled-why = After PASV or EPSV the client dials, after PORT or EPRT the server (RFC 959 sections 3.2 and 4.1.2).
labnew-closed-data = Who closed the data connection first?
labnew-closed-data-why = In stream mode the end of the data is the end of the connection: whoever sends closes (RFC 959 section 3.4.1).
labnew-closed = Who closed the control connection first?
labnew-closed-hint = What was printed when the connection ended?
labnew-closed-why = After QUIT the server replies, and then it closes (RFC 959 section 4.1.1).
labnew-server-end = The server.
labnew-client-end = The client.
labnew-bytes = How many bytes came over the data connection?
labnew-bytes-hint = The second terminal says it when the connection has ended.
labnew-bytes-why = The end of each line counts two bytes, CR and LF, where the type is ASCII.
labnew-write = Draw the connections of this session: who dialled whom, from which port to which port, in which order.
labnew-nothing = { $path } holds no FTP dialogue: neither a log, nor a telnet transcript, nor a capture of one
labnew-done = { $path }: a sheet of { $steps ->
        [one] one step
       *[other] { $steps } steps
    }, { $questions ->
        [one] one question
       *[other] { $questions } questions
    }. Make it yours, then: ftplab lab check { $path }
labnew-data-left-out = { $count ->
        [one] One line of data is left out: a transfer of a sheet has { $most } at most.
       *[other] { $count } lines of data are left out: a transfer of a sheet has { $most } at most.
    }
labnew-left-out = { $count ->
        [one] One command is left out: it got no reply, or is behind an ABOR or the first { $most }.
       *[other] { $count } commands are left out: what got no reply, and what is behind an ABOR or the first { $most }.
    }
