//! Messages that could not be sent, and sending them later (api-behaviour.md 7).

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::answer::Outcome;
use super::encode::{cut, unsendable};
use super::error::RequestError;
use super::outbox::Link;
use super::settings::{RequestOptions, Settings};
use super::shared::{Shared, deadline, next_request_id};
use crate::store::notes::{Deferred, note};
use crate::store::{Fate, MessageStore, NotStored, Stored};
use crate::wire::{self, Body, Cut, Header, MessageCode, NO_SESSION, Request, encode_body, encode_with_body};

/// A copy of a request, for the case that it cannot be sent.
pub(super) struct Kept {
    code: MessageCode,
    request: Request,
}

impl Kept {
    /// Stores it, if it was not sent; what the caller is told.
    pub fn end<T>(self, shared: &Shared, outcome: Result<T, RequestError>) -> Result<T, RequestError> {
        let Err(error) = &outcome else { return outcome };
        if !shared.is_to_be_stored(error) {
            return outcome;
        }
        let header = header(self.code);
        match encode_body(self.code, &Body::Request(self.request)) {
            Ok(body) => shared.store_unsent(&header, &body, outcome),
            Err(error) => Err(unsendable(error)),
        }
    }
}

/// The header of a message that is stored. Its session id is replaced when it is sent.
fn header(code: MessageCode) -> Header {
    Header { version: 1, code, request_id: next_request_id(), endpoint_id: 0, session_id: NO_SESSION }
}

impl Shared {
    /// A copy of the request, if it is to be stored when it cannot be sent.
    pub fn keep(&self, code: MessageCode, request: &Request, options: RequestOptions) -> Option<Kept> {
        let wanted = options.store_unsent && self.message_store().is_some_and(|store| store.is_accepting());
        wanted.then(|| Kept { code, request: request.clone() })
    }

    /// Whether a request that ended like this is stored: it was not sent, or it was not answered and that is wanted.
    fn is_to_be_stored(&self, error: &RequestError) -> bool {
        match error {
            RequestError::NotConnected | RequestError::NotSent(_) => true,
            RequestError::TimedOut(_) | RequestError::ConnectionLost => self.settings().store_unanswered,
            _ => false,
        }
    }

    /// Stores a request that was not sent; what the caller is told. Other messages are not stored: AUTH and BIND belong to a
    /// connection, answers to a request of the platform that is over with it.
    pub fn store_unsent<T>(
        &self,
        header: &Header,
        body: &[u8],
        outcome: Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        let Some(store) = self.message_store() else { return outcome };
        if !header.code.is_request() || !store.is_accepting() {
            return outcome;
        }
        let error = match outcome {
            Err(error) if self.is_to_be_stored(&error) => error,
            outcome => return outcome,
        };
        let settings = self.settings();
        let cut = cut_for_store(&settings);
        // What no link would take is not stored either.
        encode_with_body(header, body, &Cut { deflate: true, ..cut }).map_err(unsendable)?;
        let stored = store.store(header, body, settings.message_store_limit, &cut);
        let sent = matches!(error, RequestError::TimedOut(_) | RequestError::ConnectionLost);
        Err(match stored {
            // It may have been executed: the caller is told so, as without a store.
            Ok(()) if sent => error,
            Err(reason) if sent => {
                log::warn!("a request without an answer is not stored: {reason}");
                error
            }
            Ok(()) => RequestError::Stored,
            Err(reason @ NotStored::Full { .. }) => RequestError::StoreFull(reason.to_string()),
            Err(reason @ NotStored::Failed(_)) => RequestError::StoreFailed(reason.to_string()),
        })
    }

    /// Sends what is stored and was not tried in vain on this link. Stops where the link takes no more; what is left waits for the next
    /// send.
    pub fn send_stored(&self, link: &Link) {
        let Some(store) = self.message_store() else { return };
        if !store.has_waiting(link.id) {
            return;
        }
        // Before the turn, so that lines for the log are written after it.
        let _deferred = Deferred::new();
        let _turn = store.sending.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(stored) = store.next(link.id) {
            let number = stored.number;
            if let Err(error) = self.send_one_stored(link, &store, stored) {
                match error {
                    RequestError::TooLarge(_) | RequestError::NotEncoded(_) => {
                        store.note(number, Fate::Unsendable(error.to_string()));
                    }
                    error => {
                        note!(Debug, "stored messages wait on: {error}");
                        store.note(number, Fate::Returned);
                        return;
                    }
                }
            }
        }
    }

    /// See [`super::Connection::send_stored`].
    pub fn send_all_stored(&self) -> Result<(), RequestError> {
        if self.owner.is_foreign() {
            return Err(RequestError::Forked);
        }
        let link = self.online().ok_or(RequestError::NotConnected)?;
        let Some(store) = self.message_store() else { return Ok(()) };
        store.try_again();
        self.send_stored(&link);
        if store.waiting() > 0 && self.online().is_none() { Err(RequestError::NotConnected) } else { Ok(()) }
    }

    fn send_one_stored(&self, link: &Link, store: &Arc<MessageStore>, stored: Stored) -> Result<(), RequestError> {
        let Stored { number, mut header, body } = stored;
        if matches!(header.code, MessageCode::AUTH | MessageCode::BIND | MessageCode::UNBIND) {
            note!(Info, "a stored {} is dropped: connecting sends its own", header.code);
            store.note(number, Fate::Delivered);
            return Ok(());
        }
        header.session_id = link.session_id;
        let settings = self.settings();
        let timeout = settings.message_timeout;
        let until = deadline(Instant::now(), timeout);
        let is_request = header.code.is_request();
        if is_request && store.path().is_some() {
            header.request_id = next_request_id();
        }
        let messages = wire::encode_with_body(&header, &body, &cut(link, &settings)).map_err(unsendable)?;
        if is_request {
            let noted = store.clone();
            let own = self.own.clone();
            let callback = Box::new(move |_: u32, outcome: Outcome| {
                noted.note(number, fate_of(outcome));
                if let Some(shared) = own.upgrade() {
                    shared.tasker.raise();
                }
            });
            if self.in_flight.enter_own(header.request_id, link.id, callback, until, timeout) {
                self.tasker.raise();
            }
        }
        match self.outbox.send(link.id, messages, until) {
            Err(refusal) if !is_request || self.in_flight.withdraw(header.request_id) => {
                Err(super::requests::refused(refusal, timeout))
            }
            // Nobody answers an answer.
            Ok(()) if !is_request => {
                store.note(number, Fate::Delivered);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes over what has become of stored messages.
    pub fn settle_stored(&self) {
        if let Some(store) = self.message_store() {
            store.settle();
        }
    }
}

/// The pieces of a message that is stored in the original's form.
pub(super) fn cut_for_store(settings: &Settings) -> Cut {
    let chunk_size = u16::try_from(settings.message_chunk_size).unwrap_or(u16::MAX);
    Cut { chunk_size, max_message_size: settings.max_message_size, deflate: false }
}

/// What an outcome means for a stored message.
fn fate_of(outcome: Outcome) -> Fate {
    match outcome {
        Ok(answer) if answer.code() == MessageCode::SUCCESS => Fate::Delivered,
        Ok(answer) => {
            let for_good = (0x80..=0x8f).contains(&answer.code().0);
            let error = RequestError::Refused { code: answer.code(), reason: answer.reason };
            Fate::Failed { for_good, reason: error.to_string() }
        }
        Err(error @ (RequestError::TimedOut(_) | RequestError::Undecodable(_))) => {
            Fate::Failed { for_good: false, reason: error.to_string() }
        }
        Err(_) => Fate::Returned,
    }
}
