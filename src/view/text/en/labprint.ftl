# labprint.ftl: what stands on a printed sheet beside the sheet's own text. $answer, $told, $hint and $why are Markdown.

labprint-version = Lab sheet, version { $version }
labprint-version-key = The teacher's key, version { $version }
labprint-name = Name:
labprint-class = Class:
labprint-date = Date:
labprint-mark = Mark:
labprint-out-of = out of { $points }
labprint-md-person = Name: { $blank }{ $blank }{ $blank } Class: { $blank } Date: { $blank }
labprint-md-points = { $points ->
        [one] One point in all.
       *[other] { $points } points in all.
    }
labprint-points = { $points ->
        [one] 1 point
       *[other] { $points } points
    }
labprint-blank = to fill in
labprint-dialogue = On the control line: type each command, note each reply, and say what its digits mean.
labprint-dialogue-b = On the second control line: type each command, note each reply, and say what its digits mean.
labprint-dialogue-server = You are the server: answer each command, and say what the digits of your reply mean.
labprint-who = From
labprint-said = Line
labprint-digit-1 = 1st digit
labprint-digit-2 = 2nd digit
labprint-digit-3 = 3rd digit
labprint-upload = your data
labprint-capture = Open the capture { $file }. It shows:
labprint-capture-yours = Record a capture of your own. It must show:
labprint-server = The server plays the script { $name }, from here on: ftplab fake-server { $name }
labprint-server-b = The second server plays the script { $name }, from here on: ftplab fake-server --port 2123 { $name }
labprint-server-here = From here on the server plays this script.
labprint-server-here-b = From here on the second server plays this script.
labprint-server-real = The server is { $host }, port { $port }.
labprint-free = For the teacher to read.
labprint-key-right = Right
labprint-key-wrong = Wrong
labprint-key-hint = Hint
labprint-key-why = Why
labprint-md-right = Right: { $answer }
labprint-md-wrong = Wrong: { $answer } — { $told }
labprint-md-hint = Hint: { $hint }
labprint-md-why = Why: { $why }
labprint-done = { $path } is written.
