# lab.ftl: finding sheets and listing them.

lab-unknown = there is no sheet { $name }. Shipped: { $names }. Your own: give the path of its file.
lab-unreadable = { $name } cannot be read: { $why }.
lab-list-what =
    { $steps ->
        [one] { $steps } step
       *[other] { $steps } steps
    }, { $questions ->
        [one] { $questions } question
       *[other] { $questions } questions
    }, { $points ->
        [one] { $points } point
       *[other] { $points } points
    } · { $languages }
lab-list-broken =
    { $count ->
        [one] one mistake
       *[other] { $count } mistakes
    }: ftplab lab check { $name }
lab-list-empty = There are no sheets here.
lab-list-how = To work through a sheet: ftplab lab run 1. On paper: ftplab lab print 1. Your own: ftplab lab run FILE.
lab-list-left-out = Of the files .md of { $folder } the first { $most } by name were read; { $count } more were not. Put the sheets into a folder of their own.
