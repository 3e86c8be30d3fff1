//! The services that the platform calls (ext-files-tunnels.md 4.1). None has a result.

use super::start::{Params, TunnelStart, text_of};
use super::{TunnelError, TunnelManager};
use crate::connection::{Incoming, Reply};
use crate::model::{InfoTable, Text};
use crate::things::ServiceHandler;
use crate::wire::MessageCode;

impl TunnelManager {
    /// Runs a service for a thing.
    pub fn serve(&self, thing: &Text, service: &[u8], params: Option<&InfoTable>) -> Reply {
        match self.run(thing, service, &Params(params)) {
            Ok(()) => Reply::code(MessageCode::SUCCESS),
            Err(error) => {
                let code = error.code();
                log::warn!("{} of {thing} is answered with {code}: {error}", String::from_utf8_lossy(service));
                Reply { code, reason: Some(error.to_string().into()), content: None }
            }
        }
    }

    fn run(&self, thing: &Text, service: &[u8], params: &Params<'_>) -> Result<(), TunnelError> {
        match service {
            b"StartTunnel" => self.start(thing, TunnelStart::read(params)?),
            b"CompleteTunnel" => self.complete_for(params),
            b"TunnelCommandToEdge" => self.command_for(params),
            _ => Err(TunnelError::UnknownService(String::from_utf8_lossy(service).into_owned())),
        }
    }

    /// What is not said about the reason does not keep the tunnel open.
    fn complete_for(&self, params: &Params<'_>) -> Result<(), TunnelError> {
        let tid = params.text("tid").ok_or(TunnelError::Parameter("tid"))?;
        let peer = params.text("peer_name").ok_or(TunnelError::Parameter("peer_name"))?;
        let reason = params.object("connection").ok().flatten().and_then(|object| text_of(&object, "reason"));
        self.complete(tid, peer, reason)
    }

    fn command_for(&self, params: &Params<'_>) -> Result<(), TunnelError> {
        let tid = params.text("tid").ok_or(TunnelError::Parameter("tid"))?;
        let command = params.text("command").ok_or(TunnelError::Parameter("command"))?;
        match command.as_bytes() {
            b"CONNECT" => self.connect(tid),
            b"DISCONNECT" => self.disconnect(tid),
            _ => Err(TunnelError::UnknownCommand(command.to_string())),
        }
    }
}

impl ServiceHandler for TunnelManager {
    fn call(&self, call: &Incoming) -> Reply {
        let request = &call.request;
        self.serve(&request.entity, &request.name, request.params.as_ref())
    }
}
