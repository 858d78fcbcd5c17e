//! Why the system refuses, as a phrase without a full stop.

use std::io::ErrorKind as Kind;

use super::text::Text;

/// The phrase for this kind of refusal; `None` for those that have none of their own.
#[must_use]
pub fn of(text: &Text, kind: Kind) -> Option<String> {
    let id = match kind {
        Kind::ConnectionRefused => "error-reason-refused",
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => "error-reason-reset",
        Kind::TimedOut => "error-reason-timeout",
        Kind::HostUnreachable => "error-reason-host-unreachable",
        Kind::NetworkUnreachable | Kind::NetworkDown => "error-reason-network-unreachable",
        Kind::AddrInUse => "error-reason-address-taken",
        Kind::AddrNotAvailable => "error-reason-address-not-ours",
        Kind::PermissionDenied => "error-reason-denied",
        Kind::NotFound => "error-reason-not-found",
        Kind::AlreadyExists => "error-reason-exists",
        Kind::IsADirectory => "error-reason-folder",
        Kind::NotADirectory => "error-reason-not-a-folder",
        Kind::StorageFull | Kind::QuotaExceeded => "error-reason-full",
        Kind::ReadOnlyFilesystem => "error-reason-read-only",
        Kind::FileTooLarge => "error-reason-too-large",
        _ => return None,
    };
    Some(text.say(id, &[]))
}
