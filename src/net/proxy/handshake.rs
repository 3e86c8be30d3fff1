//! The CONNECT exchange as a machine that is fed bytes.

use super::ntlm::{self, Account, NtlmChallenge};
use super::{Answer, ConnectRequest, Credentials, Proxy, ProxyError, ProxyUser, ResponseReader, Scheme};
use super::{basic, challenge, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Status of an open tunnel.
const OPENED: u16 = 200;
/// Status that asks for credentials.
const AUTHENTICATION_REQUIRED: u16 = 407;

/// One attempt to get through a proxy. A first request goes without credentials. If the proxy asks for some, they are taken from the
/// callback and sent on a new connection, once.
///
/// On each connection to the proxy: [`request`](Handshake::request) first, then [`feed`](Handshake::feed) until it says something.
pub struct Handshake {
    request: ConnectRequest,
    user: Option<ProxyUser>,
    stage: Stage,
    reader: ResponseReader,
}

enum Stage {
    /// Nobody has asked for credentials.
    Open,
    /// These have been, or are to be, sent.
    Credentials(Scheme, Zeroizing<Vec<u8>>),
    /// The first message of NTLM has been, or is to be, sent.
    Negotiate(Credentials),
}

/// What is next.
pub enum Progress {
    /// More bytes of the proxy.
    Waiting,
    /// These bytes are to be sent on the same connection.
    Send(Zeroizing<Vec<u8>>),
    /// The connection is to be closed and another one to be opened to the proxy.
    Reconnect,
    /// The connection leads to the server now.
    Open,
}

impl Handshake {
    /// The way through `proxy` to a server.
    pub fn new(proxy: &Proxy, host: &str, port: u16) -> Handshake {
        let request = ConnectRequest { host: host.to_owned(), port, proxy: proxy.host.clone() };
        Handshake { request, user: proxy.user.clone(), stage: Stage::Open, reader: ResponseReader::default() }
    }

    /// The same with credentials that were made before: the text of a `Proxy-Authorization` header. They are not asked for again.
    pub fn with_credentials(proxy: &Proxy, host: &str, port: u16, credentials: Zeroizing<Vec<u8>>) -> Handshake {
        let scheme = super::PREFERENCE.into_iter().find(|scheme| {
            let name = scheme.name().as_bytes();
            credentials.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let stage = Stage::Credentials(scheme.unwrap_or(Scheme::Basic), credentials);
        Handshake { stage, ..Handshake::new(proxy, host, port) }
    }

    /// What is to be sent first on a new connection to the proxy.
    ///
    /// # Errors
    /// [`ProxyError::ControlCharacter`].
    pub fn request(&mut self) -> Result<Zeroizing<Vec<u8>>, ProxyError> {
        self.reader = ResponseReader::default();
        match &self.stage {
            Stage::Open => self.request.encode(None),
            Stage::Credentials(_, credentials) => self.request.encode(Some(credentials)),
            Stage::Negotiate(_) => self.request.encode(Some(&ntlm_header(&ntlm::negotiate()))),
        }
    }

    /// Takes the next bytes of the proxy. May call the application for the password.
    ///
    /// # Errors
    /// [`ProxyError`]: the attempt is over.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Progress, ProxyError> {
        match self.reader.feed(bytes)? {
            Some(answer) => self.answered(&answer),
            None => Ok(Progress::Waiting),
        }
    }

    /// The proxy has ended the connection. May call the application for the password.
    ///
    /// # Errors
    /// As [`feed`](Handshake::feed).
    pub fn ended(&mut self) -> Result<Progress, ProxyError> {
        let answer = self.reader.ended()?;
        self.answered(&answer)
    }

    fn answered(&mut self, answer: &Answer) -> Result<Progress, ProxyError> {
        match (answer.status, &self.stage) {
            (OPENED, _) if answer.leftover.is_empty() => Ok(Progress::Open),
            (OPENED, _) => Err(ProxyError::Unasked(answer.leftover.len())),
            (AUTHENTICATION_REQUIRED, Stage::Open) => {
                self.stage = self.authenticate(answer)?;
                Ok(Progress::Reconnect)
            }
            (AUTHENTICATION_REQUIRED, Stage::Negotiate(credentials)) => {
                let header = ntlm_answer(answer, credentials)?;
                let request = self.request.encode(Some(&header))?;
                self.reader = ResponseReader::default();
                self.stage = Stage::Credentials(Scheme::Ntlm, header);
                Ok(Progress::Send(request))
            }
            (AUTHENTICATION_REQUIRED, Stage::Credentials(scheme, _)) => Err(ProxyError::CredentialsRefused(*scheme)),
            (status, _) => Err(ProxyError::Refused { status, target: self.request.target() }),
        }
    }

    /// Chooses a scheme and asks the application.
    fn authenticate(&self, answer: &Answer) -> Result<Stage, ProxyError> {
        let offered = || {
            let names: Vec<_> = answer.challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
            names.join(", ")
        };
        let Some(user) = &self.user else { return Err(ProxyError::NoCredentials { offered: offered() }) };
        let (scheme, challenge) = challenge::choose(&answer.challenges)
            .ok_or_else(|| ProxyError::UnsupportedScheme { offered: offered() })?;
        log::debug!("the proxy asks for credentials ({}): {scheme} it is", offered());
        let credentials = user.credentials();
        let header = match scheme {
            Scheme::Ntlm => return Ok(Stage::Negotiate(credentials)),
            Scheme::Digest => digest::credentials(challenge, &credentials, &self.request.target())?,
            Scheme::Basic => basic::credentials(&credentials),
        };
        Ok(Stage::Credentials(scheme, header))
    }
}

/// The third message of NTLM as header text.
fn ntlm_answer(answer: &Answer, credentials: &Credentials) -> Result<Zeroizing<Vec<u8>>, ProxyError> {
    let bad = |reason: String| ProxyError::BadChallenge { scheme: Scheme::Ntlm, reason };
    if !answer.keeps_connection {
        return Err(bad("the proxy ends the connection that the answer belongs on".to_owned()));
    }
    let offered = answer.challenges.iter().filter(|challenge| challenge.known() == Some(Scheme::Ntlm));
    let token = offered.filter_map(|challenge| challenge.token.as_deref()).next();
    let token = token.ok_or_else(|| bad(ntlm::ChallengeError::Missing.to_string()))?;
    let challenge = NtlmChallenge::from_base64(token).map_err(|error| bad(error.to_string()))?;
    let account = Account::new(&credentials.user, &credentials.password);
    let message =
        ntlm::authenticate(&challenge, account).map_err(|error| ProxyError::NoRandomness(error.to_string()))?;
    Ok(ntlm_header(&message))
}

/// A message of NTLM as the text of a header.
fn ntlm_header(message: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(format!("NTLM {}", STANDARD.encode(message)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn proxy(user: Option<&str>) -> (Proxy, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let password = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            Zeroizing::new(b"prx-pass".to_vec())
        };
        let user = user.map(|name| ProxyUser { name: name.into(), password: Arc::new(password) });
        (Proxy { host: "127.0.0.1".into(), port: 3128, user }, asked)
    }

    fn start(user: Option<&str>) -> Handshake {
        let mut handshake = Handshake::new(&proxy(user).0, "127.0.0.1", 8443);
        assert!(!text(&handshake.request().unwrap()).contains("Authorization"));
        handshake
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn asks(scheme: &str) -> String {
        format!(
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: {scheme}\r\nContent-Length: 0\r\n\r\n"
        )
    }

    fn feed(handshake: &mut Handshake, answer: &str) -> Progress {
        handshake.feed(answer.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn failure(handshake: &mut Handshake, answer: &str) -> ProxyError {
        handshake.feed(answer.as_bytes()).err().expect("an error")
    }

    const OPEN: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

    #[test]
    fn an_open_proxy() {
        assert!(matches!(feed(&mut start(None), OPEN), Progress::Open));
    }

    #[test]
    fn basic_on_a_new_connection() {
        let (proxy, asked) = proxy(Some("proxyuser"));
        let mut handshake = Handshake::new(&proxy, "127.0.0.1", 8443);
        handshake.request().unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert!(matches!(feed(&mut handshake, &asks("Basic realm=\"corp\"")), Progress::Reconnect));
        assert!(
            text(&handshake.request().unwrap()).contains("\r\nProxy-Authorization: Basic cHJveHl1c2VyOnByeC1wYXNz\r\n")
        );
        assert!(matches!(feed(&mut handshake, OPEN), Progress::Open));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn refused_credentials_are_not_tried_again() {
        let mut handshake = start(Some("proxyuser"));
        assert!(matches!(feed(&mut handshake, &asks("Basic realm=r")), Progress::Reconnect));
        handshake.request().unwrap();
        let error = failure(&mut handshake, &asks("Basic realm=r"));
        assert_eq!((error.clone(), error.result()), (ProxyError::CredentialsRefused(Scheme::Basic), 1006));
    }

    #[test]
    fn ntlm_on_one_connection() {
        // session 54
        let mut handshake = start(Some("CORP\\proxyuser"));
        assert!(matches!(feed(&mut handshake, &asks("NTLM")), Progress::Reconnect));
        let first = text(&handshake.request().unwrap());
        assert!(
            first.contains("\r\nProxy-Authorization: NTLM TlRMTVNTUAABAAAABaIAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"),
            "{first}"
        );
        let challenge =
            asks("NTLM TlRMTVNTUAACAAAACAAIACAAAAABggAAASNFZ4mrze9DAE8AUgBQAA==").replace("0\r\n\r\n", "4\r\n\r\n");
        assert!(matches!(feed(&mut handshake, &challenge), Progress::Waiting), "the body is awaited");
        let Progress::Send(third) = feed(&mut handshake, "body") else { panic!("the third message") };
        assert!(text(&third).contains("\r\nProxy-Authorization: NTLM TlRMTVNTUAADAAAAGAAYAHAAAAAYABgA"));
        assert!(matches!(feed(&mut handshake, OPEN), Progress::Open));
    }

    #[test]
    fn ntlm_that_cannot_go_on() {
        let negotiating = || {
            let mut handshake = start(Some("u"));
            feed(&mut handshake, &asks("NTLM"));
            handshake.request().unwrap();
            handshake
        };
        let challenge = asks("NTLM TlRMTVNTUAACAAAACAAIACAAAAABggAAASNFZ4mrze9DAE8AUgBQAA==");
        for answer in [asks("NTLM"), asks("NTLM !!"), asks("Basic realm=r"), challenge.replace("1.1 407", "1.0 407")] {
            let error = failure(&mut negotiating(), &answer);
            assert!(matches!(error, ProxyError::BadChallenge { scheme: Scheme::Ntlm, .. }), "{error}");
        }
        let mut refused = negotiating();
        assert!(matches!(feed(&mut refused, &challenge), Progress::Send(_)));
        assert_eq!(failure(&mut refused, &asks("NTLM")), ProxyError::CredentialsRefused(Scheme::Ntlm));
    }

    #[test]
    fn results_of_the_c_interface() {
        let result = |user, answer: &str| failure(&mut start(user), answer).result();
        assert_eq!(result(None, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), 1006);
        assert_eq!(result(None, "this is no HTTP at all\r\n"), 1006);
        assert_eq!(result(None, &format!("{OPEN}more")), 1006);
        assert_eq!(result(None, &asks("Basic realm=r")), 1009);
        assert_eq!(result(Some("u"), &asks("Negotiate")), 1010);
        let mut ended = start(None);
        assert_eq!(ended.ended().err().unwrap().result(), 1007);
        assert!(matches!(feed(&mut ended, "HTTP/1.1 2"), Progress::Waiting));
        assert_eq!(ended.ended().err().unwrap().result(), 1008);
    }

    #[test]
    fn a_proxy_that_asks_and_closes() {
        let mut handshake = start(Some("u"));
        let asks = "HTTP/1.0 407 X\r\nProxy-Authenticate: Basic realm=r\r\nContent-Length: 9\r\n\r\nabc";
        assert!(matches!(feed(&mut handshake, asks), Progress::Waiting));
        assert!(matches!(handshake.ended(), Ok(Progress::Reconnect)));
    }

    #[test]
    fn secrets_are_not_in_errors() {
        let mut handshake = start(Some("proxyuser"));
        feed(&mut handshake, &asks("Basic realm=r"));
        let error = format!("{0} {0:?}", failure(&mut handshake, &asks("Basic realm=r")));
        assert!(!error.contains("prx-pass") && !error.contains("cHJve"), "{error}");
    }
}
