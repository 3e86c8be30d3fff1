//! The HTTP request that opens a WebSocket (protocol.md 1.2, 1.3, 8.1).

use super::head::Head;
use super::rewind::Rewind;
use super::{Connection, Stream, refuse};
use crate::config::Config;
use crate::connection::{ConnectionInfo, Stage};
use crate::core::Session;
use crate::fault::{Action, Point};
use crate::finding::FindingKind;
use crate::session::{self, Opened, SessionHandle};
use crate::tunnels;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt;
use twedge::net::upgrade::{DeflateParams, switching_protocols};

/// Where devices connect.
pub(super) const PATH: &str = "/Thingworx/WS";
/// Where they open tunnels; the id follows.
pub(super) const TUNNELS: &str = "/Thingworx/WSTunnelServer/";
/// Frame size of a device that announces none.
const DEFAULT_FRAME: usize = 8192;
const MAX_FRAME: usize = 65_535;
/// Smallest frame that an AlwaysOn answer fits in.
const MIN_FRAME: usize = 32;

/// A request that is accepted.
pub(super) struct Accepted {
    key: String,
    max_frame_size: usize,
    compression: Option<DeflateParams>,
    user: String,
}

/// A request that is refused.
pub(super) struct Refused {
    pub status: u16,
    pub kind: FindingKind,
    pub reason: String,
}

fn refuse_with<T>(status: u16, reason: &str) -> Result<T, Refused> {
    Err(Refused { status, kind: FindingKind::UpgradeRefused, reason: format!("{reason} (HTTP {status})") })
}

/// Judges an upgrade request for the AlwaysOn protocol.
pub(super) fn judge(config: &Config, head: &Head) -> Result<Accepted, Refused> {
    if head.path() != PATH {
        return refuse_with(404, &format!("no WebSocket at {}", head.path()));
    }
    judge_request(config, head)
}

/// Judges everything but the path.
fn judge_request(config: &Config, head: &Head) -> Result<Accepted, Refused> {
    let refuse = refuse_with;
    if head.method != "GET" {
        return refuse(405, &format!("upgrade with {}", head.method));
    }
    if !head.lists("Upgrade", "websocket") || !head.lists("Connection", "upgrade") {
        return refuse(400, "no Upgrade: websocket with Connection: Upgrade");
    }
    if head.text("Sec-WebSocket-Version") != "13" {
        return refuse(426, &format!("WebSocket version {:?}", head.text("Sec-WebSocket-Version")));
    }
    let key = head.text("Sec-WebSocket-Key");
    if STANDARD.decode(key).map_or(true, |key| key.len() != 16) {
        return refuse(400, "Sec-WebSocket-Key is not 16 bytes in base64");
    }
    let max_frame_size = match head.header("Max-Frame-Size") {
        None => DEFAULT_FRAME,
        Some(_) => match head.text("Max-Frame-Size").parse() {
            Ok(size) if size >= MIN_FRAME => MAX_FRAME.min(size),
            _ => return refuse(400, &format!("Max-Frame-Size {:?}", head.text("Max-Frame-Size"))),
        },
    };
    let Some(credential) = head.header("appKey").and_then(|key| config.credential(key.trim_ascii())) else {
        let reason = "wrong or missing appKey header (HTTP 401)".to_owned();
        return Err(Refused { status: 401, kind: FindingKind::WrongKey, reason });
    };
    let offered = head.lists("Sec-WebSocket-Extensions", "permessage-deflate");
    // Originals take no answer that is larger than one of their frames.
    let fits = switching_protocols(key, Some(DeflateParams::default())).len() <= max_frame_size;
    let compression = (config.compression && offered && fits).then(DeflateParams::default);
    Ok(Accepted { key: key.to_owned(), max_frame_size, compression, user: credential.user.clone() })
}

impl Connection {
    /// Answers an accepted request and serves the WebSocket until it ends.
    pub(super) async fn open(self, mut stream: impl Stream, accepted: Accepted, leftover: &[u8]) {
        let mut answer = switching_protocols(&accepted.key, accepted.compression);
        match self.core.strike(self.id, &[Point::Upgrade], &[]) {
            None => {}
            Some(Action::HttpStatus(status)) => return refuse(&mut stream, status).await,
            Some(Action::Answer(..)) => return refuse(&mut stream, 503).await,
            Some(Action::WrongAccept) => answer = switching_protocols("wrong", accepted.compression),
            Some(Action::Bytes(bytes)) => answer = bytes,
            Some(Action::Delay(wait)) => tokio::time::sleep(wait).await,
            Some(Action::Silence | Action::NoAnswer | Action::Lose) => {
                return tokio::time::sleep(self.core.config().timers.idle).await;
            }
            Some(Action::Drop | Action::Close(..)) => return,
        }
        if stream.write_all(&answer).await.is_err() || stream.flush().await.is_err() {
            return log::info!("connection {}: ended during the upgrade", self.id);
        }
        let (handle, commands) = SessionHandle::new(self.id);
        if !self.enter(&accepted, handle.clone()) {
            return;
        }
        let opened = Opened { max_frame_size: accepted.max_frame_size, compression: accepted.compression };
        session::run(self.core, handle, commands, Rewind::new(leftover.to_vec(), stream), opened).await;
    }

    /// Serves the WebSocket of a tunnel.
    pub(super) async fn tunnel(self, mut stream: impl Stream, head: &Head, tid: &str, leftover: &[u8]) {
        let known = self.core.update(|state| {
            let refusal = state.tunnels.record(tid).map(|_| state.tunnels.refusal(tid));
            state.tunnels.change(tid, |record| record.upgrades += 1);
            refusal
        });
        let judged = match known {
            None => refuse_with(404, &format!("no tunnel {tid} is expected")),
            Some(Some(status)) => return refuse(&mut stream, status).await,
            Some(None) => judge_request(&self.core.config(), head),
        };
        let accepted = match judged {
            Ok(accepted) => accepted,
            Err(refused) => {
                self.core.find(self.id, refused.kind, refused.reason);
                return refuse(&mut stream, refused.status).await;
            }
        };
        let Some(commands) = self.core.update(|state| state.tunnels.open(tid)) else { return };
        // Compression is never agreed on here.
        let answer = switching_protocols(&accepted.key, None);
        if stream.write_all(&answer).await.is_err() || stream.flush().await.is_err() {
            return log::info!("connection {}: ended during the upgrade", self.id);
        }
        self.core.update(|state| {
            state.tunnels.change(tid, |record| {
                record.open = true;
                record.max_frame_size = accepted.max_frame_size;
                record.extensions = head.header("Sec-WebSocket-Extensions").is_some();
            });
        });
        let stream = Rewind::new(leftover.to_vec(), stream);
        tunnels::serve(self.core, tid.to_owned(), commands, stream, accepted.max_frame_size).await;
    }

    /// Enters the connection among the others; `false` when the platform stops.
    fn enter(&self, accepted: &Accepted, handle: SessionHandle) -> bool {
        let info = ConnectionInfo {
            id: self.id,
            peer: self.peer,
            stage: Stage::Upgraded,
            session_id: 0,
            user: accepted.user.clone(),
            max_frame_size: accepted.max_frame_size,
            compression: accepted.compression.is_some(),
            gateway: None,
            tls: self.tls,
        };
        self.core.update(|state| {
            if state.stopped {
                return false;
            }
            state.counters.upgrades += 1;
            state.sessions.insert(self.id, Session { info, handle });
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(change: impl FnOnce(&mut Head)) -> Head {
        let headers = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "QmM7MZw2pOYV6CSvd/1Zxg=="),
            ("Sec-WebSocket-Extensions", "permessage-deflate"),
            ("Max-Frame-Size", "8192"),
            ("appKey", crate::config::DEMO_APP_KEY),
        ];
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        let mut head = Head { method: "GET".into(), target: PATH.into(), headers, length: 0 };
        change(&mut head);
        head
    }

    fn status(change: impl FnOnce(&mut Head)) -> u16 {
        judge(&Config::default(), &head(change)).err().map_or(101, |refused| refused.status)
    }

    fn with(name: &'static str, value: &'static str) -> impl FnOnce(&mut Head) {
        move |head| {
            head.headers.retain(|(known, _)| known != name);
            head.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        }
    }

    #[test]
    fn statuses() {
        assert_eq!(status(|_| ()), 101);
        assert_eq!(status(|head| head.target = "/Thingworx/XS".into()), 404);
        assert_eq!(status(|head| head.method = "POST".into()), 405);
        assert_eq!(status(with("Upgrade", "h2c")), 400);
        assert_eq!(status(with("Connection", "close")), 400);
        assert_eq!(status(with("Sec-WebSocket-Version", "8")), 426);
        assert_eq!(status(with("Sec-WebSocket-Key", "short")), 400);
        assert_eq!(status(with("Max-Frame-Size", "many")), 400);
        assert_eq!(status(with("appKey", "wrong")), 401);
        assert_eq!(status(|head| head.headers.retain(|(name, _)| name != "appKey")), 401);
    }

    #[test]
    fn compression_only_where_the_answer_fits() {
        let compression =
            |change| judge(&Config::default(), &head(change)).map(|accepted| accepted.compression).ok().flatten();
        assert!(compression(with("Max-Frame-Size", "175")).is_some());
        assert!(compression(with("Max-Frame-Size", "160")).is_none());
        let off = Config { compression: false, ..Config::default() };
        assert!(judge(&off, &head(|_| ())).is_ok_and(|accepted| accepted.compression.is_none()));
    }
}
