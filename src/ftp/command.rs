//! The verbs of FTP: the whole IANA "FTP Commands and Extensions" registry (RFC 5797), the X-variants that RFC 1123
//! 4.1.3.1 and RFC 775 know, and a few that clients send although no RFC registers them. A verb that is none of these is
//! legal on the wire and is [`Verb::Other`].

/// At most seven bytes as one number, in capitals.
const fn key(word: &[u8]) -> u64 {
    let mut key = 1; // so that a leading NUL is not lost
    let mut at = 0;
    while at < word.len() {
        key = key << 8 | word[at].to_ascii_uppercase() as u64;
        at += 1;
    }
    key
}

macro_rules! verbs {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// A command's verb. `Other` stands for any word that is not in the list; the word itself is in the line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each variant is the verb of its name; catalogue.rs says what it means")]
        pub enum Verb { $($variant,)* Other }

        impl Verb {
            /// Every known verb, in alphabetical order; `Other` is not in it.
            pub const ALL: &'static [Verb] = &[$(Verb::$variant),*];

            /// The verb in capitals as it is written on the wire; empty for `Other`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Verb::$variant => $name,)* Verb::Other => "" }
            }

            /// The verb that this word names, in any case (RFC 959 5.3); `Other` when no known one.
            #[must_use]
            #[allow(non_upper_case_globals, reason = "the constants carry the variants' names")]
            pub fn of(word: &[u8]) -> Verb {
                // A known verb fits into seven bytes, so the look-up is one comparison of integers a step.
                $(const $variant: u64 = key($name.as_bytes());)*
                if word.len() > 7 {
                    return Verb::Other;
                }
                match key(word) {
                    $($variant => Verb::$variant,)*
                    _ => Verb::Other,
                }
            }
        }
    };
}

verbs! {
    Abor "ABOR", Acct "ACCT", Adat "ADAT", Algs "ALGS", Allo "ALLO", Appe "APPE", Auth "AUTH", Ccc "CCC", Cdup "CDUP",
    Clnt "CLNT", Conf "CONF", Cwd "CWD", Dele "DELE", Enc "ENC", Eprt "EPRT", Epsv "EPSV", Feat "FEAT", Help "HELP",
    Host "HOST", Lang "LANG", List "LIST", Lprt "LPRT", Lpsv "LPSV", Mdtm "MDTM", Mfct "MFCT", Mff "MFF", Mfmt "MFMT",
    Mic "MIC", Mkd "MKD", Mlsd "MLSD", Mlst "MLST", Mode "MODE", Nlst "NLST", Noop "NOOP", Opts "OPTS", Pass "PASS",
    Pasv "PASV", Pbsz "PBSZ", Port "PORT", Prot "PROT", Pwd "PWD", Quit "QUIT", Rein "REIN", Rest "REST", Retr "RETR",
    Rmd "RMD", Rnfr "RNFR", Rnto "RNTO", Site "SITE", Size "SIZE", Smnt "SMNT", Stat "STAT", Stor "STOR", Stou "STOU",
    Stru "STRU", Syst "SYST", Type "TYPE", User "USER", Xcup "XCUP", Xcwd "XCWD", Xmkd "XMKD", Xpwd "XPWD",
    Xrmd "XRMD",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_is_known_in_any_case_and_only_whole() {
        for &verb in Verb::ALL {
            assert_eq!(Verb::of(verb.name().as_bytes()), verb);
            assert_eq!(Verb::of(verb.name().to_lowercase().as_bytes()), verb);
        }
        for word in ["", "LIS", "LISTE", "FEATURES", "\0PWD", "QUITQUITQUIT"] {
            assert_eq!(Verb::of(word.as_bytes()), Verb::Other, "{word:?}");
        }
    }
}
