# record.ftl: recordings without root (--record), and what such a file says about itself.

record-start = Recording to { $file }: every byte as it is, passwords included. Think before you hand it on.
record-end = Recorded ({ $frames } frames). To look at it:
record-end-data = Recorded ({ $frames } frames): data only. To look at it, alone or with the recording of the control connection:
record-other = CONTROL.pcapng
record-nothing = No connection came about and none was refused: nothing to record, and { $file } was not kept.
record-exists = { $file } exists, and a recording is never written over another file. Take another name, or remove it first.
record-broken = the recording { $file } is not complete: { $why }. { $frames ->
    [one] Its one frame is whole
   *[other] Its { $frames } frames are whole
} and can be opened; everything else went on without it.

record-section = Written by ftplab, which was one end of these connections. Real: payload, times, addresses, ports, and who opened and closed. Invented: sequence and acknowledgement numbers, and where segments begin.
record-interface = One end of the program's own connections; nothing was captured on a network card
record-invented = Frame invented by ftplab: its time and addresses are real, its sequence and acknowledgement numbers are not.
