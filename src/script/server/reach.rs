//! How far a client may lead the server: whom it may have dialled, who may dial, which files a path may name.

use std::{borrow::Cow, net::SocketAddr};

/// 0.0.0.0 and :: (lftp) mean the client itself.
pub(super) fn the_client_itself(mut address: SocketAddr, client: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(client.ip());
    }
    address
}

/// True where `address` may be called back for a client at `client` (RFC 2577 2, 3).
#[must_use]
pub fn may_call(allow_foreign: bool, client: SocketAddr, address: SocketAddr) -> bool {
    if allow_foreign {
        return true;
    }
    let (ip, peer) = (address.ip().to_canonical(), client.ip().to_canonical());
    let own = ip == peer || (ip.is_loopback() && peer.is_loopback());
    own && address.port() >= 1024
}

/// True where data may come from `from` for a client at `client`.
#[must_use]
pub fn may_come(allow_foreign: bool, client: SocketAddr, from: SocketAddr) -> bool {
    let (ip, peer) = (from.ip().to_canonical(), client.ip().to_canonical());
    allow_foreign || ip == peer || (ip.is_loopback() && peer.is_loopback())
}

/// A path below the script's folder; `None` where it leads out of it or is none.
#[must_use]
pub fn inside(path: &[u8]) -> Option<String> {
    let path = std::str::from_utf8(path).ok()?;
    let fine = |part: &str| part != ".." && !part.contains(['\0', '\\']);
    if path.is_empty() || path.starts_with('/') || !path.split('/').all(fine) {
        return None;
    }
    Some(path.to_owned())
}

/// A name for one folder: the last part of a path, with nothing in it that a file system or a terminal takes amiss.
#[must_use]
pub fn flat_name(path: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(path);
    let last = text.rsplit(['/', '\\']).next().unwrap_or("");
    let name: String = last
        .chars()
        .map(|c| {
            let fine = c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '+' | '@' | ',');
            if fine { c } else { '_' }
        })
        .take(MAX_NAME)
        .collect();
    let name = name.trim();
    match name.trim_start_matches('.') {
        "" => "unnamed".to_owned(),
        rest if rest.len() < name.len() => format!("_{rest}"),
        rest => rest.to_owned(),
    }
}

/// What tells an upload from others of the same name: its folder, from the working directory where it is not absolute,
/// with `.` and `..` resolved, and its last part as it was spelled. `..` that leads out of the root is left in: nobody
/// knows where that would be on a server.
pub(super) fn upload_path(directory: Option<&[u8]>, path: &[u8]) -> Vec<u8> {
    let slash = path.iter().rposition(|&b| b == b'/');
    let (folder, last) = path.split_at(slash.map_or(0, |at| at + 1));
    let base = match folder.first() {
        Some(b'/') => &[][..],
        _ => directory.unwrap_or_default(),
    };
    let mut names: Vec<&[u8]> = Vec::new();
    for part in [base, folder]
        .into_iter()
        .flat_map(|path| path.split(|&b| b == b'/'))
    {
        match part {
            b"" | b"." => {}
            b".." if names.last().is_some_and(|above| *above != b"..") => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.push(last);
    [&b"/"[..], &names.join(&b'/')].concat()
}

/// The most characters of a stored name.
const MAX_NAME: usize = 100;
