//! The traps by name, each with the clients that were seen to stumble over it.

use crate::script::real_clients::Client;

macro_rules! traps {
    ($($(#[$doc:meta])* $variant:ident $name:literal [$($client:ident)*]),* $(,)?) => {
        /// What a warning is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Trap { $($(#[$doc])* $variant,)* }

        impl Trap {
            /// Every trap.
            pub const ALL: &'static [Trap] = &[$(Trap::$variant),*];

            /// Its name, as `-- expect-warning` writes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Trap::$variant => $name,)* }
            }

            /// The clients that were seen to stumble; none where it is the RFC that is broken.
            #[must_use]
            pub const fn clients(self) -> &'static [Client] {
                match self { $(Trap::$variant => &[$(Client::$client),*],)* }
            }
        }
    };
}

traps! {
    /// The greeting is missing: every client waits.
    NoGreeting "no-greeting" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// 120 first, then 220.
    Greeting120 "greeting-120" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// A command that every session needs is not answered by anything.
    VerbMissing "verb-missing" [],
    /// USER or PASS is answered 200.
    Login200 "login-200" [Ncftp],
    /// PASS is answered 331 again.
    PassAgain "pass-331" [Ncftp],
    /// PASS is answered 332: an account is wanted.
    PassAccount "pass-332" [Curl Wget Lftp Tnftp FileZilla],
    /// PWD is not answered 257.
    PwdNot257 "pwd-not-257" [FileZilla Ncftp],
    /// TYPE is not answered 200.
    TypeNot200 "type-not-200" [Curl Wget Ftplib FileZilla Ncftp],
    /// AUTH is accepted, and TLS begins.
    AuthAccepted "auth-accepted" [Lftp FileZilla],
    /// FEAT says MLST and MLSD is refused.
    FeatWithoutMlsd "feat-mlst-no-mlsd" [FileZilla],
    /// SYST does not say 215 UNIX.
    SystNotUnix "syst-not-unix" [Tnftp],
    /// SIZE says 550 for a file that can be had.
    Size550 "size-550" [Curl],
    /// SIZE says another length than what is sent.
    SizeDiffers "size-differs" [Curl],
    /// MLST always says that the file is there.
    MlstAlways "mlst-always-250" [Ncftp],
    /// A listing shows the same folder in every folder.
    ListEverywhere "list-same-everywhere" [Lftp],
    /// LIST is answered 450.
    List450 "list-450" [Curl],
    /// EPSV is accepted with something else than 229.
    Epsv200 "epsv-not-229" [Tnftp],
    /// A 229 that cannot be read.
    Bad229 "bad-229" [Curl Tnftp],
    /// A 227 that cannot be read.
    Bad227 "bad-227" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// A 227 with digits before its numbers.
    Digits227 "digits-before-227" [Wget Ncftp Tnftp],
    /// A 227 that names another host.
    OtherHost227 "other-host-227" [Wget Ncftp Tnftp FileZilla],
    /// A 227 or 229 written out: no port is open there.
    LiteralAddress "literal-address" [],
    /// PASV and EPSV are both refused.
    NoPassive "no-passive" [Curl Wget Lftp Ftplib],
    /// An inner line of a reply looks like another reply.
    InnerOtherCode "inner-line-other-code" [Curl Wget],
    /// An inner line of a reply looks like its end.
    InnerSameCode "inner-line-same-code" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// A reply of several lines is never closed.
    NeverClosed "never-closed" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// A reply without three digits.
    NoCode "no-code" [Curl Wget Lftp Ncftp Tnftp Ftplib],
    /// Three digits and nothing else.
    CodeAlone "code-alone" [Curl Wget FileZilla],
    /// No blank behind the three digits.
    NoBlank "no-blank" [Curl Wget],
    /// An empty line.
    EmptyLine "empty-line" [Tnftp Ftplib],
    /// A NUL in a reply.
    Nul "nul" [Curl],
    /// A code whose first digit no RFC explains, or 6yz without protection.
    CodeUndefined "code-undefined" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// Lines end with LF alone.
    BareLf "bare-lf" [Lftp],
    /// Lines do not end.
    NoEol "no-eol" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// Two replies to one command.
    TwoReplies "two-replies" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// No final reply to a command.
    NoReply "no-reply" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// No reply to QUIT.
    QuitUnanswered "quit-unanswered" [Curl Lftp Ncftp Tnftp Ftplib],
    /// The connection is closed instead of a reply.
    ClosedUnanswered "closed-unanswered" [],
    /// Data comes without 150 or 125 before it.
    No150 "no-150" [Curl Wget Lftp Ncftp Tnftp Ftplib],
    /// 226 or 250 is missing behind the data.
    No226 "no-226" [Curl Lftp Ncftp Tnftp FileZilla],
    /// The final reply comes before the data.
    EarlyFinal "final-before-data" [Tnftp],
    /// 150 and then no data connection.
    NoData "no-data" [Curl Wget Ncftp Tnftp Ftplib],
    /// Data is cut short, and the reply says that all is well.
    Truncated "truncated" [Wget Ncftp Tnftp Ftplib FileZilla],
    /// More is to be moved when the data connection of the command has been closed.
    DataAgain "data-again" [],
    /// The data connection is reset.
    DataReset "data-reset" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// An answer takes longer than a client waits.
    TooSlow "too-slow" [],
    /// A code that RFC 959 5.4 does not give to this command.
    NotAllowed "reply-not-allowed" [],
    /// A rule that can never match: an earlier one takes everything it takes.
    NeverMatches "never-matches" [],
    /// A pattern with a sign that looks like more than the sign itself.
    OddPattern "odd-pattern" [],
    /// A pattern with blanks that no client sends.
    OddBlanks "odd-blanks" [],
    /// A verb that no RFC has, and that is nearly one that they have.
    UnknownVerb "unknown-verb" [],
    /// Steps behind the one that ends the connection.
    BehindQuit "behind-quit" [],
    /// Data is received where it is to be sent, or sent where it is to be received.
    WrongWay "wrong-way" [],
}

impl Trap {
    /// The trap of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Trap> {
        Trap::ALL.iter().copied().find(|trap| trap.name() == name)
    }
}
