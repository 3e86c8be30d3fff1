//! Requests to the platform (api-behaviour.md 4.6).
//!
//! Parameter tables are emptied and their shells stay with the caller, also when the request fails after the checks for NULL.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::handlers::c_string;
use super::instance::{self, Facade};
use super::options;
use crate::connection::{Answer, Outcome, RequestError, RequestOptions, result_of};
use crate::ffi::base_types::primitive::twPrimitive_ZeroCopy;
use crate::ffi::base_types::twPrimitive;
use crate::ffi::definitions::{entityTypeEnum, msgCodeEnum};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::list::{self, twList, twList_Add, twList_Create, twList_Delete};
use crate::ffi::messaging::response_cb;
use crate::ffi::os_port::DATETIME;
use crate::ffi::properties::{twProperty, twProperty_Create, twProperty_Delete};
use crate::ffi::{convert, offline_msg_store, text};
use crate::model::{InfoTable, Text, Value};
use crate::things::{PropertyValue, UPDATE_SERVICE, update_parameters};
use crate::wire::{Characteristic, EntityType, MessageCode, Request};

/// What the request functions return for a missing argument and without an API object.
const PRECONDITION_FAILED: c_int = 1107;
/// What twApi_PushProperties returns for a missing argument: the message code, not a result (Q-A9).
const BAD_REQUEST_CODE: c_int = 128;

/// The result that stands for a code of the platform's answer; 100 for a code without one.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn convertMsgCodeToErrorCode(code: msgCodeEnum) -> c_int {
    u8::try_from(code).map_or(TW_UNKNOWN_ERROR, |code| c_int::from(result_of(MessageCode(code))))
}

/// How long to wait, from C's milliseconds: negative is the default.
fn options(timeout: i32, force: c_char) -> RequestOptions {
    let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
    RequestOptions { timeout, force_connect: force != 0, store_unsent: true }
}

/// Who is asked for what.
struct Target {
    facade: Arc<Facade>,
    entity_type: EntityType,
    entity: Text,
    name: Text,
}

impl Target {
    /// `None` when a name is missing or there is no API object.
    ///
    /// # Safety
    /// Both are NULL or C strings.
    unsafe fn new(entity_type: entityTypeEnum, entity: *const c_char, name: *const c_char) -> Option<Self> {
        // SAFETY: by contract of this function.
        let (entity, name) = unsafe { (text::text(entity)?, text::text(name)?) };
        Some(Self { facade: instance::current()?, entity_type: EntityType(entity_type as u8), entity, name })
    }

    fn request(&self, characteristic: Characteristic, params: Option<InfoTable>) -> Request {
        Request {
            entity_type: self.entity_type,
            entity: self.entity.clone(),
            characteristic,
            name: self.name.clone(),
            headers: Vec::new(),
            params,
        }
    }

    fn ask(
        &self,
        code: MessageCode,
        characteristic: Characteristic,
        params: Option<InfoTable>,
        options: RequestOptions,
    ) -> Outcome {
        self.facade.connection().request(code, self.request(characteristic, params), options)
    }

    /// One log line for a request that came to nothing: C only sees a number.
    fn report(&self, what: &str, outcome: &Outcome) -> c_int {
        let code = match outcome {
            Ok(answer) => answer.code(),
            Err(error) => error.message_code(),
        };
        if code != MessageCode::SUCCESS {
            let reason = match outcome {
                Ok(Answer { reason: Some(reason), .. }) => format!("the platform answered {code}: {reason}"),
                Ok(_) => format!("the platform answered {code}"),
                Err(error) => error.to_string(),
            };
            log::warn!("{what} {} of {}: {reason}", self.name, self.entity);
            options::note_outcome(&reason);
            if matches!(outcome, Err(RequestError::Stored)) {
                offline_msg_store::show();
            }
        } else {
            options::note_outcome("");
        }
        c_int::from(result_of(code))
    }
}

/// Takes the content of a parameter table; its shell stays with the caller.
///
/// # Safety
/// NULL or a table.
unsafe fn take_params(params: *mut twInfoTable) -> Result<Option<InfoTable>, c_int> {
    if params.is_null() {
        return Ok(None);
    }
    // SAFETY: by contract of this function.
    match unsafe { convert::take_table(params) } {
        Ok(table) => Ok(Some(table)),
        Err(error) => {
            log::warn!("the parameters cannot be sent: {error}");
            Err(PRECONDITION_FAILED)
        }
    }
}

/// Reads a property of an entity on the platform. `*result` is a new primitive, the caller's; NULL when the answer has no such
/// column. An empty name reads all properties, as an INFOTABLE. `timeout` in milliseconds, negative for the default.
/// Returns 0, 1107 for a missing argument or without an API object, 1113 offline, 1114 no answer, 1100.. as the platform says;
/// with a store of offline messages 308 offline when it is stored, to be sent later, and 314 when there is no room.
///
/// # Safety
/// The names are NULL or C strings, `result` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_ReadProperty(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    propertyName: *mut c_char,
    result: *mut *mut twPrimitive,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(PRECONDITION_FAILED, || {
        // SAFETY: by contract of this function.
        let target = unsafe { Target::new(entityType, entityName, propertyName) };
        let (Some(target), false) = (target, result.is_null()) else { return PRECONDITION_FAILED };
        let outcome = target.ask(MessageCode::GET, Characteristic::PROPERTIES, None, options(timeout, forceConnect));
        if let Ok(Answer { content: Some(table), .. }) = &outcome {
            let value = if target.name.is_empty() {
                Some(Value::InfoTable(Box::new(table.clone())))
            } else {
                table.get(0, &target.name).cloned()
            };
            // SAFETY: a place for a pointer by contract.
            unsafe { *result = value.map_or(ptr::null_mut(), |value| convert::value_to_c(&value)) };
        } else if outcome.is_ok() {
            // SAFETY: as above.
            unsafe { *result = ptr::null_mut() };
        }
        target.report("reading property", &outcome)
    })
}

/// Writes a property of an entity on the platform. The value is emptied; its shell stays the caller's. An INFOTABLE for the name
/// `*` writes several properties, one per column. Returns as twApi_ReadProperty.
///
/// # Safety
/// The names are NULL or C strings, the value NULL or a primitive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_WriteProperty(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    propertyName: *mut c_char,
    value: *mut twPrimitive,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(PRECONDITION_FAILED, || {
        // SAFETY: by contract of this function.
        let Some(target) = (unsafe { Target::new(entityType, entityName, propertyName) }) else {
            return PRECONDITION_FAILED;
        };
        // SAFETY: by contract of this function.
        let params = match unsafe { take_value(value) } {
            Ok(value) => value.map(|value| write_parameters(&target.name, value)),
            Err(code) => return code,
        };
        let options = options(timeout, forceConnect);
        let outcome = target.ask(MessageCode::PUT, Characteristic::PROPERTIES, params, options);
        target.report("writing property", &outcome)
    })
}

/// Takes the content of a value, which becomes NOTHING.
///
/// # Safety
/// NULL or a primitive.
unsafe fn take_value(value: *mut twPrimitive) -> Result<Option<Value>, c_int> {
    if value.is_null() {
        return Ok(None);
    }
    // SAFETY: by contract of this function; the moved content is ours and deleted here.
    let converted = unsafe {
        let content = twPrimitive_ZeroCopy(value);
        let converted = convert::value_from_c(content);
        crate::ffi::base_types::primitive::twPrimitive_Delete(content.cast());
        converted
    };
    converted.map(Some).map_err(|error| {
        log::warn!("the value cannot be sent: {error}");
        PRECONDITION_FAILED
    })
}

/// The table of a write: the value under the property's name, unless it is a table that is one already.
fn write_parameters(name: &Text, value: Value) -> InfoTable {
    match value {
        Value::InfoTable(table) if is_write_table(name, &table) => *table,
        value => InfoTable::single(name.clone(), value),
    }
}

fn is_write_table(name: &Text, table: &InfoTable) -> bool {
    let only = match table.shape.fields.as_slice() {
        [field] => Some(&field.name),
        _ => None,
    };
    *name == "*" || only.is_some_and(|field| *field == "_content_" || field == name)
}

/// Invokes a service of an entity on the platform. The parameters, which may be NULL, are emptied; their shell stays the
/// caller's. `*result` is a new table, the caller's, or NULL. Returns as twApi_ReadProperty; 0 milliseconds send without waiting (1114).
///
/// # Safety
/// The names are NULL or C strings, `params` NULL or a table, `result` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_InvokeService(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    serviceName: *mut c_char,
    params: *mut twInfoTable,
    result: *mut *mut twInfoTable,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(PRECONDITION_FAILED, || {
        // SAFETY: by contract of this function.
        let target = unsafe { Target::new(entityType, entityName, serviceName) };
        let (Some(target), false) = (target, result.is_null()) else { return PRECONDITION_FAILED };
        // SAFETY: by contract of this function.
        let params = match unsafe { take_params(params) } {
            Ok(params) => params,
            Err(code) => return code,
        };
        let outcome = target.ask(MessageCode::POST, Characteristic::SERVICES, params, options(timeout, forceConnect));
        if let Ok(answer) = &outcome {
            // SAFETY: a place for a pointer by contract.
            unsafe { *result = answer.content.as_ref().map_or(ptr::null_mut(), convert::table_to_c) };
        }
        target.report("invoking service", &outcome)
    })
}

/// Fires an event of an entity on the platform. The data, which may be NULL, are emptied; their shell stays the caller's.
/// Returns as twApi_ReadProperty.
///
/// # Safety
/// The names are NULL or C strings, `params` NULL or a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_FireEvent(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    eventName: *mut c_char,
    params: *mut twInfoTable,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(PRECONDITION_FAILED, || {
        // SAFETY: by contract of this function.
        let Some(target) = (unsafe { Target::new(entityType, entityName, eventName) }) else {
            return PRECONDITION_FAILED;
        };
        // SAFETY: by contract of this function.
        let params = match unsafe { take_params(params) } {
            Ok(params) => params,
            Err(code) => return code,
        };
        let outcome = target.ask(MessageCode::POST, Characteristic::EVENTS, params, options(timeout, forceConnect));
        target.report("firing event", &outcome)
    })
}

/// Invokes a service without waiting. `cb` gets the id, the code, a reason (the SDK's) and the result, which is `cb`'s to
/// delete, in a thread that handles messages; without an answer it gets code 0xA4. `*messageId` is 0 when nothing was sent, and then
/// `cb` is not called. Returns 0, 1107 for a missing argument or without an API object, otherwise as twApi_ReadProperty.
///
/// # Safety
/// The names are NULL or C strings, `params` NULL or a table, `messageId` NULL or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_InvokeServiceAsync(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    serviceName: *mut c_char,
    params: *mut twInfoTable,
    forceConnect: c_char,
    cb: response_cb,
    messageId: *mut u32,
) -> c_int {
    guard(PRECONDITION_FAILED, || {
        // SAFETY: by contract of this function.
        let target = unsafe { Target::new(entityType, entityName, serviceName) };
        let (Some(target), Some(callback)) = (target, cb) else { return PRECONDITION_FAILED };
        let tell_id = |id| {
            if !messageId.is_null() {
                // SAFETY: a place for a number by contract.
                unsafe { *messageId = id };
            }
        };
        tell_id(0);
        // SAFETY: by contract of this function.
        let params = match unsafe { take_params(params) } {
            Ok(params) => params,
            Err(code) => return code,
        };
        let request = target.request(Characteristic::SERVICES, params);
        let options = options(-1, forceConnect);
        let done = Box::new(move |id, outcome| tell(callback, id, outcome));
        let sent = target.facade.connection().request_async(MessageCode::POST, request, options, done);
        match sent {
            Ok(id) => {
                tell_id(id);
                TW_OK
            }
            Err(error) => target.report("invoking service", &Err(error)),
        }
    })
}

/// Gives the outcome of an asynchronous request to the application.
pub(super) fn tell(
    callback: unsafe extern "C" fn(u32, msgCodeEnum, *mut c_char, *mut twInfoTable) -> c_int,
    id: u32,
    outcome: Outcome,
) {
    let (code, reason, content) = match outcome {
        Ok(answer) => (answer.code(), answer.reason, answer.content),
        Err(error) => {
            let code = error.message_code();
            let late = code == MessageCode::GATEWAY_TIMEOUT;
            (code, Some(if late { Text::from("Message timed out") } else { Text::from(error.to_string()) }), None)
        }
    };
    let reason = reason.as_ref().map(c_string);
    let reason = reason.as_ref().map_or(ptr::null_mut(), |reason| reason.as_ptr().cast_mut());
    let content = content.as_ref().map_or(ptr::null_mut(), convert::table_to_c);
    // SAFETY: the application's function; the reason lives until it returns, the table is given to it.
    unsafe { callback(id, msgCodeEnum::from(code.0), reason, content) };
}

unsafe extern "C" fn delete_property(item: *mut std::ffi::c_void) {
    // SAFETY: the lists below hold properties.
    unsafe { twProperty_Delete(item) };
}

/// A new list of properties for twApi_PushProperties with one element. The value is taken, also on failure; time 0 is now.
/// Given to the caller: delete with twApi_DeletePropertyList. NULL for a missing name or value.
///
/// # Safety
/// The name is NULL or a C string (copied), the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_CreatePropertyList(
    name: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
) -> *mut twList {
    guard(ptr::null_mut(), || {
        // SAFETY: a delete function of the right type.
        let list = unsafe { twList_Create(Some(delete_property)) };
        // SAFETY: by contract of this function.
        if unsafe { add_property(list, name, value, timestamp) } != TW_OK {
            // SAFETY: made above.
            unsafe { twList_Delete(list) };
            return ptr::null_mut();
        }
        list
    })
}

/// Adds a property to such a list. The value is taken, also on failure; time 0 is now.
/// Returns 0, 101 for a missing argument, in which case a value given to a NULL list stays the caller's.
///
/// # Safety
/// The list is NULL or from twApi_CreatePropertyList, the rest as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_AddPropertyToList(
    proplist: *mut twList,
    name: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if proplist.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function.
        unsafe { add_property(proplist, name, value, timestamp) }
    })
}

/// # Safety
/// As for the two functions above.
unsafe fn add_property(list: *mut twList, name: *mut c_char, value: *mut twPrimitive, time: DATETIME) -> c_int {
    // SAFETY: by contract; a property takes the value.
    unsafe {
        let property = twProperty_Create(name, value, time);
        if property.is_null() {
            crate::ffi::base_types::primitive::twPrimitive_Delete(value.cast());
            return TW_INVALID_PARAM;
        }
        twList_Add(list, property.cast())
    }
}

/// Deletes a list of properties with its values. Returns 0, 101 for NULL.
///
/// # Safety
/// The list is NULL or from twApi_CreatePropertyList, and not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_DeletePropertyList(list: *mut twList) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe { twList_Delete(list) })
}

/// Sends a list of properties in one message, whatever their push types say. The list stays the caller's, its values are
/// emptied. Returns 0, 600 without an API object, 128 for a missing argument, otherwise as twApi_ReadProperty.
///
/// # Safety
/// The name is NULL or a C string, the list NULL or from twApi_CreatePropertyList.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_PushProperties(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    properties: *mut twList,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(PRECONDITION_FAILED, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let (Some(entity), false) = (unsafe { text::text(entityName) }, properties.is_null()) else {
            return BAD_REQUEST_CODE;
        };
        let entity_type = EntityType(entityType as u8);
        let target = Target { facade, entity_type, entity, name: Text::from(UPDATE_SERVICE) };
        // SAFETY: by contract of this function.
        let values = match unsafe { take_properties(properties) } {
            Ok(values) => values,
            Err(code) => return code,
        };
        let params = Some(update_parameters(&values));
        let options = options(timeout, forceConnect);
        let outcome = target.ask(MessageCode::POST, Characteristic::SERVICES, params, options);
        target.report("pushing properties with", &outcome)
    })
}

/// The values of a list of properties, which become NOTHING.
///
/// # Safety
/// Such a list.
unsafe fn take_properties(list: *mut twList) -> Result<Vec<PropertyValue>, c_int> {
    // Copied first: the list is locked while it is walked, and a value that cannot be sent is logged.
    // SAFETY: by contract of this function.
    let properties: Vec<_> =
        unsafe { list::values::<twProperty>(list) }.filter(|property| !property.is_null()).collect();
    let mut values = Vec::new();
    for property in properties {
        // SAFETY: a property by contract.
        unsafe {
            let name = text::text((*property).name).ok_or(TW_INVALID_PARAM)?;
            let value = take_value((*property).value)?.unwrap_or(Value::Nothing);
            let mut taken = PropertyValue::new(name, value, (*property).timestamp as i64);
            if let Some(quality) = text::text((*property).quality) {
                taken.quality = quality;
            }
            values.push(taken);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BaseType;

    #[test]
    fn a_table_that_names_its_columns_is_written_as_it_is() {
        let inner = InfoTable::single("x", Value::Integer(1));
        let as_value = || Value::InfoTable(Box::new(inner.clone()));
        assert_eq!(write_parameters(&"*".into(), as_value()), inner);
        assert_eq!(write_parameters(&"x".into(), as_value()), inner);
        let wrapped = write_parameters(&"p".into(), as_value());
        assert_eq!(wrapped.column_type(b"p"), Some(BaseType::INFOTABLE));
        let json = InfoTable::single("_content_", Value::Text(BaseType::JSON, "{}".into()));
        assert_eq!(write_parameters(&"p".into(), Value::InfoTable(Box::new(json.clone()))), json);
    }

    #[test]
    fn a_negative_time_is_the_default() {
        assert_eq!(options(-1, 0), RequestOptions { timeout: None, force_connect: false, store_unsent: true });
        assert_eq!(
            options(0, 7),
            RequestOptions { timeout: Some(Duration::ZERO), force_connect: true, store_unsent: true }
        );
    }
}
