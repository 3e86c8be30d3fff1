//! What can go wrong with connecting and with requests.

use std::time::Duration;

use thiserror::Error;

use super::{Step, status};
use crate::model::Text;
use crate::wire::{EncodeError, MessageCode};

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// Nothing was sent.
    #[error("not connected or not authenticated: connect first, or ask for a forced connect")]
    NotConnected,
    /// Sent, and not answered in time. A late answer is ignored.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The link was lost after sending.
    #[error("the connection was lost before the answer came")]
    ConnectionLost,
    /// Nothing was sent: it is above a limit.
    #[error("too large to be sent: {0}")]
    TooLarge(EncodeError),
    /// Nothing was sent: it cannot be written at all.
    #[error("it cannot be sent as it is: {0}")]
    NotEncoded(EncodeError),
    /// The link does not take what is queued already.
    #[error("the link accepted nothing within {0:?}: the network is too slow for what is sent, or dead")]
    NotSent(Duration),
    /// An answer came that is not one.
    #[error("the answer could not be decoded: {0}")]
    Undecodable(String),
    /// The waiting was ended from outside.
    #[error("interrupted by a call that stops the connection attempt")]
    Interrupted,
    /// The platform's answer to a BIND or UNBIND.
    #[error("the platform answered {code}{}", reason.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
    Refused {
        /// Its code.
        code: MessageCode,
        /// Its text.
        reason: Option<Text>,
    },
    /// The process has forked since the connection was opened.
    #[error("the connection belongs to the process that opened it: after a fork the child makes its own")]
    Forked,
    /// It could not be sent and waits in the store of messages.
    #[error("it could not be sent and is stored: it is sent after the next connect")]
    Stored,
    /// It could not be sent, and the store of messages has no room for it.
    #[error("it could not be sent and is lost: {0}")]
    StoreFull(String),
    /// It could not be sent, and the store of messages cannot be written.
    #[error("it could not be sent and is lost: {0}")]
    StoreFailed(String),
}

impl RequestError {
    /// The message code that stands for it where only a code can be told. `MessageCode(0)` is an unknown one.
    pub fn message_code(&self) -> MessageCode {
        match self {
            Self::NotConnected | Self::Forked => MessageCode::SERVICE_UNAVAILABLE,
            Self::TimedOut(_) | Self::ConnectionLost | Self::Interrupted => MessageCode::GATEWAY_TIMEOUT,
            Self::TooLarge(_) | Self::NotEncoded(_) | Self::NotSent(_) | Self::StoreFailed(_) => {
                MessageCode::PRECONDITION_FAILED
            }
            Self::Stored => status::STORED,
            Self::StoreFull(_) => status::STORE_FULL,
            Self::Undecodable(_) => MessageCode(0),
            Self::Refused { code, .. } => *code,
        }
    }

    /// The C interface's result: 1113 not connected, 1114 no answer, 1107 not sent, 308 stored, 314 no room to store it, 100 undecodable,
    /// else the platform's.
    pub fn result(&self) -> u16 {
        status::result_of(self.message_code())
    }

    /// Whether nothing has left the device, so that the message can be sent again without being executed twice.
    pub fn nothing_sent(&self) -> bool {
        matches!(self, Self::NotConnected | Self::TooLarge(_) | Self::NotEncoded(_) | Self::NotSent(_) | Self::Forked)
    }
}

/// Why a connect call has not led to a bound session.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// Steps 1 and 2.
    #[error("{}: {}", .0.step, .0.reason)]
    Open(OpenFailure),
    /// Step 3: the session is closed, or open without being authenticated when no answer came.
    #[error("{}: {reason}", Step::Authenticate, reason = .0)]
    Authenticate(RequestError),
    /// Step 4: the session goes on, and the names are bound again later.
    #[error("{}: {reason}", Step::Bind, reason = .0)]
    Bind(RequestError),
    /// The I/O thread could not be started.
    #[error("the I/O thread could not be started: {0}")]
    Thread(std::io::Error),
    /// The process has forked since the connection was opened.
    #[error("{}", RequestError::Forked)]
    Forked,
    /// [`super::Connection::shutdown`] came before.
    #[error("the connection has been shut down")]
    ShutDown,
}

/// Why a link could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFailure {
    /// Where it failed.
    pub step: Step,
    /// The C interface's result: 1001 up to TLS, 1000 request not written, 201 bad answer to the upgrade, 202 no answer in time.
    pub result: u16,
    /// What was wrong and what to do.
    pub reason: String,
}

impl OpenFailure {
    /// The opening was ended from outside.
    pub(super) fn interrupted(step: Step) -> Self {
        Self { step, result: 1001, reason: "ended by a call that stops the connection attempt".into() }
    }
}

impl ConnectError {
    /// The C interface's result, as tabled in api-behaviour.md 2.3.
    pub fn result(&self) -> u16 {
        match self {
            Self::Open(failure) => failure.result,
            Self::Authenticate(error) | Self::Bind(error) => error.result(),
            Self::Thread(_) => 1001,
            Self::Forked | Self::ShutDown => status::UNKNOWN,
        }
    }
}
