//! Faults at messages: what becomes of a message and of its answer.

use super::{Command, Flow, Session};
use crate::fault::{Action, Point};
use crate::service::Answer;
use std::time::Duration;
use twedge::model::Text;
use twedge::wire::{Header, MessageCode};

/// How a message is dealt with.
pub(super) enum Deal {
    /// It has its effect, and this becomes of its answer.
    Serve(Delivery),
    /// It has been dealt with.
    Done(Flow),
}

/// What becomes of an answer.
#[derive(Clone)]
pub(super) enum Delivery {
    Now,
    Later(Duration),
    Never,
    /// These bytes go out instead.
    Replaced(Vec<u8>),
}

impl Session {
    /// Lets a fault strike at one of these points. `names` are the things that the message names.
    pub(super) fn deal(&mut self, points: &[Point], names: &[Text], header: Option<&Header>) -> Deal {
        let Some(action) = self.core.strike(self.handle.id, points, names) else { return Deal::Serve(Delivery::Now) };
        match action {
            Action::Answer(code, reason) => Deal::Done(match header {
                Some(header) => self.answer(header, Answer { code, reason: reason.map(Text::from), content: None }),
                None => Flow::Go,
            }),
            // What concerns the upgrade means nothing here but a refusal.
            Action::HttpStatus(_) | Action::WrongAccept => Deal::Done(match header {
                Some(header) => self.answer(header, Answer::error(MessageCode::SERVICE_UNAVAILABLE, "fault")),
                None => Flow::Go,
            }),
            Action::Delay(wait) => Deal::Serve(Delivery::Later(wait)),
            Action::NoAnswer => Deal::Serve(Delivery::Never),
            Action::Bytes(bytes) => Deal::Serve(Delivery::Replaced(bytes)),
            Action::Lose => Deal::Done(Flow::Go),
            Action::Close(status, reason) => Deal::Done(self.close(status, &reason)),
            Action::Drop => Deal::Done(Flow::Drop),
            Action::Silence => {
                self.out.silent = true;
                Deal::Serve(Delivery::Never)
            }
        }
    }

    /// Answers a request in the way that its deal says.
    pub(super) fn deliver(&mut self, header: Header, answer: Answer, delivery: Delivery) -> Flow {
        match delivery {
            Delivery::Now => self.answer(&header, answer),
            Delivery::Never => {
                self.serving.remove(&header.request_id);
                Flow::Go
            }
            Delivery::Replaced(bytes) => {
                self.serving.remove(&header.request_id);
                self.command(Command::Bytes(bytes))
            }
            Delivery::Later(wait) => {
                let handle = self.handle.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    handle.send(Command::Answer { header, answer });
                });
                Flow::Go
            }
        }
    }

    /// A ping of the device.
    pub(super) fn ping(&mut self, payload: &[u8]) -> Flow {
        self.core.update(|state| state.counters.pings += 1);
        match self.deal(&[Point::Ping], &[], None) {
            Deal::Done(flow) => flow,
            Deal::Serve(Delivery::Now) => {
                let sent = self.out.pong(payload);
                self.sent(sent)
            }
            Deal::Serve(Delivery::Never) => Flow::Go,
            Deal::Serve(Delivery::Replaced(bytes)) => self.command(Command::Bytes(bytes)),
            Deal::Serve(Delivery::Later(wait)) => {
                let mut pong = Vec::new();
                let mut encoder = super::Encoder::new(super::Role::Server, super::MAX_FRAME, None);
                if encoder.answer_ping(payload, &mut pong).is_ok() {
                    let handle = self.handle.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(wait).await;
                        handle.send(Command::Bytes(pong));
                    });
                }
                Flow::Go
            }
        }
    }
}
