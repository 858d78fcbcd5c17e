# demo.ftl: what `demo` says before and after the sheets.

demo-intro-head = The FTP lab, played by itself
demo-intro = The first three lab sheets, as a student works through them: what is typed, what the server answers, and some of the questions. The letter at the left says which terminal a line is in: A is the control connection, C the data connection; behind $ stands what you would type. Everything happens on this machine (127.0.0.1).
demo-sheet-done = { $questions } questions answered out of what happened; the report is written.
demo-end-head = What the server’s recording of the last sheet shows
demo-end = Everything was recorded, without special rights. Client and server as columns, in time: the control connection and each data connection, who dialled and who closed.
demo-kept = The three reports and all recordings are in { $folder }.
demo-next = Your turn: ftplab lab run 1. ftplab alone shows what else there is.
demo-keep-full = { $folder } is not empty. Name a new folder
demo-failed = the demonstration stopped at { $what }. Is something on this machine keeping loopback connections apart?
