//! Why the registry refuses.

use crate::model::Text;
use crate::wire::Characteristic;

/// Why a registration, or a change of one, was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The entity type is 0.
    #[error("cannot register {characteristic} {name:?} of {entity:?}: the entity type is 0, use THING")]
    NoEntityType {
        /// Name of the entity.
        entity: Text,
        /// Kind of the registration.
        characteristic: Characteristic,
        /// Name of the property, service or event.
        name: Text,
    },
    /// The name is taken.
    #[error(
        "{characteristic} {name:?} of {entity:?} is registered already: unregister it first or choose another name"
    )]
    AlreadyRegistered {
        /// Name of the entity.
        entity: Text,
        /// Kind of the registration.
        characteristic: Characteristic,
        /// Name of the property, service or event.
        name: Text,
    },
    /// There is nothing of that name.
    #[error("{characteristic} {name:?} of {entity:?} is not registered")]
    NotRegistered {
        /// Name of the entity.
        entity: Text,
        /// Kind of the registration.
        characteristic: Characteristic,
        /// Name of the property, service or event.
        name: Text,
    },
    /// It is registered as a handler alone.
    #[error("{characteristic} {name:?} of {entity:?} is registered without a definition, which the call would change")]
    NoDefinition {
        /// Name of the entity.
        entity: Text,
        /// Kind of the registration.
        characteristic: Characteristic,
        /// Name of the property, service or event.
        name: Text,
    },
    /// The thing is bound already.
    #[error("thing {0:?} is bound already")]
    AlreadyBound(Text),
}

impl RegistryError {
    pub(super) fn not_registered(thing: &Text, characteristic: Characteristic, name: &Text) -> Self {
        Self::NotRegistered { entity: thing.clone(), characteristic, name: name.clone() }
    }

    /// The result of the API call: 101 or 106. Functions that unregister report a missing registration as 1104.
    pub fn result(&self) -> u16 {
        match self {
            Self::AlreadyRegistered { .. } | Self::AlreadyBound(_) => 106,
            Self::NoEntityType { .. } | Self::NotRegistered { .. } | Self::NoDefinition { .. } => 101,
        }
    }
}
