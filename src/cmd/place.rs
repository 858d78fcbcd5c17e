//! Hosts and ports of a command line, read and looked up; where there is none, the failure says what to write.

use std::net::{IpAddr, SocketAddr};

use super::{Context, Failure, fault};
use crate::io::address::{self, AddressError, FTP_PORT, Place};

/// Why a text of the command line names no place.
pub(super) fn none(context: &Context, command: &str, error: &AddressError) -> Failure {
    fault::failed(context, command, &fault::address(&context.text, error))
}

/// Every address of a host, with the port that is written or 0.
pub(super) fn host(
    context: &Context,
    command: &str,
    name: &str,
) -> Result<Vec<SocketAddr>, Failure> {
    address::parse(name)
        .and_then(|place| place.resolve(0))
        .map_err(|error| none(context, command, &error))
}

/// The same without ports.
pub(super) fn hosts(context: &Context, command: &str, name: &str) -> Result<Vec<IpAddr>, Failure> {
    let addresses = host(context, command, name)?;
    Ok(addresses.iter().map(SocketAddr::ip).collect())
}

/// An FTP server: its host, which may name a port, and the port where that is a word of its own.
pub(super) fn server(
    context: &Context,
    command: &str,
    host: &str,
    port: Option<&str>,
) -> Result<(Place, Vec<SocketAddr>), Failure> {
    let read = || {
        let mut place = address::parse(host)?;
        if let Some(port) = port {
            place.port = Some(address::port(port)?);
        }
        let addresses = place.resolve(FTP_PORT)?;
        Ok((place, addresses))
    };
    read().map_err(|error: AddressError| none(context, command, &error))
}
