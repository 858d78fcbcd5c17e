//! Pure: what the flows of a capture mean for FTP. Empty until `inspect` is built.
