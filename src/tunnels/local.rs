//! The local end of a TCP tunnel.

use std::time::{Duration, Instant};

use mio::{Registry, Token};

use super::TunnelError;
use super::tunnel::Answer;
use crate::net::dial::{Dial, Wake};
use crate::net::transport::{ReadState, Transport};

/// The local server and the connection to it.
pub(super) struct Local {
    host: String,
    port: u16,
    /// How often it may still be connected; `None` is without limit.
    connects: Option<u16>,
    state: State,
    /// What the platform has sent while the connection is being made.
    waiting: Vec<u8>,
    /// Who waits for the connection.
    answer: Option<Answer>,
}

enum State {
    Closed,
    Dialling(Box<Dial>),
    Open(Box<Transport>),
}

/// What has come from it.
pub(super) enum Read {
    Data(Vec<u8>),
    Nothing,
    /// The connection has ended; the data that came last first.
    End(Vec<u8>, String),
}

impl Local {
    pub fn new(host: String, port: u16, connects: Option<u16>) -> Self {
        Self { host, port, connects, state: State::Closed, waiting: Vec::new(), answer: None }
    }

    pub fn has_connects(&self) -> bool {
        self.connects != Some(0)
    }

    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// Starts to connect, in place of a connection that is there, and uses up one connect. `answer` is told the outcome.
    pub fn connect(&mut self, timeout: Duration, wake: Wake, answer: Option<Answer>) -> Result<(), String> {
        self.close();
        self.connects = self.connects.map(|left| left.saturating_sub(1));
        match Dial::start(&self.host, self.port, Instant::now() + timeout, wake) {
            Ok(dial) => {
                self.state = State::Dialling(Box::new(dial));
                self.answer = answer;
                Ok(())
            }
            Err(error) => {
                tell(answer, Err(TunnelError::Connect(error.to_string())));
                Err(error.to_string())
            }
        }
    }

    /// Goes on connecting.
    ///
    /// # Errors
    /// There is no connection.
    pub fn advance(&mut self, registry: &Registry, token: Token, now: Instant) -> Result<(), String> {
        let State::Dialling(dial) = &mut self.state else { return Ok(()) };
        match dial.advance(registry, token, now) {
            Ok(None) => Ok(()),
            Ok(Some(socket)) => {
                self.state = State::Open(Box::new(Transport::plain(socket)));
                tell(self.answer.take(), Ok(()));
                let waiting = std::mem::take(&mut self.waiting);
                self.write(&waiting)
            }
            Err(error) => {
                tell(self.answer.take(), Err(TunnelError::Connect(error.to_string())));
                self.close();
                Err(error.to_string())
            }
        }
    }

    /// When it has to be looked at although nothing is ready.
    pub fn timer(&self) -> Option<Instant> {
        match &self.state {
            State::Dialling(dial) => Some(dial.timer()),
            _ => None,
        }
    }

    /// Bytes that wait to be sent to it.
    pub fn queued(&self) -> usize {
        match &self.state {
            State::Open(transport) => transport.queued(),
            _ => self.waiting.len(),
        }
    }

    /// Sends data, or keeps them until there is a connection.
    ///
    /// # Errors
    /// The connection has failed and is closed.
    pub fn write(&mut self, data: &[u8]) -> Result<(), String> {
        match &mut self.state {
            State::Open(transport) => transport.write(data).map_err(|error| self.failed(&error.to_string())),
            State::Dialling(_) => {
                self.waiting.extend_from_slice(data);
                Ok(())
            }
            State::Closed => Ok(()),
        }
    }

    /// Goes on sending what waits.
    ///
    /// # Errors
    /// The connection has failed and is closed.
    pub fn flush(&mut self) -> Result<(), String> {
        match &mut self.state {
            State::Open(transport) => transport.flush().map_err(|error| self.failed(&error.to_string())),
            _ => Ok(()),
        }
    }

    /// What has come, at most `limit` bytes.
    pub fn read(&mut self, limit: usize) -> Read {
        let State::Open(transport) = &mut self.state else { return Read::Nothing };
        let mut data = Vec::new();
        let reason = match transport.read(&mut data, limit) {
            Ok(ReadState::Blocked) if data.is_empty() => return Read::Nothing,
            Ok(ReadState::Blocked | ReadState::More) => return Read::Data(data),
            Ok(ReadState::End) => "the local server has closed its connection".to_owned(),
            Err(error) => error.to_string(),
        };
        self.close();
        Read::End(data, reason)
    }

    fn failed(&mut self, reason: &str) -> String {
        self.close();
        reason.to_owned()
    }

    /// Ends the connection, or the attempt to make one.
    pub fn close(&mut self) {
        if let State::Open(transport) = &mut self.state {
            transport.close();
        }
        self.state = State::Closed;
        self.waiting = Vec::new();
        tell(self.answer.take(), Err(TunnelError::Connect("it was ended before it was made".to_owned())));
    }
}

/// Whoever asked may have given up.
pub(super) fn tell(answer: Option<Answer>, outcome: Result<(), TunnelError>) {
    if let Some(answer) = answer {
        let _ = answer.try_send(outcome);
    }
}
