//! The header `Sec-WebSocket-Extensions` (RFC 6455, section 9.1; RFC 7692, section 7).

use super::UpgradeError;

/// Name of the one extension that is spoken here.
const NAME: &str = "permessage-deflate";

/// What was agreed for permessage-deflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeflateParams {
    /// The client starts every message with a fresh context.
    pub client_no_context_takeover: bool,
    /// The server starts every message with a fresh context.
    pub server_no_context_takeover: bool,
}

impl DeflateParams {
    /// The header value of an answer that agrees to this.
    pub fn header_value(&self) -> String {
        let mut value = NAME.to_owned();
        if self.server_no_context_takeover {
            value.push_str("; server_no_context_takeover");
        }
        if self.client_no_context_takeover {
            value.push_str("; client_no_context_takeover");
        }
        value
    }

    /// Reads all extension headers of an answer to the offer `permessage-deflate` without parameters. `None`: nothing
    /// was agreed.
    ///
    /// # Errors
    /// [`UpgradeError::Extension`]: something was agreed that was not offered, twice, or that cannot be served.
    /// `client_max_window_bits` may only follow an offer of it (RFC 7692, section 7.1.2.2); `server_max_window_bits` is
    /// served whatever it is, as the window here is the largest.
    pub(super) fn from_answer<'a>(
        values: impl Iterator<Item = &'a str>,
    ) -> Result<Option<DeflateParams>, UpgradeError> {
        let mut agreed = None;
        for element in values.flat_map(|value| value.split(',')).map(str::trim).filter(|element| !element.is_empty()) {
            let refuse = || UpgradeError::Extension(element.to_owned());
            if agreed.is_some() {
                return Err(refuse());
            }
            agreed = Some(Self::from_element(element).ok_or_else(refuse)?);
        }
        Ok(agreed)
    }

    /// Reads `permessage-deflate; parameter; parameter=value`.
    fn from_element(element: &str) -> Option<DeflateParams> {
        let mut parts = element.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut params = DeflateParams::default();
        let mut window_seen = false;
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (part, None),
            };
            let seen = match (name.to_ascii_lowercase().as_str(), value) {
                ("client_no_context_takeover", None) => &mut params.client_no_context_takeover,
                ("server_no_context_takeover", None) => &mut params.server_no_context_takeover,
                ("server_max_window_bits", Some("8" | "9" | "10" | "11" | "12" | "13" | "14" | "15")) => {
                    &mut window_seen
                }
                _ => return None,
            };
            if std::mem::replace(seen, true) {
                return None;
            }
        }
        Some(params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(values: &[&str]) -> Result<Option<DeflateParams>, UpgradeError> {
        DeflateParams::from_answer(values.iter().copied())
    }

    fn params(client: bool, server: bool) -> Result<Option<DeflateParams>, UpgradeError> {
        Ok(Some(DeflateParams { client_no_context_takeover: client, server_no_context_takeover: server }))
    }

    #[test]
    fn what_is_served() {
        assert_eq!(agreed(&[]), Ok(None));
        assert_eq!(agreed(&["", " , "]), Ok(None));
        assert_eq!(agreed(&["permessage-deflate"]), params(false, false));
        assert_eq!(agreed(&["", "Permessage-Deflate ;client_no_context_takeover"]), params(true, false));
        let both = "permessage-deflate; Server_No_Context_Takeover; client_no_context_takeover";
        assert_eq!(agreed(&[both]), params(true, true));
        assert_eq!(agreed(&["permessage-deflate; server_max_window_bits=10"]), params(false, false));
        assert_eq!(agreed(&["permessage-deflate; server_max_window_bits=\"15\""]), params(false, false));
    }

    #[test]
    fn what_is_refused() {
        for value in [
            "x-webkit-deflate-frame",
            "permessage-deflate, permessage-deflate",
            "permessage-deflate, x-other",
            "permessage-deflate; client_max_window_bits=15",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
            "permessage-deflate; client_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
            "permessage-deflate; unknown",
            "permessage-deflate;",
        ] {
            assert!(matches!(agreed(&[value]), Err(UpgradeError::Extension(_))), "{value}");
        }
        assert!(agreed(&["permessage-deflate", "permessage-deflate"]).is_err());
    }

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        for (client, server) in [(false, false), (true, false), (false, true), (true, true)] {
            let written = DeflateParams { client_no_context_takeover: client, server_no_context_takeover: server };
            assert_eq!(agreed(&[&written.header_value()]), Ok(Some(written)));
        }
    }
}
