//! Requests of a device to the platform (protocol.md 6.3, 6.4).

use super::deal::{Deal, Delivery};
use super::{Command, Flow, Session};
use crate::fault::Point;
use crate::files;
use crate::finding::FindingKind;
use crate::service::{Answer, ServiceCall, Stub};
use crate::thing::{EventRecord, knows_deadband, now, pushed_values};
use crate::tunnels;
use std::sync::{Arc, PoisonError};
use twedge::model::{BaseType, Text, Value};
use twedge::wire::{Characteristic, EntityType, Header, MessageCode, Request};

/// The call for what the device is to push.
const SUBSCRIPTIONS: &str = "GetPropertySubscriptions";
/// The call that brings property values.
const UPDATE: &str = "UpdateSubscribedPropertyValues";

impl Session {
    pub(super) fn serve(&mut self, header: Header, request: Request) -> Flow {
        let points = points(&header, &request);
        let delivery = match self.deal(&points, std::slice::from_ref(&request.entity), Some(&header)) {
            Deal::Done(flow) => return flow,
            Deal::Serve(delivery) => delivery,
        };
        self.serving.insert(header.request_id);
        if request.entity_type == EntityType::THING {
            self.heard_of(&request.entity);
        }
        if request.characteristic == Characteristic::SERVICES {
            let stubs = self.core.stubs.read().unwrap_or_else(PoisonError::into_inner);
            let stub = stubs.find(request.entity_type, &request.entity, &request.name);
            drop(stubs);
            if let Some(stub) = stub.or_else(|| self.subsystem(&request)) {
                return self.call_stub(header, request, stub, delivery);
            }
        }
        let answer = match (request.entity_type, request.characteristic) {
            (EntityType::THING, Characteristic::SERVICES) => self.thing_service(&request),
            (EntityType::THING, Characteristic::PROPERTIES) if header.code == MessageCode::PUT => {
                self.write_properties(&request)
            }
            (EntityType::THING, Characteristic::PROPERTIES) => self.read_properties(&request),
            (EntityType::THING, Characteristic::EVENTS) => self.fired(&request),
            (EntityType::RESOURCE, Characteristic::SERVICES) => self.resource_service(&request),
            (_, Characteristic::PROPERTIES | Characteristic::SERVICES | Characteristic::EVENTS) => not_found(&request),
            (_, other) => Answer::error(MessageCode::BAD_REQUEST, format!("unknown characteristic {other}")),
        };
        self.deliver(header, answer, delivery)
    }

    /// The services of subsystems take their time as well: they call devices.
    fn subsystem(&self, request: &Request) -> Option<Stub> {
        let is_copy = (request.entity_type, request.entity.as_str(), request.name.as_str())
            == (EntityType::SUBSYSTEM, Some(files::SUBSYSTEM), Some(files::COPY));
        let core = self.core.clone();
        is_copy.then(|| Arc::new(move |call: &ServiceCall| files::copy(&core, call)) as Stub)
    }

    /// Lets a function of an operator or test answer. It may take its time.
    fn call_stub(&self, header: Header, request: Request, stub: Stub, delivery: Delivery) -> Flow {
        let call = ServiceCall {
            connection: self.handle.id,
            user: self.user().to_owned(),
            entity_type: request.entity_type,
            entity: request.entity,
            service: request.name,
            params: request.params,
        };
        let handle = self.handle.clone();
        let answer = tokio::task::spawn_blocking(move || stub(&call));
        tokio::spawn(async move {
            let failed = |_| Answer::error(MessageCode::INTERNAL_SERVER_ERROR, "the service has failed");
            let answer = answer.await.unwrap_or_else(failed);
            match delivery {
                Delivery::Never => return,
                Delivery::Later(wait) => tokio::time::sleep(wait).await,
                Delivery::Replaced(bytes) => {
                    handle.send(Command::Bytes(bytes));
                    return;
                }
                Delivery::Now => {}
            }
            handle.send(Command::Answer { header, answer });
        });
        Flow::Go
    }

    fn user(&self) -> &str {
        self.authenticated.as_ref().map_or("", |authenticated| &authenticated.user)
    }

    /// The name of the thing that a request is about.
    pub(super) fn thing_of(&self, request: &Request) -> Result<Text, Answer> {
        let star = self.core.config().switches.identifier_star;
        self.core
            .read(|state| state.things.resolve(&request.entity, star).map(|thing| thing.name.clone()))
            .ok_or_else(|| Answer::error(MessageCode::NOT_FOUND, format!("Thing [{}] not found", request.entity)))
    }

    fn thing_service(&mut self, request: &Request) -> Answer {
        let thing = match self.thing_of(request) {
            Ok(thing) => thing,
            Err(answer) => return answer,
        };
        match request.name.as_str() {
            Some(SUBSCRIPTIONS) => {
                let deadband = knows_deadband(request.params.as_ref());
                let table = self.core.update(|state| {
                    state.counters.synchronizations += 1;
                    state.things.get(&thing).map(|thing| thing.subscriptions(deadband))
                });
                table.map_or_else(|| not_found(request), Answer::table)
            }
            Some(UPDATE) => match pushed_values(request.params.as_ref()) {
                None => Answer::error(MessageCode::BAD_REQUEST, "the parameter values is missing or no table"),
                Some(values) => {
                    self.core.update(|state| state.counters.pushes += 1);
                    self.core.store_pushed(self.handle.id, &thing, values);
                    Answer::ok()
                }
            },
            Some(tunnels::COMMAND) => {
                self.tunnel_command(request);
                Answer::ok()
            }
            _ => self.unknown_service(request),
        }
    }

    /// What a device tells about a tunnel that is unknown is of no interest.
    fn tunnel_command(&self, request: &Request) {
        let text = |name: &str| {
            let cell = request.params.as_ref().and_then(|params| params.get(0, name.as_bytes()))?;
            Some(cell.as_text()?.to_string())
        };
        if let (Some(tid), Some(command)) = (text("tid"), text("command")) {
            self.core.update(|state| state.tunnels.change(&tid, |record| record.commands.push(command)));
        }
    }

    fn unknown_service(&self, request: &Request) -> Answer {
        let reason = format!("Service [{}] of [{}] not found", request.name, request.entity);
        Answer::error(self.core.config().switches.unknown_service, reason)
    }

    fn resource_service(&mut self, request: &Request) -> Answer {
        match (request.entity.as_str(), request.name.as_str()) {
            (Some("CurrentSessionInfo"), Some("GetCurrentUser")) => {
                Answer::result(Value::Text(BaseType::USERNAME, self.user().into()))
            }
            (Some("CurrentSessionInfo"), _) => self.unknown_service(request),
            _ => not_found(request),
        }
    }

    fn fired(&mut self, request: &Request) -> Answer {
        let thing = match self.thing_of(request) {
            Ok(thing) => thing,
            Err(answer) => return answer,
        };
        let event = EventRecord { name: request.name.clone(), data: request.params.clone(), time: now() };
        let limit = self.core.config().limits.events;
        let known = self.core.update(|state| {
            state.counters.events += 1;
            let thing = state.things.get_mut(&thing)?;
            thing.add_event(event, limit);
            Some(thing.event_names.is_empty() || thing.event_names.contains(&request.name))
        });
        if known == Some(false) {
            self.find(FindingKind::UnknownEvent, format!("{} of {thing}", request.name));
        }
        Answer::ok()
    }
}

/// The points at which faults may strike a request, the most specific first.
fn points(header: &Header, request: &Request) -> Vec<Point> {
    let name = request.name.to_string_lossy().into_owned();
    let mut points = match request.characteristic {
        Characteristic::PROPERTIES if header.code == MessageCode::PUT => vec![Point::Write(name)],
        Characteristic::PROPERTIES => vec![Point::Read(name)],
        Characteristic::EVENTS => vec![Point::Event(name)],
        _ => match name.as_str() {
            SUBSCRIPTIONS => vec![Point::Synchronize, Point::Service(name)],
            UPDATE => vec![Point::Push, Point::Service(name)],
            _ => vec![Point::Service(name)],
        },
    };
    points.push(Point::Request);
    points
}

fn not_found(request: &Request) -> Answer {
    let reason = format!("{} [{}] not found", request.entity_type, request.entity);
    Answer::error(MessageCode::NOT_FOUND, reason)
}
