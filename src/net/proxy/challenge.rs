//! The header `Proxy-Authenticate` (RFC 9110, section 11.6.1).

use super::digest::DigestChallenge;
use std::fmt;

/// A way to prove who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// NTLM on one connection (MS-NTHT).
    Ntlm,
    /// RFC 7616.
    Digest,
    /// RFC 7617.
    Basic,
}

/// The schemes that are known, the preferred one first.
pub const PREFERENCE: [Scheme; 3] = [Scheme::Ntlm, Scheme::Digest, Scheme::Basic];

impl Scheme {
    /// Its name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::Ntlm => "NTLM",
            Scheme::Digest => "Digest",
            Scheme::Basic => "Basic",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One scheme that a proxy offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// Name of the scheme as sent.
    pub scheme: String,
    /// The one text behind it that has no name (of NTLM: the base64 of a message).
    pub token: Option<String>,
    /// Named parameters, values unquoted.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of a parameter; names are compared without case.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    /// The scheme, if it is one that can be served.
    pub fn known(&self) -> Option<Scheme> {
        let scheme = PREFERENCE.into_iter().find(|scheme| scheme.name().eq_ignore_ascii_case(&self.scheme))?;
        let is_usable = scheme != Scheme::Digest || DigestChallenge::of(self).is_ok();
        is_usable.then_some(scheme)
    }
}

/// The challenge to be answered, with its scheme: the preferred one of those that are known, the first one of them if a proxy offers
/// it several times.
pub(super) fn choose(challenges: &[Challenge]) -> Option<(Scheme, &Challenge)> {
    PREFERENCE.into_iter().find_map(|scheme| {
        challenges.iter().find(|challenge| challenge.known() == Some(scheme)).map(|challenge| (scheme, challenge))
    })
}

/// Reads the value of one header, which may have several challenges. Goes on behind what it does not understand.
pub fn parse(value: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    for element in elements(value) {
        let element = element.trim();
        let (word, rest) = element.split_once([' ', '\t']).unwrap_or((element, ""));
        // `name=value` goes on with the challenge before; `Scheme`, `Scheme token` and `Scheme name=value` begin one.
        let begins = !word.is_empty() && !word.contains('=') && !rest.trim_start().starts_with('=');
        let argument = if begins {
            challenges.push(Challenge { scheme: word.to_owned(), ..Challenge::default() });
            rest.trim()
        } else {
            element
        };
        if let Some(challenge) = challenges.last_mut().filter(|_| !argument.is_empty()) {
            add(challenge, argument);
        }
    }
    challenges
}

fn add(challenge: &mut Challenge, argument: &str) {
    match argument.split_once('=') {
        // Padding of a token is no value.
        Some((name, value)) if !value.trim_matches('=').trim().is_empty() => {
            challenge.parameters.push((name.trim().to_owned(), unquoted(value.trim())));
        }
        _ => challenge.token = Some(argument.to_owned()),
    }
}

/// Cuts at commas that are not in quotes.
fn elements(value: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    value
        .split(|character| {
            let is_escape = quoted && character == '\\' && !escaped;
            if character == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = is_escape;
            character == ',' && !quoted
        })
        .collect()
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_in_one_header() {
        let text = r#"NTLM, Negotiate, Digest realm="a, \"b\"", qop="auth,auth-int",nonce = "x=" , Basic realm=corp"#;
        let challenges = parse(text);
        let schemes: Vec<_> = challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["NTLM", "Negotiate", "Digest", "Basic"]);
        let value = |name| challenges[2].parameter(name).unwrap();
        assert_eq!(
            (value("REALM"), value("qop"), value("nonce")),
            ("a, \"b\"".into(), "auth,auth-int".into(), "x=".into())
        );
        assert_eq!(challenges[3].parameter("realm").as_deref(), Some("corp"));
    }

    #[test]
    fn tokens_are_told_from_parameters() {
        for token in ["TlRMTVNTUAACAAAA", "TlRMTVNTUAACAAA=", "TlRMTVNTUAACAA=="] {
            let challenges = parse(&format!("NTLM {token}"));
            assert_eq!(challenges[0].token.as_deref(), Some(token));
        }
        assert_eq!(parse("NTLM")[0].token, None);
        assert_eq!(parse(" , ,"), []);
    }

    #[test]
    fn the_preferred_scheme_that_can_be_served() {
        let chosen = |text: &str| choose(&parse(text)).map(|(scheme, _)| scheme);
        let digest = r#"Digest realm="r", nonce="n""#;
        assert_eq!(chosen(&format!("Basic realm=r, {digest}, ntlm")), Some(Scheme::Ntlm));
        assert_eq!(chosen(&format!("Basic realm=r, {digest}")), Some(Scheme::Digest));
        assert_eq!(chosen("BASIC realm=r, Negotiate"), Some(Scheme::Basic));
        assert_eq!(chosen("Negotiate, Bearer"), None);
        assert_eq!(chosen(&format!("{digest}, algorithm=SHA-512-256, Basic realm=r")), Some(Scheme::Basic));
        assert_eq!(chosen(&format!("{digest}, qop=auth-int")), None);
    }
}
