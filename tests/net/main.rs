//! The network layer over real sockets on the loopback interface.

mod certificates;
mod client_certificates;
mod opening;
mod server;
mod transport;
