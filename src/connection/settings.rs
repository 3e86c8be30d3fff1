//! What an application can tune about a connection, and what a connect call asks for.

use std::time::Duration;

/// Limits and intervals of a connection. They are live: [`super::Connection::set_settings`] replaces them at any time and
/// every decision reads the values of that moment (api-behaviour.md 1.1). The defaults are those of the C configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Largest body that is sent, plus 21 (protocol.md 4.6); also the limit of what is joined from pieces. Bytes.
    pub max_message_size: usize,
    /// Largest message before compression; larger bodies are sent in pieces. Bytes.
    pub message_chunk_size: usize,
    /// Time for the answer to a request that does not bring its own, to AUTH and to each BIND.
    pub message_timeout: Duration,
    /// Interval of our pings.
    pub ping_rate: Duration,
    /// Time for the answer to a ping, after which the link counts as dead.
    pub pong_timeout: Duration,
    /// Life of an incomplete multipart message.
    pub stale_message_age: Duration,
    /// Total time of one attempt to open a link: name, TCP, proxy, TLS and upgrade. Used where a connect call does not say.
    pub connect_timeout: Duration,
    /// Attempts of a forced connect; -1 is without end.
    pub connect_retries: i32,
    /// Pause between the attempts of one connect call, and the floor of the pause between automatic reconnects.
    pub connect_retry_interval: Duration,
    /// Ceiling of the pause between automatic reconnects.
    pub max_connect_delay: Duration,
    /// Time for the rest of a WebSocket frame once its first byte has come.
    pub frame_read_timeout: Duration,
    /// Requests of the platform that may wait for a handler; more are answered SERVICE_UNAVAILABLE.
    pub max_messages: usize,
    /// Whether a lost connection is opened again without being told.
    pub auto_reconnect: bool,
    /// How long after the last tick (or connect call) the application counts as one that does not tick: then a lost link is opened
    /// again on a thread of ours.
    pub silence_limit: Duration,
    /// Share of each duty cycle period that is spent online, in percent. 100 and more is always.
    pub duty_cycle: u8,
    /// Length of a duty cycle period; zero is no duty cycle.
    pub duty_cycle_period: Duration,
    /// Whether the duty cycle begins with its online part after the first connect, instead of going offline at once (Q-A14).
    pub duty_cycle_starts_online: bool,
    /// How long the flag that the first synchronization is over waits for a thing to be synchronized, from the first task online; zero
    /// does not wait (Q-A7).
    pub first_synchronization_wait: Duration,
    /// Whether a connect call waits for one that is at work in another thread, instead of returning at once (Q-C9).
    pub connect_waits: bool,
    /// Bytes that the store of messages must stay below, see [`super::Connection::set_message_store`].
    pub message_store_limit: u64,
    /// Whether the store also takes requests that were sent and not answered: they may be executed twice. What the original SDK does.
    pub store_unanswered: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_message_size: 1_048_576,
            message_chunk_size: 8192,
            message_timeout: Duration::from_secs(10),
            ping_rate: Duration::from_secs(55),
            pong_timeout: Duration::from_secs(10),
            stale_message_age: Duration::from_secs(50),
            connect_timeout: Duration::from_secs(10),
            connect_retries: 3,
            connect_retry_interval: Duration::from_secs(5),
            max_connect_delay: Duration::from_secs(10),
            frame_read_timeout: Duration::from_secs(10),
            max_messages: 500,
            auto_reconnect: true,
            silence_limit: Duration::from_secs(5),
            duty_cycle: 20,
            duty_cycle_period: Duration::ZERO,
            duty_cycle_starts_online: false,
            first_synchronization_wait: Duration::ZERO,
            connect_waits: false,
            message_store_limit: 16_384,
            store_unanswered: false,
        }
    }
}

/// What one connect call asks for; also kept for automatic reconnects (api-behaviour.md 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Total time of one attempt to open a link. Zero takes [`Settings::connect_timeout`].
    pub timeout: Duration,
    /// Number of attempts; 0 makes none, a negative number goes on for ever.
    pub retries: i32,
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestOptions {
    /// Time for the answer: `None` takes [`Settings::message_timeout`], zero sends and gives up at once.
    pub timeout: Option<Duration>,
    /// When offline, connect first with [`Settings::connect_timeout`] and [`Settings::connect_retries`].
    pub force_connect: bool,
    /// Keep the request in the store of messages, if there is one, when it cannot be sent.
    pub store_unsent: bool,
}
