//! What a request leads to.

use super::error::RequestError;
use crate::model::{InfoTable, Text};
use crate::wire::{Header, MessageCode};

/// The platform's answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its header; the code in it tells success from failure.
    pub header: Header,
    /// Text for humans.
    pub reason: Option<Text>,
    /// The result.
    pub content: Option<InfoTable>,
}

impl Answer {
    /// Its code.
    pub fn code(&self) -> MessageCode {
        self.header.code
    }

    /// Itself when it is a success, else [`RequestError::Refused`].
    pub fn success(self) -> Result<Self, RequestError> {
        if self.code() == MessageCode::SUCCESS {
            return Ok(self);
        }
        Err(RequestError::Refused { code: self.code(), reason: self.reason })
    }
}

/// The answer, or why there is none.
pub type Outcome = Result<Answer, RequestError>;

/// Receives the outcome of an asynchronous request together with its id, on a thread that the application lends.
pub type Callback = Box<dyn FnOnce(u32, Outcome) + Send>;
