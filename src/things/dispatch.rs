//! Which handler takes a request of the platform, and the rules of the answer (api-behaviour.md 5.2, 5.3).

use std::sync::Arc;

use super::registry::State;
use super::{DefaultHandler, PropertyHandler, Registry, ServiceHandler};
use crate::connection::{Incoming, Reply};
use crate::model::{InfoTable, Text};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// The services of a file transfer (ext-files-tunnels.md 3.4). The list that C programs see, `fileXferServices`, has no RenameFile.
pub const FILE_SERVICES: [&str; 18] = [
    "BrowseDirectory",
    "CancelFileTransfer",
    "CompleteFileTransfer",
    "CreateBinaryFile",
    "DeleteFile",
    "GetDirectoryStructure",
    "GetFileChecksum",
    "GetFileInfo",
    "GetFileListing",
    "GetTransferInfo",
    "ListDirectories",
    "ListFiles",
    "MakeDirectory",
    "MoveFile",
    "ReadFromBinaryFile",
    "RenameFile",
    "StartFileTransfer",
    "WriteToBinaryFile",
];

/// The services of application tunnels (ext-files-tunnels.md 4.1).
pub const TUNNEL_SERVICES: [&str; 3] = ["StartTunnel", "CompleteTunnel", "TunnelCommandToEdge"];

/// What serves a request.
#[derive(Clone)]
pub enum Handler {
    /// A registered property.
    Property(Arc<dyn PropertyHandler>),
    /// A registered or built-in service.
    Service(Arc<dyn ServiceHandler>),
    /// The default request handler.
    Default(Arc<dyn DefaultHandler>),
}

impl Registry {
    /// The handler of a request, first hit of: `*T` then `*B` for a tunnel service, `*F` then `*B` for a file service,
    /// the exact name, `*`, the built-in file and tunnel services, the default handler. Whether the entity is bound
    /// does not matter. Events have no handler but the default one.
    pub fn find(
        &self,
        entity_type: EntityType,
        entity: &[u8],
        characteristic: Characteristic,
        name: &[u8],
    ) -> Option<Handler> {
        let state = self.read();
        let known = matches!(characteristic, Characteristic::PROPERTIES | Characteristic::SERVICES);
        let specific = if known { state.specific(entity_type, entity, characteristic, name) } else { None };
        specific.or_else(|| state.default_handler.clone().map(Handler::Default))
    }

    /// Whether a file or tunnel service is served for an entity when no registration takes it.
    pub fn has_built_in(&self, entity: &[u8], service: &[u8]) -> bool {
        self.read().built_in(entity, service).is_some()
    }

    /// Serves a request: finds its handler, runs it and mends the answer where the handler broke a rule.
    /// `None` when no answer is to be sent, which only the default handler can ask for.
    pub fn answer(&self, call: &Incoming) -> Option<Reply> {
        let Request { entity_type, entity, characteristic, name, .. } = &call.request;
        let reply = match self.find(*entity_type, entity, *characteristic, name) {
            Some(Handler::Property(handler)) => serve_property(&*handler, call),
            Some(Handler::Service(handler)) => with_reason(handler.call(call)),
            Some(Handler::Default(handler)) => handler.handle(call)?,
            None => Reply::code(MessageCode::NOT_FOUND),
        };
        Some(checked(&call.request, reply))
    }
}

impl State {
    fn specific(&self, kind: EntityType, entity: &[u8], what: Characteristic, name: &[u8]) -> Option<Handler> {
        let registered = |name: &[u8]| self.entry(kind, entity, what, name)?.handler.clone();
        let is_tunnel = is_one_of(&TUNNEL_SERVICES, name);
        let is_file = is_one_of(&FILE_SERVICES, name);
        let overriding = match (is_tunnel, is_file) {
            (true, _) => registered(b"*T").or_else(|| registered(b"*B")),
            (_, true) => registered(b"*F").or_else(|| registered(b"*B")),
            _ => None,
        };
        let built_in = || {
            let built_in = self.built_in(entity, name).filter(|_| what == Characteristic::SERVICES);
            built_in.map(Handler::Service)
        };
        overriding.or_else(|| registered(name)).or_else(|| registered(b"*")).or_else(built_in)
    }
}

impl State {
    /// The built-in file or tunnel service of that name; whether the entity is bound matters only if the application
    /// has asked for it (E23).
    fn built_in(&self, entity: &[u8], name: &[u8]) -> Option<Arc<dyn ServiceHandler>> {
        if self.bound_things_only && !self.bindings.contains(entity) {
            return None;
        }
        if is_one_of(&FILE_SERVICES, name) {
            self.file_services.clone()
        } else if is_one_of(&TUNNEL_SERVICES, name) {
            self.tunnel_services.clone()
        } else {
            None
        }
    }
}

fn is_one_of(services: &[&str], name: &[u8]) -> bool {
    services.iter().any(|service| service.as_bytes() == name)
}

/// PUT writes, every other method reads. A write has no result.
fn serve_property(handler: &dyn PropertyHandler, call: &Incoming) -> Reply {
    match (call.header.code, &call.request.params) {
        (MessageCode::PUT, Some(params)) => Reply { content: None, ..handler.write(call, params) },
        (MessageCode::PUT, None) => Reply::code(MessageCode::BAD_REQUEST),
        _ => handler.read(call),
    }
}

/// A service that fails tells why in a text column `reason` of its result.
fn with_reason(mut reply: Reply) -> Reply {
    if reply.code != MessageCode::SUCCESS && reply.reason.is_none() {
        reply.reason = reason_of(reply.content.as_ref());
    }
    reply
}

fn reason_of(content: Option<&InfoTable>) -> Option<Text> {
    content?.get(0, b"reason")?.as_text().cloned()
}

/// A code below 0x40 would leave the platform waiting for an answer.
fn checked(request: &Request, reply: Reply) -> Reply {
    if reply.code.is_response() {
        return reply;
    }
    let Request { entity, characteristic, name, .. } = request;
    let code = reply.code;
    log::error!(
        "{characteristic} {name} of {entity}: the handler answered with {code}, which is no response code: 0xa0 is sent"
    );
    Reply { code: MessageCode::INTERNAL_SERVER_ERROR, ..reply }
}
