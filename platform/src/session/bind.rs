//! BIND and UNBIND (protocol.md 4.2).

use super::deal::{Deal, Delivery};
use super::{Flow, Session, introduce};
use crate::config::Notify;
use crate::connection::Stage;
use crate::fault::Point;
use crate::finding::FindingKind;
use crate::service::Answer;
use crate::thing::BindRefusal;
use tokio::sync::oneshot;
use twedge::model::Text;
use twedge::wire::{Gateway, Header, MessageCode};

impl Session {
    pub(super) fn bind_or_unbind(&mut self, header: Header, gateway: Option<Gateway>, names: Vec<Text>) -> Flow {
        if header.code == MessageCode::BIND {
            self.bind(header, gateway.as_ref(), &names)
        } else {
            self.unbind(header, &names)
        }
    }

    fn bind(&mut self, header: Header, gateway: Option<&Gateway>, names: &[Text]) -> Flow {
        let delivery = match self.deal(&[Point::Bind], names, Some(&header)) {
            Deal::Done(flow) => return flow,
            Deal::Serve(delivery) => delivery,
        };
        let config = self.core.config();
        let id = self.handle.id;
        let bound = self.core.update(|state| {
            let bound = state.things.bind(id, names, gateway, &config.switches, &config.limits)?;
            state.counters.binds += 1;
            if let Some(session) = state.sessions.get_mut(&id) {
                session.info.stage = Stage::Bound;
                session.info.gateway = gateway.cloned();
            }
            Ok::<_, BindRefusal>(bound)
        });
        let bound = match bound {
            Ok(bound) => bound,
            Err(refusal) => {
                self.find(FindingKind::BindRefused, refusal.reason.clone());
                return self.deliver(header, Answer::error(refusal.code, refusal.reason), delivery);
            }
        };
        for (other, name) in &bound.taken {
            log::info!("connection {other} has lost {name} to connection {id}");
        }
        let mut things = bound.things;
        if config.switches.notify == Notify::BeforeBindAnswer {
            things = self.notify_first(things);
        }
        let flow = self.deliver(header, Answer::ok(), delivery.clone());
        // Whoever gets no answer has not been bound as far as it knows.
        if flow == Flow::Go && matches!(delivery, Delivery::Now | Delivery::Later(_)) {
            let (core, handle) = (self.core.clone(), self.handle.clone());
            tokio::spawn(async move {
                if let Delivery::Later(wait) = delivery {
                    tokio::time::sleep(wait).await;
                }
                introduce::introduce_all(core, handle, things).await;
            });
        }
        flow
    }

    /// Sends NotifyPropertyUpdate for the things that nothing has to be asked about; returns the others.
    fn notify_first(&mut self, things: Vec<Text>) -> Vec<Text> {
        let (known, unknown): (Vec<Text>, Vec<Text>) =
            things.into_iter().partition(|thing| introduce::needs_only_notice(&self.core, thing));
        for thing in known {
            if let Some(request) = introduce::notice(&self.core, self.handle.id, &thing) {
                // The answer matters only in that it comes.
                let (reply, _) = oneshot::channel();
                self.request(request, self.core.config().timers.request, reply);
            }
        }
        unknown
    }

    fn unbind(&mut self, header: Header, names: &[Text]) -> Flow {
        let delivery = match self.deal(&[Point::Unbind], names, Some(&header)) {
            Deal::Done(flow) => return flow,
            Deal::Serve(delivery) => delivery,
        };
        let star = self.core.config().switches.identifier_star;
        let id = self.handle.id;
        self.core.update(|state| {
            state.counters.unbinds += 1;
            state.things.unbind(id, names, star);
        });
        self.deliver(header, Answer::ok(), delivery)
    }
}
