//! The fake server as a class uses it: every script that ftplab brings is checked, played to its own client and looked at
//! over the wire; real clients list, get and put; faults have the effects that are said of them; and hostile clients
//! disturb nobody. (A person who plays the server: by_hand.rs.)

mod check;
mod clients;
mod filezilla;
mod hostile;
mod options;
mod outcomes;
pub(crate) mod process;
mod shipped;
