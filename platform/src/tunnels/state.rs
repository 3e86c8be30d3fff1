//! What the platform knows of tunnels.

use std::collections::BTreeMap;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use twedge::net::websocket::frame::Opcode;

/// What is to be done with the WebSocket of a tunnel.
#[derive(Debug)]
pub(crate) enum ToDevice {
    /// One frame of data, as it is.
    Frame(Opcode, bool, Vec<u8>),
    /// A ping.
    Ping(Vec<u8>),
    /// Bytes that need not be a frame.
    Bytes(Vec<u8>),
    /// A close frame; then the answer is awaited.
    Close(u16, String),
    /// TCP ends.
    Drop,
}

/// A tunnel, as the platform has seen it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TunnelRecord {
    /// Upgrade requests for it.
    pub upgrades: u32,
    /// Whether its WebSocket is open.
    pub open: bool,
    /// `Max-Frame-Size` of the last upgrade request.
    pub max_frame_size: usize,
    /// Whether that request offered an extension.
    pub extensions: bool,
    /// The bytes that came, decoded and joined.
    pub received: Vec<u8>,
    /// How many messages they came in.
    pub messages: usize,
    /// Longest payload of a frame.
    pub longest: usize,
    /// Messages that were not padded base64 on their own.
    pub bad_messages: usize,
    /// Masks of the first frames that came.
    pub masks: Vec<[u8; 4]>,
    /// Payloads of pongs.
    pub pongs: Vec<Vec<u8>>,
    /// Close frames of the device: status and text.
    pub closes: Vec<(u16, String)>,
    /// The commands that the device has sent with `TunnelCommandFromEdge`, in order.
    pub commands: Vec<String>,
}

#[derive(Default)]
struct Tunnel {
    record: TunnelRecord,
    /// The upgrade is answered with this status.
    refusal: Option<u16>,
    sender: Option<UnboundedSender<ToDevice>>,
}

/// The tunnels that are known, by id.
#[derive(Default)]
pub(crate) struct Tunnels(BTreeMap<String, Tunnel>);

impl Tunnels {
    /// Makes an id known, so that a device may open its WebSocket, or is refused with a status.
    pub fn expect(&mut self, tid: &str, refusal: Option<u16>) {
        self.0.insert(tid.to_owned(), Tunnel { refusal, ..Tunnel::default() });
    }

    pub fn record(&self, tid: &str) -> Option<&TunnelRecord> {
        self.0.get(tid).map(|tunnel| &tunnel.record)
    }

    pub fn refusal(&self, tid: &str) -> Option<u16> {
        self.0.get(tid)?.refusal
    }

    pub fn change(&mut self, tid: &str, change: impl FnOnce(&mut TunnelRecord)) {
        if let Some(tunnel) = self.0.get_mut(tid) {
            change(&mut tunnel.record);
        }
    }

    /// A WebSocket opens: what it is to do comes from the receiver.
    pub fn open(&mut self, tid: &str) -> Option<UnboundedReceiver<ToDevice>> {
        let (sender, receiver) = unbounded_channel();
        self.0.get_mut(tid)?.sender = Some(sender);
        Some(receiver)
    }

    /// Hands something to the WebSocket; false when there is none.
    pub fn send(&self, tid: &str, what: ToDevice) -> bool {
        let sender = self.0.get(tid).and_then(|tunnel| tunnel.sender.as_ref());
        sender.is_some_and(|sender| sender.send(what).is_ok())
    }
}
