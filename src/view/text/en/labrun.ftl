# labrun.ftl: what `lab run` says, and what stands in the report that it writes.

labrun-about = Sheet { $id }, version { $version }: { $steps ->
    [one] one step
   *[other] { $steps } steps
}, { $questions ->
    [0] no question
    [one] one question
   *[other] { $questions } questions
}.
labrun-about-student = You are { $student }.
labrun-about-kept = Your work is kept in { $json } after every block, and { $md } is what you hand in. ? shows the keys; Ctrl-D leaves, and everything is kept.
labrun-about-params = What differs from student to student is for you: { $params }; you will meet it on the way.
labrun-welcome-back = Welcome back: { $done ->
    [0] none
    [one] one
   *[other] { $done }
} of { $all } blocks { $done ->
    [one] is
   *[other] are
} done. It goes on at step { $step }.
labrun-welcome-back-finished = Welcome back: all of it is done. /steps shows the steps; to begin again, add --restart to the command.
labrun-finished-enter = Enter ends; /steps and a number lead to a step.
labrun-welcome-back-control = The control connection ended when you left, and with it the login and every port that was agreed on. Where one is needed, it is said what to type again: other commands in between do no harm.
labrun-sheet-changed = The sheet has changed since. What you have done is kept where the block is still there.
labrun-restarted = The earlier work is in { $file }.
labrun-moved = Port { $port } is taken on this machine. The sheet’s server is on port { $other }.
labrun-step = Step { $n } of { $all }: { $title }
labrun-must-happen = This must happen, in this order:
labrun-signs = In this list * stands for anything, and | for one or the other.
labrun-must-happen-line-b = On the second control connection this must happen, in this order:
labrun-type-here = Type the commands here, behind C> (Enter opens the connection), or work in another terminal: what happens there is seen here too.
labrun-type-there = This dialogue is for that other terminal: only there it is recorded. What happens there is seen here.
labrun-recorded-there = Not sent: typed here it would not be in the recording. Type it in the terminal where the command above runs. (Typed here once more, it goes out, unrecorded.)
labrun-serve-here = You are the server: type the replies here, behind S>. The client talks to { $server }.
labrun-dialling = (The control connection is opened: ftplab raw { $server })
labrun-dialling-again = (The control connection had ended. It is opened again.)
labrun-not-connected = { $what }: there is no control connection to type it into here.
labrun-steps-none = There is no step { $number } here: they go from 1 to { $all }.
labrun-unused = (This was a pause: what you typed there went nowhere. Type it again below.)
labrun-again = No control connection stands, and a server remembers nothing of the one before. Type again first: { $what }
labrun-again-then = {", then "}
labrun-again-port = The new reply names another port. ftplab pasv-calc --connect asks for it: paste the reply there.
labrun-data-awaited = The server waits for its data connection, and nobody has dialled yet: dial from another terminal, or here with /data.
labrun-differs-code = { $wanted } was to come, { $got } came. { $why }
labrun-differs-again = The command can be sent again.
labrun-differs-client = Bring this client to its end, then start it once more: with it, all of it begins anew.
labrun-differs-left = The client went before { $wanted } came. Start it once more: with it, all of it begins anew.
labrun-differs-digit-1 = The first digit differs: that is another outcome altogether.
labrun-differs-digit-2 = The first digit is the same, so that the outcome is; it is about something else.
labrun-differs-digit-3 = Only the last digit differs: the same kind of reply, for another reason.
labrun-differs-no-code = { $wanted } was to come; what came begins with no code.
labrun-differs-text = { $wanted } was to come; what came says: { $got }
labrun-differs-command = { $wanted } is awaited; what was sent is { $got }. { $why }
labrun-differs-case = Only capitals and small letters differ, and for the server they differ.
labrun-differs-missing = Something is missing behind the command.
labrun-differs-unwanted = There is nothing to stand behind the command.
labrun-differs-argument = What stands behind the command is something else.
labrun-differs-early = { $later } comes later; { $wanted } is next.
labrun-differs-no-data = { $wanted } was to come, { $got } came: there is no data connection. Each serves one transfer: agree on a new one (PASV, EPSV or PORT), and see that somebody waits at the port that is named; then send the command again.
labrun-differs-no-login = { $wanted } was to come, { $got } came: nobody is logged in. USER and then PASS, with the right name and password; then go on.
labrun-differs-transfer = { $wanted } is awaited; what was sent is { $got }, another transfer. If it goes through, it takes the data connection with it: agree on a new one (PASV, EPSV or PORT) before { $wanted }.
labrun-differs-data = Data came, but not { $wanted }.
labrun-differs-closed = The control connection was closed before { $wanted } came. The next command opens it again, and a login may be needed first.
labrun-all-seen = All of it has happened.
labrun-all-seen-enter = All of it has happened. Enter goes on.
labrun-dialogue-over = { $what } was not sent: this dialogue is over, and its control connection has ended. Enter goes on.
labrun-answered-before = Your answer: { $answer }
labrun-choose = One letter is the answer.
labrun-write-draft = You had written this; go on, or end it with an empty line:
labrun-write = Write as many lines as you like; an empty line ends it. It is for your teacher.
labrun-written = Kept for your teacher.
labrun-capture-ask = Which file is your capture? (Its name, or a path; Tab does not help here.)
labrun-capture-done = The capture shows all of it.
labrun-capture-folder = Names are looked for where this lab runs, in { $folder }.
labrun-capture-shipped = That is a capture which ftplab brings. Here your own recording is wanted.
labrun-capture-not = The capture does not show all of it. Record another, or name another file.
labrun-right = Right.
labrun-wrong = No (try { $tries }).
labrun-wrong-hint = /hint gives a hint.
labrun-wrong-digit-1 = The first digit is another one: look at whether it went well.
labrun-wrong-digit-2 = The first digit is right, the second is not.
labrun-wrong-digit-3 = The first two digits are right, the last is not.
labrun-wrong-swapped = The two bytes are the wrong way round: the fifth number is the high one.
labrun-wrong-265 = That is with 265; a byte has 256 values, 0 to 255.
labrun-wrong-255 = That is with 255; a byte has 256 values, 0 among them.
labrun-wrong-high = That is the high byte alone.
labrun-wrong-low = That is the low byte alone.
labrun-wrong-low-forgotten = The low byte is not in it yet.
labrun-wrong-added = That is both bytes added; the high one counts 256 times.
labrun-wrong-side = That is the digits of both bytes side by side; the high byte counts 256 times.
labrun-unreadable-number = A whole number is wanted, in digits alone. A sum such as 4*256+1 is fine too.
labrun-unreadable-code = A reply code is three digits.
labrun-unreadable-text = That cannot be read as an answer.
labrun-unreadable-choice = The answer is one of the letters from a to { $last }.
labrun-unreadable-command = That is an FTP command, and a question waits here: answer it first. /back leads to the step before, ? shows the keys.
labrun-no-value = This question is about something that has not happened yet ({ $name }). /back goes to where it should.
labrun-hint = Hint { $n } of { $all }: { $hint }
labrun-hint-last = There is no other hint. /next leaves this for later.
labrun-hint-none = There is no hint here.
labrun-hint-ftp = What comes next: { $wanted }
labrun-hint-example = For example: { $example }
labrun-more = Enter: more
labrun-go-on = Enter goes on
labrun-left = Left for later. /steps shows what is open.
labrun-open = Still open: { $what }.
labrun-open-enter = Enter goes to the first of them; Ctrl-D leaves, and everything is kept.
labrun-finished = All of it is done. Hand in { $md } or { $json }, whichever your teacher wants.
labrun-unsaved = your report cannot be saved now: { $why } The work goes on, nothing of it is lost, and saving is tried again at every step. Make room, or name a place that has some: /save FOLDER/NAME
labrun-not-kept = your last steps are not in the report: { $why } Make room and do them again: the same command goes on from what is there.
labrun-rescued = your last steps are not in the report: { $why } They are in { $base }.json instead, in a folder for a while only: bring what is there to a place of your own. To go on from there: ftplab lab run { $sheet } --report { $base }
labrun-demo-not-kept = there is no report of this run: { $why } Make room, or name another place with --report.
labrun-unseen = { $file } takes no more lines: { $why }. What happens is seen there and nowhere else, so that nothing is ticked until there is room again. Or keep the work elsewhere (/save FOLDER/NAME), leave, and go on there with --report.
labrun-no-scratch = no folder can be made in { $folder } for what is kept meanwhile: { $why }. TMPDIR=FOLDER in front of the command names another one.
labrun-saved = Saved: { $json }
labrun-saved-there = Kept in { $json } from here on. To go on there later: --report { $base }
labrun-save-exists = { $file } is there already, and nothing is written over: name another place behind /save.
labrun-kept = Kept in { $json }: { $done ->
    [0] none
    [one] one
   *[other] { $done }
} of { $all } blocks { $done ->
    [one] is
   *[other] are
} done.
labrun-kept-here = The same command goes on from here.
labrun-demo-open = It did not come through: { $what }. ftplab lab check says why.
labrun-demo-kept = The report of this run: { $md }
labrun-back-first = This is the first step.
labrun-unknown = /{ $word } means nothing here. ? shows the keys.
labrun-steps-line = { $n }. { $title }: { $done } of { $all }
labrun-steps-prose = { $n }. { $title }
labrun-foreign = This sheet talks to { $host } port { $port }, which is not this machine. Go on? (yes or no)
labrun-foreign-yes = yes
labrun-foreign-refused = nothing is sent to { $host } port { $port } unless you say yes, or --yes
labrun-no-server = this sheet has no server to connect to
labrun-no-terminal = the terminal for it does not start: { $why }
labrun-report-other = { $file } is the report of the sheet { $id }, not of this one. Name another with --report, or begin again with --restart.
labrun-same-folder = In every other terminal, first:
labrun-no-place = { $file }, which this lab needs, cannot be used: { $why }. Work in a folder of your own, or name a place with --report.
labrun-two = another lab run works with { $file } just now: go on there, or name another report with --report. FTP commands for that lab go into ftplab raw, as the sheet shows.
labrun-report-bad = { $file } is no report that can be gone on from: { $why }. Name another with --report, or begin again with --restart.
labrun-help = Keys
labrun-help-ftp = PWD, USER … | a line without / is an FTP command where the prompt is C>, a reply where it is S>, else an answer
labrun-help-local = /data /listen /explain /state | for the terminal behind the prompt: opens the passive data connection, listens for an active one, explains the last reply, shows the state
labrun-help-server = /data /line /close /store | for the server behind the prompt S>: sends a file on the data connection, sends a line, closes it, receives a file; /accept /pasv /hold /release /explain /state too
labrun-help-hint = ?hint, /hint | the next hint; hints are counted
labrun-help-next = /next | leaves this for later
labrun-help-back = /back | to the step before
labrun-help-steps = /steps, /steps N | the steps and what is open; goes to step N
labrun-help-quit = /quit, Ctrl-D | leaves; everything is kept, and the same command goes on
labrun-help-save = /save, /save NAME | writes the report now; keeps the work in NAME.json from then on

labrun-md-student = Student
labrun-md-sheet = Sheet
labrun-md-sheet-value = { $title } ({ $id }, version { $version })
labrun-md-params = Parameters
labrun-md-began = Begun
labrun-md-saved = Last written
labrun-md-done = Done
labrun-md-done-value = { $done } of { $all } blocks
labrun-md-demo = This sheet was played by itself: nobody answered anything.
labrun-md-altered = This report was edited by hand before it was gone on from.
labrun-md-step = Step { $n }. { $title }
labrun-md-not-done = not done
labrun-md-seen = seen on the wire
labrun-md-not-seen = not seen
labrun-md-answer = Answer: { $answer } ({ $verdict })
labrun-md-answer-right = right
labrun-md-answer-wrong = wrong
labrun-md-file = Capture: { $answer } ({ $verdict })
labrun-md-tries = { $count ->
    [one] one try
   *[other] { $count } tries
}
labrun-md-hints = { $count ->
    [one] one hint
   *[other] { $count } hints
}
labrun-md-time = took { $time }
labrun-md-came = instead: { $came }
labrun-md-dialogue = What was said
labrun-md-ftplab = ftplab
labrun-md-digest = Digest
labrun-write-full = This line was not taken: a text has { $most } kB at most. An empty line ends it.
labrun-answers-too-long = { $file } is longer than { $most } MB: give a file with the lines that a student types.
labrun-answer-too-long = That is longer than { $most } bytes, and no answer.
labrun-answers-full = The report holds { $most } answers to this question, the most it takes: of those that follow it keeps the last. ?hint helps on.
labrun-events-unread = { $count ->
    [one] One event was
   *[other] { $count } events were
} too long to be read, a reply of more than a thousand lines perhaps: what it told is not seen here.
labrun-report-student = { $file } is the work of { $was }. { $student } needs another report: --report NAME, or a folder of their own. To go on as { $was }, leave --student out; --restart begins anew and keeps this one beside it.
