//! Basic credentials (RFC 7617).

use super::Credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What `Proxy-Authorization` has to say.
pub(super) fn credentials(credentials: &Credentials) -> Zeroizing<Vec<u8>> {
    let Credentials { user, password } = credentials;
    let mut pair = Zeroizing::new(Vec::with_capacity(user.len() + 1 + password.len()));
    pair.extend_from_slice(user);
    pair.push(b':');
    pair.extend_from_slice(password);
    let encoded = Zeroizing::new(STANDARD.encode(&*pair));
    let mut value = Zeroizing::new(Vec::with_capacity("Basic ".len() + encoded.len()));
    value.extend_from_slice(b"Basic ");
    value.extend_from_slice(encoded.as_bytes());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(user: &str, password: &str) -> String {
        let pair = Credentials { user: user.into(), password: Zeroizing::new(password.into()) };
        String::from_utf8(credentials(&pair).to_vec()).unwrap()
    }

    #[test]
    fn known_answers() {
        assert_eq!(of("proxyuser", "prx-pass"), "Basic cHJveHl1c2VyOnByeC1wYXNz"); // session 51
        assert_eq!(of("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); // RFC 7617, section 2
        assert_eq!(of("test", "123\u{a3}"), "Basic dGVzdDoxMjPCow=="); // RFC 7617, section 2.1
    }
}
