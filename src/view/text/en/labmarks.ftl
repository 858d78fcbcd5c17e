# labmarks.ftl: the mark sheet of a class.

labmarks-student = Student
labmarks-sheet = Sheet
labmarks-points = Points
labmarks-done = Done
labmarks-tries = Tries
labmarks-hints = Hints
labmarks-time = Time
labmarks-written = Written
labmarks-seconds = { $seconds } s
labmarks-minutes = { $minutes } min
labmarks-hours = { $hours } h
labmarks-blocks = { $student }: { $marks }
labmarks-legend = ✓ done, ○ begun, · not begun, in the sheet's order. Written: characters of free text, for you to read. Time: from coming to a block until it was done, breaks included.
labmarks-to-read = Points: those of the questions, which ftplab checks; behind + what you may give for free texts. lab list counts both together.
labmarks-altered = { $file } was edited by hand, at block { $block } or before it.
labmarks-altered-end = { $file } was edited by hand: its end does not fit its blocks.
labmarks-edited = { $file } was edited by hand and then gone on with.
labmarks-demo = { $file } was played by the autopilot.
labmarks-same-report = The same report: { $files }.
labmarks-same-text = The same free text in { $block }: { $files }.
labmarks-same-params = The same values of all parameters under different names (by chance, where there are few values): { $files }.
labmarks-too-long = longer than { $most } MB: no report of lab run
labmarks-empty-folder = In the folder { $folder } is no report: no name ends with .json.
labmarks-no-report = no report of lab run ({ $why })
labmarks-left-out = { $count } blocks have no column: a thousand are the most. Mark the sheets one after the other.
