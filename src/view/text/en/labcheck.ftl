# labcheck.ftl: what is wrong with a sheet, and what to do. $place is file:line:column, $other the file in the other language.

labcheck-line = { $place }: { $what }
labcheck-meant = { $what } (did you mean { $nearest }?)
labcheck-fine = { $name }: nothing is wrong.
labcheck-fine-played = { $name }: nothing is wrong. Played: { $dialogues ->
        [one] one dialogue
       *[other] { $dialogues } dialogues
    }, { $questions ->
        [one] one question
       *[other] { $questions } questions
    }.
labcheck-summary =
    { $count ->
        [one] One mistake in { $name }.
       *[other] { $count } mistakes in { $name }.
    }
labcheck-not-played = { $name } was not played: { $why }.
labcheck-why-real = it talks to { $server }, which is not this machine's own server
labcheck-why-wrong = what it needs is not there
labcheck-mistake-too-long = the sheet is longer than { $limit } kB
labcheck-mistake-not-utf8 = this byte is not UTF-8; save the file as UTF-8 text
labcheck-mistake-too-many = more than { $limit } steps, blocks and lines of dialogues: make two sheets of it
labcheck-mistake-head-missing = a sheet begins with its head: a line ---, then title:, version: and language:, then --- again
labcheck-mistake-head-open = the head is never closed: a line --- is missing behind it
labcheck-mistake-head-line = a line of the head is name: value; there are { $known }
labcheck-mistake-head-unknown = the head has no “{ $name }”; there are { $known }
labcheck-mistake-head-lacks = the head lacks { $name }:
labcheck-mistake-head-twice = this stands in line { $line } already
labcheck-mistake-head-empty = nothing stands behind the colon
labcheck-mistake-number = “{ $value }” is not a whole number from { $from } to { $to }
labcheck-mistake-language = “{ $value }” is no language of a sheet: write en or fr
labcheck-mistake-server-invalid = “{ $value }” is no server: write a script's name, host, host:port, or none
labcheck-mistake-param-invalid = a parameter is param NAME: followed by a default, A..B, or a, b, c
labcheck-mistake-param-unknown = there is no parameter “{ $name }”; declare it in the head: param { $name }: …
labcheck-mistake-steps-missing = the sheet has no step: a step begins with a line ## TITLE
labcheck-mistake-title-missing = this step has no title
labcheck-mistake-underlined = the line of dashes makes a heading of this: write ## before it, or leave a line empty before the dashes
labcheck-mistake-fence-open = this block is never closed: the line ``` is missing behind it
labcheck-mistake-nested = a block cannot stand inside a list or a quotation: begin it at the left margin, with an empty line before
labcheck-mistake-before-steps = this block stands before the first step: put a line ## TITLE before it
labcheck-mistake-block-unknown = there is no block “{ $name }”; there are { $known }
labcheck-mistake-attribute-unknown = this block has no attribute “{ $name }”; it has { $known }
labcheck-mistake-attribute-none = this block has no attributes
labcheck-mistake-attribute-invalid = “{ $value }” is no attribute: write name=value, with double quotes around a value that has blanks
labcheck-mistake-attribute-twice = { $name }= stands twice
labcheck-mistake-attribute-missing = this block needs { $name }=
labcheck-mistake-word = “{ $value }” is not possible here: write { $known }
labcheck-mistake-id-invalid = “{ $value }” is no id: letters without accents, digits, - and _ only
labcheck-mistake-id-twice = the block in line { $line } has this id already
labcheck-mistake-brace-open = this brace is never closed; write {"{{"} for the character itself
labcheck-mistake-brace-close = no brace is open here; write {"}}"} for the character itself
labcheck-mistake-name-unknown = there is no value “{ $name }”; labs/README.md has the list
labcheck-mistake-name-early = { $name } is known only when the student has worked: it can stand in commands, questions, hints and explanations, not here
labcheck-mistake-no-line-b = there is no second control line here: a block server line=b must come before
labcheck-mistake-marker-of-scripts = { $marker } stands in scripts; here C>, S>, C*, D> and D< say what must come
labcheck-mistake-marker-unknown = a line of a dialogue begins with C>, S>, C*, D> or D< and a blank, or with # (a comment)
labcheck-mistake-value-misplaced = { $name } has no meaning in a sheet's dialogue; only param.NAME has
labcheck-mistake-say-only = only -- say TEXT can stand here, behind a C> line and once
labcheck-mistake-say-missing = no player knows what to send for this pattern: add -- say COMMAND behind it
labcheck-mistake-answer-remark = a right answer has no remark behind #: all of the line would have to be typed. What explains it stands in a line that begins with !
labcheck-mistake-code = “{ $value }” is no reply code: write three digits
labcheck-mistake-dialogue-empty = nothing must come in this dialogue: write C> and S> lines
labcheck-mistake-nobody = nobody is there to talk to: the head says server: none, and no block server comes before
labcheck-mistake-server-both = either use= or a script in the block, not both
labcheck-mistake-server-neither = this block needs use=NAME, or the lines of a script
labcheck-mistake-question-missing = the question is missing
labcheck-mistake-mark-unknown = behind the question a line begins with = ~ ? ! or (x), and a line that goes on with the one before with a blank
labcheck-mistake-mark-empty = nothing stands behind the mark
labcheck-mistake-choice-unwanted = a choice stands in a question of kind=choice only
labcheck-mistake-choice-count = a question has 2 to { $most } choices; this one has { $count }
labcheck-mistake-wrong-unwanted = in a choice, what is told stands behind # in the line of the wrong choice
labcheck-mistake-told-missing = what is told to whoever gives this answer is missing: ~ ANSWER # TEXT
labcheck-mistake-answer-missing = no answer is right: write = ANSWER, or in a choice (x) TEXT
labcheck-mistake-answer-unwanted = = stands in a choice only where its choices have keys: (KEY) TEXT
labcheck-mistake-key-unknown = no choice has the key “{ $value }”; there are { $known }
labcheck-mistake-why-twice = the explanation stands in line { $line } already; a line that begins with a blank goes on with it
labcheck-mistake-expression = this is neither a number nor arithmetic: + - * / and brackets over numbers and values
labcheck-mistake-expression-text = { $name } is no number: take kind=text, or another value
labcheck-mistake-shell-empty = no command stands in this block
labcheck-mistake-rubric = these are no assertions of inspect --expect: { $detail }
labcheck-mistake-rubric-one = assertion { $number } must name one thing
labcheck-mistake-rubric-count = there must be 1 to { $most } assertions: [[expect]]
labcheck-found-language = the head names another language than the file's name
labcheck-alone = { $name } was compared with nothing: there is no { $other }.
labcheck-found-head = { $name }: is not the same in { $other }
labcheck-found-step = { $other } has no step for “{ $title }”
labcheck-found-id-missing = { $id } is missing about here: { $other } has it in line { $line }
labcheck-found-order = { $id } stands at another place than in { $other }, line { $line }
labcheck-found-kind = { $id } is a block of another kind in { $other }, line { $line }
labcheck-found-differs-attribute = { $id }: { $name }= is not the same in { $other }, line { $line }
labcheck-found-differs-dialogue = { $id }: the dialogue is not the same in { $other }, line { $line }
labcheck-found-differs-right = { $id }: the right answers (=) are not the same in { $other }, line { $line }
labcheck-found-differs-wrong = { $id }: the wrong answers (~) are not the same in { $other }, line { $line }
labcheck-found-differs-choices = { $id }: there are not as many choices in { $other }, line { $line }, or another one is right
labcheck-found-differs-hints = { $id }: there are not as many hints (?) in { $other }, line { $line }
labcheck-found-differs-why = { $id }: one language has an explanation (!), the other has none; { $other }, line { $line }
labcheck-found-differs-script = the servers are not the same from here on; { $other }, line { $line }
labcheck-found-differs-commands = the commands (shell) are not the same from here on; { $other }, line { $line }
labcheck-found-differs-assertions = { $id }: the assertions are not the same in { $other }, line { $line }
labcheck-found-script-missing = there is no script “{ $name }”, neither shipped nor beside the sheet
labcheck-found-script-broken =
    { $count ->
        [one] the script { $name } has a mistake
       *[other] the script { $name } has { $count } mistakes
    }: ftplab fake-server --check { $name }
labcheck-found-script-wrong = the script { $name }: { $what }
labcheck-found-capture-missing = there is no shipped capture “{ $name }”
labcheck-found-not-seen = { $id }: when the sheet was played, this did not come: “{ $wanted }”
labcheck-found-not-seen-but = { $id }: when the sheet was played, “{ $came }” came in place of “{ $wanted }”
labcheck-found-not-seen-server = With { $came } a server says that it does not know the command: name another one in the head (server:), or write its lines in a block “server”
labcheck-found-capture-not = { $id }: the capture does not show all of this
labcheck-found-never-seen = { $id }: { $name } is not known here: no dialogue before shows it
labcheck-found-no-number = { $id }: { $answer } comes to no number
labcheck-found-right-is-wrong = { $id }: the right answer is not taken for right: { $answer }
labcheck-found-wrong-is-right = { $id }: this wrong answer is right: { $answer }
labcheck-found-wrong-hidden = { $id }: this wrong answer is never told: another one takes { $answer } first
labcheck-found-no-choice = { $id }: no choice is right with what was seen
labcheck-found-every-choice = { $id }: every choice is right
labcheck-first = The first { $most } are told, and no more.
