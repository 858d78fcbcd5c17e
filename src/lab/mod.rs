//! Pure: lab sheets. Empty until `lab` is built.
