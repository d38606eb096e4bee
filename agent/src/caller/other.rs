//! Systems whose tables of connections are not read yet: the loopback address alone decides.

use std::net::SocketAddr;

use super::Caller;

pub(super) fn caller(_remote: SocketAddr, _local: SocketAddr) -> Caller {
    Caller::Same
}
