# hand.ftl: the server played by hand.

hand-typed = typed
hand-title = you are the server
hand-start = You are the server: you type the replies, CR LF is added. One client at a time; others get a 421, as a second client of nc would get nothing at all. /help tells what else there is.
hand-start-script = Commands that { $script } has lines for, it answers by itself; all others, and what it leaves open with S?, are yours.
hand-start-asks = { $script } answers by itself; where it has S?, you are asked.
hand-no-person = Standard input has ended: nobody is left to type a reply.
hand-interrupt = The line is cleared. Ctrl-C once more ends the server.

hand-asked-greeting = A client has connected and says nothing: in FTP the server speaks first. It waits for your greeting.
hand-asked-command = { $verb }: { $purpose }.
hand-asked-unknown = No RFC knows { $verb }. A plain no is an answer too.
hand-asked-final = { $verb } has had its 1yz. The data goes next, on the data connection; then the final reply, which tells how it went.
hand-asked-final-plain = { $verb } has had its 1yz; the final reply is still to come.
hand-possible = May come now ({ $source }):
hand-possible-any = or, as to nearly every command: { $codes }
hand-possible-short = May come now: { $codes }
hand-wants = { $place } wants a reply that begins with { $code }.
hand-wants-any = { $place } wants a reply.
hand-model = For example: { $model }
hand-waits = { $client } waits { $seconds } s for it.
hand-waits-shortest = Which client it is, is not clear yet; { $client }’s patience is the shortest: { $seconds } s.
hand-waits-long = { $client } waits as long as it takes.
hand-recognised = By what it sends, this client is { $client }.
hand-left = { $client } waits { $seconds } s more.
hand-left-shortest = If it is { $client }, it waits { $seconds } s more.
hand-left-over = { $client } has waited as long as it does: it gives up about now.
hand-left-over-shortest = If it is { $client }, it gives up about now.

hand-port-227 = The data port is open: { $address }. The 227 must name it: the four numbers of the address, then the port { $port } as two bytes, p1 × 256 + p2.
hand-port-227-public = The data port is open: { $address }. The 227 names it as clients outside see it (--public-address): { $named }, that is the four numbers of that address, then the port { $port } as two bytes, p1 × 256 + p2.
hand-port-229 = The data port is open: { $address }. The 229 names the port alone, between bars: (|||p|).
hand-port-227-ipv6 = PASV can name IPv4 addresses only, and this client came over IPv6 ({ $address }): answer 522 or 502, and it will send EPSV.
hand-port-open = A data port is open: { $address }.
hand-will-call = The client listens at { $address }: with the next transfer you dial it (active mode); /data, /store or /accept does.
hand-how-150 = A transfer has three parts: 150 (or 125), then the data, then 226.
hand-how-data-down = /data FILE sends a file and closes the connection, which is its end. Or /accept, /line TEXT for each line, /close.
hand-how-data-up = /store FILE receives until the client closes. /store alone counts the bytes and drops them.
hand-how-passive = The client dials { $address }.
hand-how-here = The client has connected to { $address } already.
hand-how-active = You dial { $address }.
hand-how-nothing = Neither PASV nor PORT came before: without a data connection only 425 is true.
hand-data-there = The data connection is there.
hand-size-differs = SIZE was told { $told }, and { $sent ->
    [one] one byte has
   *[other] { $sent } bytes have
} gone out: a client that compares calls this file damaged, the others believe the 226.
hand-data-sent = Sent, and the data connection is closed: that is the end of the file. Now the final reply: 226.
hand-data-received = Received, and the client has closed: that was the end of the file. Now the final reply: 226.
hand-data-failed = The data connection did not do it: { $why }. 425 or 426 would say so.
hand-data-not-agreed = There is no data connection to open: neither PASV nor PORT was agreed on, or it was used up. /pasv opens a port.
hand-file = { $file } cannot be sent: { $why }.
hand-file-exists = { $file } exists and is kept; choose another name.
hand-queued = { $count ->
    [one] One command has come early and waits for its turn.
   *[other] { $count } commands have come early and wait for their turn.
}
hand-abort = ABOR: the client gives up { $verb }. Close the data connection (/close), answer { $verb } with 426, then ABOR with 226 (RFC 959 4.1.3).
hand-turned-away = Another client came and was told 421: you serve one at a time. FileZilla does so when a file is to be transferred: it opens a second connection for it, tries twice more, and gives the transfer up. Limit the number of simultaneous connections to 1 in its Site Manager, under Transfer Settings (--filezilla-site FILE writes a site with that limit): it transfers over the connection that it has, then.
hand-turned-away-again = And another one was told 421.
hand-gone = The client has gone.
hand-gone-waiting = The client has gone while { $verb } waited for its reply.
hand-gone-greeting = The client has gone without waiting for a greeting.
hand-next = The next one may come.
hand-nobody = No client is there: nothing goes out. It must connect first.

hand-holding = The client is held: a line { $code }- goes out every { $seconds } s. The reply is open now, and only { $code } with a blank ends it: type it when you are ready. /release stops the lines.
hand-holding-limit = But { $client } counts its { $seconds } s from the command on, whatever comes in between: it cannot be held for longer.
hand-released = No more lines. The reply is still open: { $code }, a blank and a text end it.
hand-held-enough = Held for ten minutes: no more lines. { $code }, a blank and a text end the reply.
hand-hold-needs-code = Which code will your reply have? The lines that hold the client begin with it: /hold 331, say.
hand-not-held = Nobody is held.

hand-confirm = Not sent. Type it again, or y, to send it all the same; or type another reply.
hand-sent-anyway = Sent as you wish.
hand-behind = { $client } is now one reply behind: it takes this line for the answer to its next command, and the answer to that one for the next but one's.
hand-the-client-first = The client

hand-doubt-no-code = A reply begins with three digits: programs read nothing else. Without them the client cannot tell what is meant.
hand-doubt-bare-code = Behind the three digits stands a blank and a text for people, if only one word: { $code } OK.
hand-doubt-no-blank = The fourth character must be a blank (or a hyphen, where more lines of the same reply follow).
hand-doubt-nothing-asked = One reply too many: no command waits for one. The client has its answer and has sent nothing since.
hand-doubt-late = One reply too many: { $typed } would be for { $answered }, which has had its answer. The client has gone on, and takes what comes now for the answer to { $verb }.
hand-doubt-reply-open = The reply that began with { $open }- is still open: only { $open } and a blank end it. Inside of it { $typed } is just another line, though curl and wget take it for the end.
hand-doubt-script-digit = The first digit says how it went: { $typed } begins with { $first } ({ $means }), but here the reply is to begin with { $wanted } ({ $wanted-means }).
hand-doubt-script-code = The first digit is right. But { $typed } is about something else: here the code is to begin with { $wanted }.
hand-doubt-digit = { $verb } is not answered by { $first }yz ({ $means }) now; what may come begins with { $may }.
hand-doubt-digit-greeting = A greeting does not begin with { $first } ({ $means }); what may come begins with { $may }.
hand-doubt-code = The first digit fits, but { $typed } is no reply to { $verb } ({ $source }): { $instead }.
hand-doubt-code-greeting = The first digit fits, but { $typed } greets nobody (RFC 959 5.4): { $instead }.
hand-doubt-code-instead = it would be { $codes }
hand-doubt-code-none = no RFC knows it
hand-doubt-no-preliminary = The 150 is missing. A transfer is answered twice: 150 before the data, { $typed } behind it.
hand-doubt-no-data = { $typed } says that all data has gone, but none has. /data FILE sends it.
hand-doubt-no-data-up = { $typed } says that all data has come, but the data connection was never taken. /store FILE does.
hand-doubt-data-open = { $typed } says that the transfer is over, but the data connection is still open: its closing is the end of the file (/close).
hand-doubt-not-agreed = { $typed } promises a data connection, but neither PASV nor PORT was agreed on. 425 says that there is none.
hand-doubt-no-port = { $code } names a port on which the server listens, but none is open: /pasv opens one.
hand-doubt-tls = After { $code } the client begins a TLS handshake at once, and nobody can type that. 502 or 500 lets it go on in the clear.

hand-address-unreadable = No client can read the address: { $why }.
hand-address-undivided = The port stands there whole. It is told as two bytes, each at most 255: { $division }.
hand-address-host = The host is wrong: { $host } instead of { $wanted }. The client would dial a machine that knows nothing of it.
hand-address-swapped = The two bytes of the port are swapped: the high one comes first. { $division }.
hand-address-by = The port was divided by { $divisor }, but a byte has 256 values: { $division }.
hand-address-low-only = The high byte is missing: { $division }.
hand-address-low = The high byte is right, the low one is not ({ $low }): { $division }.
hand-address-port = Your numbers name port { $named }; the open one is { $port }: { $division }.
hand-address-port-229 = Your 229 names port { $named }; the open one is { $port }.
hand-address-no-ipv4 = A 227 can name IPv4 addresses only; the port is open at { $address }.
hand-address-tail = Nobody listens where it points.

hand-outcome-works = { $client } does not mind, others do.
hand-outcome-empty = { $client } goes on and loses the data without a word.
hand-outcome-fails = { $client } says that it failed.
hand-outcome-waits = { $client } goes on waiting, until it gives up.
hand-outcome-exit = { $client } gives up with exit code { $code }.
hand-outcome-unknown = Most clients give up here, with a message that names the wrong cause.

hand-state-nobody = No client is there.
hand-state-client = Client:
hand-state-unknown = not clear yet
hand-state-asked = Waits for a reply:
hand-state-nothing = nothing; it is the client's turn
hand-state-greeting = the greeting
hand-state-left = Waits no longer than:
hand-state-data = Data connection:
hand-state-data-none = none agreed on
hand-state-data-port = you listen at { $address }
hand-state-data-here = the client has connected to { $address }; the connection is there to be taken
hand-state-data-call = the client listens at { $address }
hand-state-data-open = open
hand-state-seconds = { $seconds } s more ({ $client })

hand-explain-nothing = No reply is wanted now.
hand-unknown = /{ $word } is no local command; /help lists them.
hand-misused = { $command } is used like this: { $usage }
hand-help-head = What does not begin with a slash goes to the client as a line of a reply. The rest is for ftplab:
hand-help-data = takes the data connection, sends the file, closes (a listing is a file too: ls -l > list)
hand-help-store = takes the data connection and receives, into FILE
hand-help-accept = takes the data connection: accepts the client, or dials it after PORT
hand-help-line = sends one line on the data connection
hand-help-close = closes the data connection and the data port
hand-help-pasv = opens a data port (PASV and EPSV do so by themselves)
hand-help-hold = keeps the client waiting with lines of an unfinished reply
hand-help-release = ends these lines
hand-help-explain = a code or a verb; what is wanted now without one
hand-help-state = the client, what it waits for and how long
hand-help-help = this page
hand-help-quit = ends the server
