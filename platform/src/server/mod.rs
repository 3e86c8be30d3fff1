//! Accepting connections: TLS, the first HTTP request, and who gets it.

mod head;
mod rewind;
mod upgrade;

use crate::core::Core;
use crate::fault::{Action, Point};
use crate::finding::FindingKind;
use crate::rest;
use crate::session::Command;
use crate::thing::now;
use head::{Head, HeadError};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rewind::Rewind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How the platform is told to stop serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It goes on.
    No,
    /// Connections get a close frame.
    Close,
    /// Connections just end.
    Drop,
}

/// A way to read and write a connection, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for T {}

/// What a connection starts with.
#[derive(Clone)]
struct Connection {
    core: Arc<Core>,
    id: u64,
    peer: SocketAddr,
    tls: bool,
}

/// Serves connections until it is told to stop.
pub(crate) async fn serve(
    core: Arc<Core>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<Stop>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let id = core.update(|state| {
                        state.counters.connections += 1;
                        state.connections += 1;
                        state.connections
                    });
                    let connection = Connection { core: core.clone(), id, peer, tls: tls.is_some() };
                    connections.spawn(connection.start(stream, tls.clone()));
                }
                Err(error) => {
                    log::warn!("a connection could not be accepted: {error}");
                    // Mostly too many open files: give connections time to end.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let how = *stop.borrow();
    core.update(|state| {
        for session in state.sessions.values() {
            session.handle.send(match how {
                Stop::Close => Command::Close(1001, "platform stops".to_owned()),
                _ => Command::Drop,
            });
        }
    });
    let grace = core.config().timers.close.saturating_mul(3);
    if how == Stop::Close {
        let all = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(grace, all).await;
    }
    connections.shutdown().await;
    core.update(|state| {
        for id in std::mem::take(&mut state.sessions).into_keys() {
            state.things.disconnect(id);
        }
    });
}

impl Connection {
    async fn start(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        log::info!("connection {}: from {}", self.id, self.peer);
        // Small messages must not wait for each other.
        let _ = stream.set_nodelay(true);
        if !self.may_go_on(&[Point::Connect]).await {
            return;
        }
        let wait = self.core.config().timers.upgrade;
        let Some(tls) = tls else { return self.http(stream, wait).await };
        match tokio::time::timeout(wait, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.http(stream, wait).await,
            Ok(Err(error)) => self.core.find(
                self.id,
                FindingKind::TlsFailed,
                format!("TLS handshake: {error}; devices trust the certificate after twApi_LoadCACert"),
            ),
            Err(_) => self.core.find(self.id, FindingKind::SilentConnection, format!("no TLS handshake in {wait:?}")),
        }
    }

    /// Lets a fault strike before anything is read. `false`: the connection has ended.
    async fn may_go_on(&self, points: &[Point]) -> bool {
        match self.core.strike(self.id, points, &[]) {
            None => true,
            Some(Action::Delay(wait)) => {
                tokio::time::sleep(wait).await;
                true
            }
            Some(Action::Silence | Action::NoAnswer | Action::Lose) => {
                // As long as a connection may be idle; the device gives up before that.
                tokio::time::sleep(self.core.config().timers.idle).await;
                false
            }
            Some(_) => false,
        }
    }

    /// Reads the first request, and hands the connection to whom it is for.
    async fn http(self, mut stream: impl Stream, wait: Duration) {
        let mut received = Vec::new();
        let head = match tokio::time::timeout(wait, head::read(&mut stream, &mut received)).await {
            Ok(head) => head,
            Err(_) => {
                let detail = format!("no complete HTTP request within {wait:?}, {} bytes of it", received.len());
                return self.core.find(self.id, FindingKind::SilentConnection, detail);
            }
        };
        match head {
            Ok(head) if head.wants_websocket() => self.websocket(stream, &head, &received).await,
            Ok(_) => self.rest(Rewind::new(received, stream)).await,
            Err(HeadError::Ended) if received.is_empty() => log::info!("connection {}: ended unused", self.id),
            Err(error) => {
                self.core.find(self.id, FindingKind::UpgradeRefused, error.to_string());
                refuse(&mut stream, 400).await;
            }
        }
    }

    /// Serves REST requests on this connection.
    async fn rest(self, stream: impl Stream) {
        let router = rest::router(self.core.clone());
        let wait = self.core.config().timers.upgrade;
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(wait)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
            .await;
        if let Err(error) = served {
            log::debug!("connection {}: HTTP: {error} at {}", self.id, now());
        }
    }

    async fn websocket(self, mut stream: impl Stream, head: &Head, received: &[u8]) {
        if let Some(tid) = head.path().strip_prefix(upgrade::TUNNELS) {
            return self.tunnel(stream, head, tid, received.get(head.length..).unwrap_or_default()).await;
        }
        let refused = match upgrade::judge(&self.core.config(), head) {
            Ok(accepted) => return self.open(stream, accepted, received.get(head.length..).unwrap_or_default()).await,
            Err(refused) => refused,
        };
        self.core.find(self.id, refused.kind, refused.reason);
        refuse(&mut stream, refused.status).await;
    }
}

/// Answers with a status and ends the connection.
async fn refuse(stream: &mut impl Stream, status: u16) {
    let reason = hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut answer = format!("HTTP/1.1 {status} {}\r\n", reason.unwrap_or("Refused"));
    if status == 426 {
        answer.push_str("Sec-WebSocket-Version: 13\r\n");
    }
    answer.push_str("Content-Length: 0\r\nConnection: close\r\n\r\n");
    // The device may be gone; then there is nobody to tell.
    if stream.write_all(answer.as_bytes()).await.is_ok() && stream.shutdown().await.is_ok() {
        let mut rest = [0; 512];
        let drain = async { while matches!(stream.read(&mut rest).await, Ok(length) if length > 0) {} };
        let _ = tokio::time::timeout(Duration::from_secs(1), drain).await;
    }
}
