//! Pure: bytes of a capture file to ordered byte streams, and recordings the other way. Knows no FTP.
