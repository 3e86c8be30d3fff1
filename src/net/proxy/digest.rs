//! Digest credentials (RFC 7616, RFC 2069).

use super::{Challenge, Credentials, ProxyError, Scheme};
use md5::{Digest, Md5};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The only number of a request with its nonce: every connection is asked anew.
const COUNT: &str = "00000001";

/// A challenge that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestChallenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// As sent, if it was.
    algorithm: Option<String>,
    hash: Hash,
    /// Mixes the nonces into the secret (`-sess`).
    session: bool,
    /// `qop=auth` was offered; without any, the older form is used.
    qop: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Md5,
    Sha256,
}

impl DigestChallenge {
    /// Reads the parameters.
    ///
    /// # Errors
    /// What cannot be answered about it.
    pub fn of(challenge: &Challenge) -> Result<DigestChallenge, String> {
        let algorithm = challenge.parameter("algorithm");
        let (hash, session) = match algorithm.as_deref().unwrap_or("MD5").to_ascii_uppercase().as_str() {
            "MD5" => (Hash::Md5, false),
            "MD5-SESS" => (Hash::Md5, true),
            "SHA-256" => (Hash::Sha256, false),
            "SHA-256-SESS" => (Hash::Sha256, true),
            other => return Err(format!("its algorithm {other:?} is not known")),
        };
        let qop = challenge.parameter("qop");
        let offers_auth = |qop: &str| qop.split(',').any(|option| option.trim().eq_ignore_ascii_case("auth"));
        if qop.as_deref().is_some_and(|qop| !offers_auth(qop)) {
            return Err(format!("its qop is {:?}, only auth is known", qop.unwrap_or_default()));
        }
        Ok(DigestChallenge {
            realm: challenge.parameter("realm").unwrap_or_default(),
            nonce: challenge.parameter("nonce").ok_or("it has no nonce")?,
            opaque: challenge.parameter("opaque"),
            algorithm,
            hash,
            session,
            qop: qop.is_some(),
        })
    }

    /// What `Proxy-Authorization` has to say for a CONNECT to `target`, with a random client nonce.
    ///
    /// # Errors
    /// [`ProxyError::NoRandomness`].
    pub fn credentials(&self, credentials: &Credentials, target: &str) -> Result<Vec<u8>, ProxyError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| ProxyError::NoRandomness(error.to_string()))?;
        Ok(self.credentials_with(credentials, target, &hex(&nonce)))
    }

    fn credentials_with(&self, credentials: &Credentials, target: &str, client_nonce: &str) -> Vec<u8> {
        let response = self.response(credentials, "CONNECT", target, client_nonce);
        let mut value = b"Digest username=".to_vec();
        quote(&credentials.user, &mut value);
        for (name, text) in [(",realm=", self.realm.as_str()), (",nonce=", &self.nonce), (",uri=", target)] {
            value.extend_from_slice(name.as_bytes());
            quote(text.as_bytes(), &mut value);
        }
        if self.qop {
            value.extend_from_slice(format!(",qop=auth,nc={COUNT},cnonce=\"{client_nonce}\"").as_bytes());
        }
        value.extend_from_slice(format!(",response=\"{response}\"").as_bytes());
        if let Some(opaque) = &self.opaque {
            value.extend_from_slice(b", opaque=");
            quote(opaque.as_bytes(), &mut value);
        }
        if let Some(algorithm) = &self.algorithm {
            value.extend_from_slice(format!(", algorithm={algorithm}").as_bytes());
        }
        value
    }

    /// The proof, in hex.
    fn response(&self, credentials: &Credentials, method: &str, uri: &str, client_nonce: &str) -> String {
        let nonce = self.nonce.as_bytes();
        let secret = [&credentials.user, self.realm.as_bytes(), &credentials.password];
        let mut first = Zeroizing::new(self.hash.of(&secret));
        if self.session {
            first = Zeroizing::new(self.hash.of(&[first.as_bytes(), nonce, client_nonce.as_bytes()]));
        }
        let second = self.hash.of(&[method.as_bytes(), uri.as_bytes()]);
        if self.qop {
            let parts =
                [first.as_bytes(), nonce, COUNT.as_bytes(), client_nonce.as_bytes(), b"auth", second.as_bytes()];
            self.hash.of(&parts)
        } else {
            self.hash.of(&[first.as_bytes(), nonce, second.as_bytes()])
        }
    }
}

impl Hash {
    /// The digest of the parts with colons between them, in hex.
    fn of(self, parts: &[&[u8]]) -> String {
        match self {
            Hash::Md5 => joined::<Md5>(parts),
            Hash::Sha256 => joined::<Sha256>(parts),
        }
    }
}

fn joined<D: Digest>(parts: &[&[u8]]) -> String {
    let mut digest = D::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            digest.update(b":");
        }
        digest.update(part);
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Appends a quoted string.
fn quote(text: &[u8], value: &mut Vec<u8>) {
    value.push(b'"');
    for &byte in text {
        if matches!(byte, b'"' | b'\\') {
            value.push(b'\\');
        }
        value.push(byte);
    }
    value.push(b'"');
}

/// Reads a challenge and answers it.
pub(super) fn credentials(
    challenge: &Challenge,
    credentials: &Credentials,
    target: &str,
) -> Result<Zeroizing<Vec<u8>>, ProxyError> {
    let challenge =
        DigestChallenge::of(challenge).map_err(|reason| ProxyError::BadChallenge { scheme: Scheme::Digest, reason })?;
    challenge.credentials(credentials, target).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::super::challenge::parse;
    use super::*;

    fn challenge(text: &str) -> DigestChallenge {
        DigestChallenge::of(&parse(text)[0]).unwrap()
    }

    fn pair(user: &str, password: &str) -> Credentials {
        Credentials { user: user.into(), password: Zeroizing::new(password.into()) }
    }

    #[test]
    fn recorded_credentials() {
        let answer = |text: &str, nonce| {
            let value = challenge(text).credentials_with(&pair("proxyuser", "prx-pass"), "127.0.0.1:8443", nonce);
            String::from_utf8(value).unwrap()
        };
        // session 52
        let text = r#"Digest realm="corp", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
        let expected = r#"Digest username="proxyuser",realm="corp",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",uri="127.0.0.1:8443",qop=auth,nc=00000001,cnonce="03157663",response="81ccdd2282e69f5abcd96967dbe2169c", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
        assert_eq!(answer(text, "03157663"), expected);
        // session 53
        let expected = r#"Digest username="proxyuser",realm="corp",nonce="abc123",uri="127.0.0.1:8443",qop=auth,nc=00000001,cnonce="031578fb",response="a563fe8ca8f1e7afb6f09c3afd32ab8a""#;
        assert_eq!(answer(r#"Digest realm="corp", qop="auth", nonce="abc123""#, "031578fb"), expected);
    }

    #[test]
    fn rfc_7616() {
        // Section 3.9.1.
        let nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let response = |algorithm: &str| {
            let text = format!(
                r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
            );
            challenge(&text).response(&pair("Mufasa", "Circle of Life"), "GET", "/dir/index.html", nonce)
        };
        assert_eq!(response("MD5"), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(response("SHA-256"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn without_qop() {
        // RFC 2069, section 2.4, with its erratum 749.
        let challenge = challenge(
            r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#,
        );
        let mufasa = pair("Mufasa", "CircleOfLife");
        assert_eq!(challenge.response(&mufasa, "GET", "/dir/index.html", ""), "1949323746fe6a43ef61f9606e7febea");
        let value = String::from_utf8(challenge.credentials_with(&mufasa, "h:1", "")).unwrap();
        assert!(!value.contains("qop") && !value.contains("nc=") && !value.contains("cnonce"), "{value}");
    }

    #[test]
    fn sessions_mix_the_nonces_in() {
        let text = |algorithm| format!(r#"Digest realm="r", nonce="n", qop=auth, algorithm={algorithm}"#);
        let user = pair("u", "p");
        let inner = Hash::Md5.of(&[b"u", b"r", b"p"]);
        let first = Hash::Md5.of(&[inner.as_bytes(), b"n", b"c"]);
        let second = Hash::Md5.of(&[b"CONNECT", b"h:1"]);
        let expected = Hash::Md5.of(&[first.as_bytes(), b"n", b"00000001", b"c", b"auth", second.as_bytes()]);
        assert_eq!(challenge(&text("MD5-sess")).response(&user, "CONNECT", "h:1", "c"), expected);
        assert_ne!(challenge(&text("MD5")).response(&user, "CONNECT", "h:1", "c"), expected);
        let value = challenge(&text("MD5-sess")).credentials_with(&user, "h:1", "c");
        assert!(String::from_utf8(value).unwrap().ends_with(", algorithm=MD5-sess"));
    }

    #[test]
    fn quotes_are_escaped() {
        let value = challenge(r#"Digest realm="a \"b\"", nonce="n""#).credentials_with(&pair("x\"y", "p"), "h:1", "c");
        let text = String::from_utf8(value).unwrap();
        assert!(text.starts_with(r#"Digest username="x\"y",realm="a \"b\"",nonce="n""#), "{text}");
    }

    #[test]
    fn every_answer_has_a_nonce_of_its_own() {
        let challenge = challenge(r#"Digest realm="r", nonce="n", qop=auth"#);
        let answer = || challenge.credentials(&pair("u", "p"), "h:1").unwrap();
        assert_ne!(answer(), answer());
    }
}
