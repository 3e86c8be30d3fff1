//! Requests to devices: what operators, REST clients and tests ask of bound things (protocol.md 6.6).

use crate::config::Limits;
use crate::core::Core;
use crate::service::Answer;
use crate::thing::{Pushed, Sample, Thing, convert, now};
use std::time::Duration;
use thiserror::Error;
use twedge::model::{InfoTable, Text, Value};
use twedge::wire::{Characteristic, EncodeError, MessageCode};

/// Why a request to a device has no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is no such thing.
    #[error("there is no thing {0}")]
    UnknownThing(String),
    /// There is no such property.
    #[error("thing {thing} has no property {property}")]
    UnknownProperty {
        /// The thing.
        thing: String,
        /// The property.
        property: String,
    },
    /// The thing is not bound on any connection.
    #[error("the thing is not connected; its device has not bound it")]
    NotConnected,
    /// The device has not answered in time.
    #[error("the device did not answer within {0:?}")]
    TimedOut(Duration),
    /// The connection ended while the answer was awaited.
    #[error("the connection ended before the device answered")]
    ConnectionLost,
    /// The answer could not be decoded.
    #[error("the device's answer cannot be decoded")]
    Undecodable,
    /// The request cannot be sent.
    #[error("the request cannot be sent: {0}")]
    CannotSend(EncodeError),
    /// The device has answered with an error.
    #[error("the device answered {code}: {reason}")]
    Refused {
        /// The code of the answer.
        code: MessageCode,
        /// Its reason, if it has one.
        reason: String,
    },
    /// A value does not fit the type of its property.
    #[error(transparent)]
    Value(#[from] convert::ConvertError),
}

impl Core {
    /// Sends a request to the device of a thing and waits for the answer, of whatever code.
    pub async fn ask(
        &self,
        thing: &Text,
        characteristic: Characteristic,
        name: Text,
        params: Option<InfoTable>,
        timeout: Duration,
    ) -> Result<Answer, DeviceError> {
        let (handle, bound_name) = self.read(|state| {
            let record = state.things.get(thing).ok_or_else(|| DeviceError::UnknownThing(thing.to_string()))?;
            let bound = record.bound.as_ref().ok_or(DeviceError::NotConnected)?;
            let session = state.sessions.get(&bound.connection).ok_or(DeviceError::NotConnected)?;
            Ok::<_, DeviceError>((session.handle.clone(), bound.name.clone()))
        })?;
        let request = self.request_to(thing, bound_name, characteristic, name, params);
        handle.request(request, timeout).await
    }

    /// Calls a service of a device.
    pub async fn call_device(
        &self,
        thing: &Text,
        service: &str,
        params: Option<InfoTable>,
        timeout: Duration,
    ) -> Result<Answer, DeviceError> {
        self.ask(thing, Characteristic::SERVICES, service.into(), params, timeout).await
    }

    /// Reads a property of a device. The value is stored as well.
    pub async fn read_device(&self, thing: &Text, property: &Text, timeout: Duration) -> Result<Value, DeviceError> {
        let answer = success(self.ask(thing, Characteristic::PROPERTIES, property.clone(), None, timeout).await?)?;
        let value = answer.content.as_ref().and_then(|table| table.get(0, property)).cloned().unwrap_or_default();
        let base_type = self.read(|state| Some(state.things.get(thing)?.properties.get(property)?.base_type));
        let value = match base_type {
            Some(base_type) => convert::convert(value, base_type)?,
            None => value,
        };
        self.store(thing, property, value.clone());
        Ok(value)
    }

    /// Writes a property of a device. Once it has taken the value, that is stored as well.
    pub async fn write_device(
        &self,
        thing: &Text,
        property: &Text,
        value: Value,
        timeout: Duration,
    ) -> Result<(), DeviceError> {
        let base_type = self.read(|state| Some(state.things.get(thing)?.properties.get(property)?.base_type));
        let value = match base_type {
            Some(base_type) => convert::convert(value, base_type)?,
            None => value,
        };
        let params = InfoTable::single(property.clone(), value.clone());
        success(self.ask(thing, Characteristic::PROPERTIES, property.clone(), Some(params), timeout).await?)?;
        self.store(thing, property, value);
        Ok(())
    }

    /// Stores a value of now in a property, if there is such a property.
    pub fn store(&self, thing: &Text, property: &Text, value: Value) {
        if value == Value::Nothing {
            return;
        }
        let limits = self.config().limits.clone();
        self.update(|state| {
            if let Some(thing) = state.things.get_mut(thing) {
                thing.store(property, Sample { value, time: now(), quality: "GOOD".into() }, &limits);
            }
        });
    }

    /// Stores values that a device has sent of a thing because it was asked for them.
    pub fn store_values(&self, connection: u64, thing: &Text, values: Vec<Pushed>) {
        self.store_each(connection, thing, values, |thing, value, limits| thing.take(value, limits).map(|_| false));
    }

    /// Stores values that a device has pushed of a thing. Those that come again are counted and listed.
    pub fn store_pushed(&self, connection: u64, thing: &Text, values: Vec<Pushed>) {
        self.store_each(connection, thing, values, Thing::take_pushed);
    }

    /// `store` says whether a value came again.
    fn store_each(
        &self,
        connection: u64,
        thing: &Text,
        values: Vec<Pushed>,
        store: impl Fn(&mut Thing, Pushed, &Limits) -> Result<bool, String>,
    ) {
        let limits = self.config().limits.clone();
        let refused = self.update(|state| {
            let Some(thing) = state.things.get_mut(thing) else { return Vec::new() };
            let mut refused = Vec::new();
            for value in values {
                match store(thing, value, &limits) {
                    Ok(again) => {
                        state.counters.values += 1;
                        state.counters.duplicates += u64::from(again);
                    }
                    Err(reason) => refused.push(reason),
                }
            }
            refused
        });
        for reason in refused {
            self.find(connection, crate::finding::FindingKind::ValueRefused, format!("{thing}: {reason}"));
        }
    }
}

/// The answer if it is a success.
pub(crate) fn success(answer: Answer) -> Result<Answer, DeviceError> {
    if answer.is_success() {
        return Ok(answer);
    }
    let reason = answer.reason.map(|reason| reason.to_string()).unwrap_or_default();
    Err(DeviceError::Refused { code: answer.code, reason })
}
