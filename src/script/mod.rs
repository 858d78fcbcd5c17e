//! Pure: the dialogue notation (RFC 3659's `C>`, `S>`, `D>`), the players that act from it.
