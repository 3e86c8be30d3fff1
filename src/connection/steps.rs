//! The six steps from nothing to pushed properties (protocol.md 6.1), one function each. 1 to 4 are one attempt of the connect loop,
//! 5 and 6 happen in `tick` when the platform asks for it.

use std::time::Instant;

use super::answer::Answer;
use super::application::AppKey;
use super::driver::Waiting;
use super::error::{OpenFailure, RequestError};
use super::open::{Attempt, OpenLink};
use super::outbox::Link;
use super::shared::Shared;
use super::{Step, synchronize};
use crate::model::{InfoTable, Text};
use crate::wire::{Body, MessageCode};

/// Steps 1 and 2: name look-up, TCP, proxy and TLS, then the HTTP request that makes a WebSocket of the connection. Both before the
/// deadline.
pub(super) fn open(shared: &Shared, key: &AppKey, deadline: Instant) -> Result<OpenLink, OpenFailure> {
    let endpoint = shared.endpoint();
    let attempt = Attempt::start(&endpoint, key, deadline)?;
    if !shared.driver.waits_for(Waiting::Opening(attempt.interrupt())) {
        return Err(OpenFailure::interrupted(Step::HttpConnect));
    }
    let link = attempt.run(|step| match step {
        Step::HttpConnect => log::info!("{step}: {} port {}{}", endpoint.host, endpoint.port, endpoint.route),
        _ => log::info!("{step}: {}", endpoint.resource),
    });
    shared.driver.waits_no_more();
    link
}

/// Step 3: AUTH with the application key. Gives the link back with the session id that the platform has assigned.
pub(super) fn authenticate(shared: &Shared, link: &Link, key: &AppKey) -> Result<Link, RequestError> {
    log::info!("{}", Step::Authenticate);
    let claims = vec![(Text::from("appKey"), Text::from(key.as_bytes()))];
    let answer = await_answer(shared, link, MessageCode::AUTH, Body::Auth { claims })?;
    let session_id = answer.header.session_id;
    log::debug!("session {session_id:08x}");
    if !shared.outbox.authenticated(link.id, session_id) {
        return Err(RequestError::ConnectionLost);
    }
    Ok(Link { session_id, ..*link })
}

fn await_answer(shared: &Shared, link: &Link, code: MessageCode, body: Body) -> Result<Answer, RequestError> {
    let timeout = shared.settings().message_timeout;
    let outcome = shared.exchange(link, code, body, timeout, |id| shared.driver.waits_for(Waiting::Answer(id)));
    shared.driver.waits_no_more();
    outcome?.success()
}

/// Step 4: BIND of all names.
pub(super) fn bind(shared: &Shared, link: &Link) -> Result<(), RequestError> {
    let names = shared.application.bound_names();
    log::info!("{}: {} names", Step::Bind, names.len());
    let outcome =
        shared.send_names(link, MessageCode::BIND, &names, None, |id| shared.driver.waits_for(Waiting::Answer(id)));
    shared.driver.waits_no_more();
    outcome
}

/// Step 5: asks for the push types of a thing that the platform has notified.
pub(super) fn synchronize(shared: &Shared, thing: &Text, until: Option<Instant>) -> Result<InfoTable, RequestError> {
    log::info!("{}: {thing}", Step::Synchronize);
    synchronize::get_property_subscriptions(shared, thing, until)
}

/// Step 6: values that waited for the push types go to the platform.
pub(super) fn push(shared: &Shared, thing: &Text) {
    log::info!("{}: {thing}", Step::Push);
    shared.application.push(thing);
}
