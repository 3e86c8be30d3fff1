//! The default request handler of the application: gets what nothing else takes (api-behaviour.md 5.2, 5.3).

use std::ptr;
use std::sync::Weak;

use super::handlers::failure;
use super::instance::Facade;
use crate::connection::{Incoming, Reply};
use crate::ffi::definitions::TW_RESPONSE;
use crate::ffi::messages::message::{incoming_to_c, twMessage_Delete};
use crate::ffi::messages::{response, twMessage};
use crate::things::{DefaultHandler, reply_from_callback};
use crate::wire::{MessageCode, Response};

/// Reads the field of the API object at each request, as programs may write it. The facade owns the registry, which owns
/// this.
pub(super) struct CDefaultHandler {
    pub facade: Weak<Facade>,
}

impl DefaultHandler for CDefaultHandler {
    fn handle(&self, call: &Incoming) -> Option<Reply> {
        // SAFETY: the struct lives as long as the facade.
        let handler = self.facade.upgrade().and_then(|facade| unsafe { (*facade.api()).defaultRequestHandler });
        let Some(handler) = handler else { return Some(Reply::code(MessageCode::NOT_FOUND)) };
        let given = incoming_to_c(call);
        if given.is_null() {
            return Some(failure("out of memory"));
        }
        // SAFETY: the application's function with a message that lives until it returns; what it returns is ours, unless it
        // is the message that it was lent.
        unsafe {
            let returned = handler(given);
            let reply = if returned.is_null() { None } else { Some(reply_of(returned)) };
            if !returned.is_null() && !ptr::eq(returned, given) {
                twMessage_Delete(returned.cast());
            }
            twMessage_Delete(given.cast());
            reply
        }
    }
}

/// The answer in a message of the application. It goes out with the ids of the request.
unsafe fn reply_of(message: *const twMessage) -> Reply {
    // SAFETY: the application's message is live.
    unsafe {
        if (*message).r#type != TW_RESPONSE {
            log::error!("the default request handler returned a message of type {}, no response", (*message).r#type);
            return Reply::code(MessageCode::INTERNAL_SERVER_ERROR);
        }
        match response::from_c((*message).body.cast()) {
            Ok(Response { reason, content }) => {
                Reply { reason, ..reply_from_callback(i64::from((*message).code), content) }
            }
            Err(error) => {
                log::error!("the answer of the default request handler cannot be sent: {error}");
                failure("the result cannot be encoded")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::api::instance::EndpointArguments;
    use crate::ffi::api::objects::{Arguments, Objects};
    use crate::ffi::definitions::{
        TW_REQUEST, TW_SERVICES, TW_THING, TWX_BAD_REQUEST, TWX_POST, TWX_SUCCESS, msgCodeEnum,
    };
    use crate::ffi::messages::message::{twMessage_CreateRequestMsg, twMessage_CreateResponseMsg};
    use crate::ffi::messages::response::{twResponseBody_SetContent, twResponseBody_SetReason};
    use crate::ffi::messages::twRequestBody;
    use crate::ffi::{convert, text};
    use crate::model::{BaseType, DataShape, Field, InfoTable, Text, Value};
    use crate::wire::{Characteristic, EntityType, Request};
    use std::sync::Arc;

    /// A facade that is not the process's; it never connects.
    fn facade() -> Arc<Facade> {
        let arguments = Arguments {
            host: c"127.0.0.1".as_ptr(),
            port: 1,
            resource: c"/".as_ptr(),
            key: None,
            gateway: ptr::null(),
            chunk_size: 8192,
            frame_size: 8192,
            autoreconnect: 0,
        };
        // SAFETY: the texts are literals.
        let objects = unsafe { Objects::create(&arguments) }.unwrap();
        let (host, resource) = ("127.0.0.1".to_owned(), "/".to_owned());
        Facade::new(objects, EndpointArguments { host, port: 1, resource, chunk_size: 8192, frame_size: 8192 })
    }

    fn delete(facade: Arc<Facade>) {
        facade.connection().shut_down();
        // SAFETY: nothing uses the objects any more.
        unsafe { facade.delete_objects() };
    }

    fn table(text: &str) -> InfoTable {
        let mut table = InfoTable::new(DataShape { name: None, fields: vec![Field::new("a", BaseType::STRING)] });
        table.rows.push(vec![Value::Text(BaseType::STRING, text.into())]);
        table
    }

    fn asked(service: &str) -> Incoming {
        let (entity_type, characteristic) = (EntityType::THING, Characteristic::SERVICES);
        let (entity, name, params) = ("T".into(), service.into(), Some(table("parameter")));
        let request = Request { entity_type, entity, characteristic, name, headers: Vec::new(), params };
        Incoming::local(MessageCode::POST, request)
    }

    fn answer(
        facade: &Facade,
        service: &str,
        handler: unsafe extern "C" fn(*mut twMessage) -> *mut twMessage,
    ) -> Reply {
        // SAFETY: the struct lives as long as the facade.
        unsafe { (*facade.api()).defaultRequestHandler = Some(handler) };
        facade.registry().answer(&asked(service)).unwrap()
    }

    /// Answers with the parameters, with 0x80 if the message is not as it should be.
    unsafe extern "C" fn echo(given: *mut twMessage) -> *mut twMessage {
        // SAFETY: a live message with a request body.
        unsafe {
            let twMessage { r#type, code, requestId, sessionId, endpointId, body, .. } = *given;
            let body = &*body.cast::<twRequestBody>();
            let as_sent = (r#type, code, body.entityType, body.characteristicType)
                == (TW_REQUEST, TWX_POST, TW_THING, TW_SERVICES)
                && text::bytes(body.entityName) == Some(b"T")
                && text::bytes(body.characteristicName) == Some(b"Unknown");
            let code = if as_sent { TWX_SUCCESS } else { TWX_BAD_REQUEST };
            let made = twMessage_CreateResponseMsg(code, requestId, sessionId, endpointId);
            let content = convert::table_to_c(&convert::table_from_c(body.params).unwrap());
            twResponseBody_SetContent((*made).body.cast(), content);
            twResponseBody_SetReason((*made).body.cast(), c"echoed".as_ptr().cast_mut());
            made
        }
    }

    unsafe extern "C" fn silent(_: *mut twMessage) -> *mut twMessage {
        ptr::null_mut()
    }

    unsafe extern "C" fn lent(given: *mut twMessage) -> *mut twMessage {
        given
    }

    unsafe extern "C" fn another_request(_: *mut twMessage) -> *mut twMessage {
        // SAFETY: no pointer is followed.
        unsafe { twMessage_CreateRequestMsg(TWX_POST) }
    }

    unsafe extern "C" fn api_code(_: *mut twMessage) -> *mut twMessage {
        const NOT_FOUND: msgCodeEnum = 1104;
        // SAFETY: no pointer is followed.
        unsafe { twMessage_CreateResponseMsg(NOT_FOUND, 1, 0, 0) }
    }

    #[test]
    fn a_request_of_an_unknown_service_is_answered_by_the_message_that_the_handler_makes() {
        let facade = facade();
        let reply = answer(&facade, "Unknown", echo);
        let reason = Some(Text::from("echoed"));
        assert_eq!(reply, Reply { code: MessageCode::SUCCESS, reason, content: Some(table("parameter")) });
        delete(facade);
    }

    #[test]
    fn without_a_handler_the_answer_is_not_found_and_without_a_message_there_is_none() {
        let facade = facade();
        assert_eq!(facade.registry().answer(&asked("Unknown")), Some(Reply::code(MessageCode::NOT_FOUND)));
        // SAFETY: the struct lives as long as the facade.
        unsafe { (*facade.api()).defaultRequestHandler = Some(silent) };
        assert_eq!(facade.registry().answer(&asked("Unknown")), None);
        // SAFETY: as above.
        unsafe { (*facade.api()).defaultRequestHandler = None };
        assert_eq!(facade.registry().answer(&asked("Unknown")), Some(Reply::code(MessageCode::NOT_FOUND)));
        delete(facade);
    }

    #[test]
    fn what_is_no_response_is_an_internal_error_and_results_of_the_api_are_mapped() {
        let facade = facade();
        assert_eq!(answer(&facade, "Unknown", lent), Reply::code(MessageCode::INTERNAL_SERVER_ERROR));
        assert_eq!(answer(&facade, "Unknown", another_request), Reply::code(MessageCode::INTERNAL_SERVER_ERROR));
        assert_eq!(answer(&facade, "Unknown", api_code), Reply::code(MessageCode::NOT_FOUND));
        delete(facade);
    }
}
