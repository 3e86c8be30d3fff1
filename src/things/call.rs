//! What serves the requests of the platform.

use crate::connection::{Incoming, Reply, reply_code};
use crate::model::InfoTable;
use crate::wire::MessageCode;

/// Serves reads and writes of properties. Called without any lock held; may block and may use the whole API.
///
/// With a wildcard registration the name in the request tells which property is meant.
pub trait PropertyHandler: Send + Sync {
    /// The value, by convention as a table of one row with one field named like the property.
    fn read(&self, call: &Incoming) -> Reply;

    /// Takes a new value: row 0 of the field named like the property, by convention. `params` are those of the call.
    fn write(&self, call: &Incoming, params: &InfoTable) -> Reply;
}

/// Serves services. Called without any lock held; may block and may use the whole API.
pub trait ServiceHandler: Send + Sync {
    /// Runs the service with the parameters in the call. A failing reply whose content has a text column `reason` takes
    /// row 0 of it as its reason.
    fn call(&self, call: &Incoming) -> Reply;
}

/// Takes the requests that nobody else takes.
pub trait DefaultHandler: Send + Sync {
    /// The answer, or `None` to send none (the handler may have answered itself or will).
    fn handle(&self, call: &Incoming) -> Option<Reply>;
}

/// The answer for the number that a C callback returned: a message code, or a result of the API such as 1104, which
/// stands for 0x84. Anything else, and the codes that only exist locally, become 0xa0 (api-behaviour.md 5.3). A result
/// table is sent whatever the code.
pub fn reply_from_callback(returned: i64, content: Option<InfoTable>) -> Reply {
    let code = match reply_code(returned) {
        MessageCode(0xa5 | 0xa6) => MessageCode::INTERNAL_SERVER_ERROR,
        code => code,
    };
    if i64::from(code.0) != returned {
        log::error!("a callback returned {returned} where a message code is due (success is 64): {code} is answered");
    }
    Reply { code, reason: None, content }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_callbacks_become_message_codes() {
        for (returned, expected) in [
            (0x40, 0x40),
            (0x84, 0x84),
            (0xff, 0xff),
            (1104, 0x84),
            (1114, 0xa4),
            (0, 0xa0),
            (0x3f, 0xa0),
            (-1, 0xa0),
            (0xa5, 0xa0),
            (0xa6, 0xa0),
            (308, 0xa0),
            (314, 0xa0),
            (600, 0xa0),
            (i64::MAX, 0xa0),
        ] {
            assert_eq!(reply_from_callback(returned, None).code.0, expected, "callback returned {returned}");
        }
    }

    #[test]
    fn the_result_of_a_callback_stays_with_any_code() {
        let table = InfoTable::single("result", crate::model::Value::Integer(1));
        assert_eq!(reply_from_callback(0, Some(table.clone())).content, Some(table));
    }
}
