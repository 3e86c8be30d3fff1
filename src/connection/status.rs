//! Result codes: what the platform's message codes mean to a caller, and back (api-behaviour.md section 0).
//!
//! The numbers are those of the C interface, because they are the only published names of these results; Rust programs get typed
//! errors and need them for logs only.

use crate::wire::MessageCode;

/// Result of an unknown code, and of an answer that cannot be decoded.
pub const UNKNOWN: u16 = 100;

/// Message codes and the results that stand for them.
const TABLE: [(MessageCode, u16); 15] = [
    (MessageCode::SUCCESS, 0),
    (MessageCode::BAD_REQUEST, 1100),
    (MessageCode::UNAUTHORIZED, 1101),
    (MessageCode::BAD_OPTION, 1102),
    (MessageCode::FORBIDDEN, 1103),
    (MessageCode::NOT_FOUND, 1104),
    (MessageCode::METHOD_NOT_ALLOWED, 1105),
    (MessageCode::NOT_ACCEPTABLE, 1106),
    (MessageCode::PRECONDITION_FAILED, 1107),
    (MessageCode::ENTITY_TOO_LARGE, 1108),
    (MessageCode::UNSUPPORTED_CONTENT_FORMAT, 1109),
    (MessageCode::INTERNAL_SERVER_ERROR, 1110),
    (MessageCode::NOT_IMPLEMENTED, 1111),
    (MessageCode::BAD_GATEWAY, 1112),
    (MessageCode::SERVICE_UNAVAILABLE, 1113),
];

/// Local codes that are never on the wire: stored offline, and offline store full.
pub(super) const STORED: MessageCode = MessageCode(0xa5);
pub(super) const STORE_FULL: MessageCode = MessageCode(0xa6);
const LOCAL: [(MessageCode, u16); 3] = [(MessageCode::GATEWAY_TIMEOUT, 1114), (STORED, 308), (STORE_FULL, 314)];

/// The result that a message code stands for; [`UNKNOWN`] for a code without one.
pub fn result_of(code: MessageCode) -> u16 {
    TABLE.iter().chain(&LOCAL).find(|(message, _)| *message == code).map_or(UNKNOWN, |(_, result)| *result)
}

/// The code to answer the platform with when a handler has returned this number: a message code from 0x40 to 0xff as it is, a result
/// of the table above as the message code that it stands for, anything else (0, a small number, an unknown result) as
/// INTERNAL_SERVER_ERROR (Q-A17, api-behaviour.md 5.3).
pub fn reply_code(returned: i64) -> MessageCode {
    if let Ok(code @ 0x40..) = u8::try_from(returned) {
        return MessageCode(code);
    }
    // Result 0 is left out: handlers return SUCCESS, a 0 is a mistake that the platform should hear of.
    TABLE
        .iter()
        .chain(&LOCAL)
        .find(|(_, result)| *result != 0 && i64::from(*result) == returned)
        .map_or(MessageCode::INTERNAL_SERVER_ERROR, |(message, _)| *message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_codes_have_their_results() {
        for (code, result) in [(0x40, 0), (0x80, 1100), (0x8c, 1107), (0xa4, 1114), (0xa5, 308), (0x41, 100), (0, 100)]
        {
            assert_eq!(result_of(MessageCode(code)), result, "{code:#x}");
        }
    }

    #[test]
    fn handlers_may_return_results() {
        for (returned, code) in
            [(0x40, 0x40), (0x90, 0x90), (1104, 0x84), (1114, 0xa4), (0, 0xa0), (4, 0xa0), (-1, 0xa0), (600, 0xa0)]
        {
            assert_eq!(reply_code(returned), MessageCode(code), "{returned}");
        }
    }
}
