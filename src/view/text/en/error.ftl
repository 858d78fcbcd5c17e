# error.ftl: failures that belong to no command's own room.

error-man = ftplab: man: cannot write the pages into { $dir }: { $why }. Name a folder that you may write in.
