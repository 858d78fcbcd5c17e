//! The fake server on the screen and as JSON Lines: what its script has wrong, how to reach it, what happens on each
//! connection with the script's line that answered and the reply's digits, and which lines were used in the end.

use std::{fmt::Write, net::SocketAddr};

use super::{
    sanitise,
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::{say, script::notation::Script};

mod check;
mod end;
mod json;
mod live;
mod log;
mod script;

pub(super) use self::live::beginning;
pub use self::{
    check::{Checked, checked, json_checked},
    end::{Tally, blocks_used, summary},
    json::{json_happening, json_listening, json_summary},
    live::{Live, fault_sentence},
    log::DialogueLog,
    script::{
        error_sentence, excerpt, mistake_sentence, mistakes, refusal, self_test, trap_sentence,
    },
};

/// The column at which what happens is written, behind the connection's number and the time.
const INDENT: usize = 14;
/// The columns before a line of a script: its number and a bar.
const INDENT_EXCERPT: usize = 8;
/// The longest piece of a script's line that is shown, in characters; an ellipsis stands for the rest.
const MAX_SHOWN: usize = 200;

/// Where the server listens and what to type to reach it.
#[must_use]
pub fn start(text: &Text, style: Style, name: &str, script: &Script, at: &[SocketAddr]) -> String {
    let mut out = String::new();
    let title = match &script.settings.title {
        Some(title) => say!(
            text,
            "server-title",
            name = name.to_owned(),
            title = sanitise::line(title.as_bytes()).into_owned()
        ),
        None => name.to_owned(),
    };
    let _ = writeln!(out, "{}", style.paint(Role::Heading, &title));
    let addresses: Vec<String> = at.iter().map(ToString::to_string).collect();
    let told = say!(text, "server-listening", addresses = addresses.join(", "));
    let _ = writeln!(out, "{}", wrap(&told, 0, 0, style.width()));
    let Some(first) = at.first() else {
        return out;
    };
    for (client, line) in command_lines(*first) {
        let _ = writeln!(out, "  {client:<8} {}", style.paint(Role::Hint, &line));
    }
    let _ = writeln!(
        out,
        "{}",
        style.paint(Role::Remark, &say!(text, "server-end-how"))
    );
    out.push('\n');
    out
}

/// What to type for each client, to list what is there.
#[must_use]
fn command_lines(at: SocketAddr) -> Vec<(&'static str, String)> {
    // A server on every address is reached at this one.
    let ip = match at.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => "127.0.0.1".to_owned(),
        ip if ip.is_unspecified() => "::1".to_owned(),
        ip => ip.to_string(),
    };
    let port = at.port();
    let url = if at.is_ipv6() {
        format!("[{ip}]")
    } else {
        ip.clone()
    };
    vec![
        ("ftplab", format!("ftplab raw {ip} {port}")),
        ("curl", format!("curl ftp://{url}:{port}/")),
        ("wget", format!("wget ftp://{url}:{port}/hello.txt")),
        ("lftp", format!("lftp -p {port} {ip}")),
        ("ncftp", format!("ncftp -P {port} {ip}")),
        ("tnftp", format!("tnftp {ip} {port}")),
        (
            "ftplib",
            format!(
                "python3 -c \"from ftplib import FTP; f = FTP(); f.connect('{ip}', {port}); f.login(); f.dir()\""
            ),
        ),
    ]
}

/// A site for FileZilla's site manager: this server, plain FTP, anonymous, one connection, so that transfers stay on the
/// connection that a class watches.
#[must_use]
pub fn filezilla_site(at: SocketAddr) -> String {
    let ip = match at.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => "127.0.0.1".to_owned(),
        ip if ip.is_unspecified() => "::1".to_owned(),
        ip => ip.to_string(),
    };
    let port = at.port();
    // Protocol 6 is "only use plain FTP", logon type 0 is anonymous.
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FileZilla3>\n  <Servers>\n    <Server>\n      <Host>{ip}</Host>\n      \
         <Port>{port}</Port>\n      <Protocol>6</Protocol>\n      <Type>0</Type>\n      <Logontype>0</Logontype>\n      \
         <PasvMode>MODE_DEFAULT</PasvMode>\n      <MaximumMultipleConnections>1</MaximumMultipleConnections>\n      \
         <EncodingType>Auto</EncodingType>\n      <BypassProxy>0</BypassProxy>\n      <Name>ftplab {port}</Name>\n    \
         </Server>\n  </Servers>\n</FileZilla3>\n"
    )
}

/// True for a file as [`filezilla_site`] makes it: one site, of ftplab.
#[must_use]
pub fn is_filezilla_site(bytes: &[u8]) -> bool {
    let sites = memchr::memmem::find_iter(bytes, b"<Server>").count();
    sites == 1 && memchr::memmem::find(bytes, b"<Name>ftplab ").is_some()
}
