//! Devices behind an HTTP proxy, in clear and with TLS.

#[path = "proxy/scripted.rs"]
mod scripted;

use scripted::{Behaviour, Scripted};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use twedge::client::Client;
use twedge::connection::{AppKey, ConnectError, ConnectOptions, Endpoint, Settings, Step};
use twedge::net::dial::Route;
use twedge::net::proxy::{Proxy, ProxyUser};
use twedge::net::tls::{TlsOptions, read_certificates};
use twedge::things::DefaultServices;
use twedge_platform::{DEMO_APP_KEY, Platform, TlsSource};

/// Longer than anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A device with the thing T, and how often its password was asked for.
struct Device {
    client: Client,
    asked: Arc<AtomicUsize>,
}

impl Device {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn connect(&self) -> Result<(), ConnectError> {
        self.connect_within(PATIENCE)
    }

    fn connect_within(&self, timeout: Duration) -> Result<(), ConnectError> {
        self.client.connect(ConnectOptions { timeout, retries: 1 })
    }

    /// The reason for a failure of the first step, which the C interface calls 1001.
    fn failure(&self) -> String {
        self.failure_within(PATIENCE)
    }

    fn failure_within(&self, timeout: Duration) -> String {
        let error = self.connect_within(timeout).expect_err("it must not connect");
        assert_eq!(error.result(), 1001, "{error}");
        let ConnectError::Open(failure) = &error else { panic!("{error}") };
        assert_eq!(failure.step, Step::HttpConnect);
        error.to_string()
    }
}

fn device(host: &str, platform: &Platform, proxy: &Scripted, user: Option<(&str, &str)>) -> Device {
    let asked = Arc::new(AtomicUsize::new(0));
    let user = user.map(|(name, password)| {
        let (counter, password) = (Arc::clone(&asked), password.as_bytes().to_vec());
        let password = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            password.clone().into()
        };
        ProxyUser { name: name.into(), password: Arc::new(password) }
    });
    let tls = platform.ca_certificate().map(|pem| {
        let mut options = TlsOptions::default();
        options.anchors.load(read_certificates(pem.as_bytes()).unwrap());
        options.client_config().unwrap()
    });
    let route = Route::Proxy(Arc::new(Proxy { host: "localhost".into(), port: proxy.port(), user }));
    let endpoint = Endpoint { tls, route, ..Endpoint::new(host, platform.port()) };
    let settings = Settings {
        connect_retry_interval: Duration::from_millis(20),
        max_connect_delay: Duration::from_millis(50),
        ..Settings::default()
    };
    let client = Client::new(endpoint, settings, || AppKey::new(DEMO_APP_KEY.as_bytes().to_vec()));
    client.bind("T", DefaultServices::All).unwrap();
    Device { client, asked }
}

fn platforms() -> [Platform; 2] {
    let builders = [Platform::builder(), Platform::builder().tls(TlsSource::local())];
    builders.map(|builder| builder.start_blocking().unwrap())
}

fn plain() -> Platform {
    Platform::builder().start_blocking().unwrap()
}

const USER: (&str, &str) = ("CORP\\proxyuser", "prx-pass");

#[test]
fn every_scheme_opens_the_way() {
    for platform in platforms() {
        for (behaviour, requests) in [
            (Behaviour::Open, 1),
            (Behaviour::Basic, 2),
            (Behaviour::Digest { qop: true }, 2),
            (Behaviour::Digest { qop: false }, 2),
            (Behaviour::Ntlm { names_itself: false }, 3),
            (Behaviour::Ntlm { names_itself: true }, 3),
        ] {
            let proxy = Scripted::start(behaviour, platform.port());
            let device = device("localhost", &platform, &proxy, Some(USER));
            device.connect().unwrap_or_else(|error| panic!("{behaviour:?}: {error}"));
            assert!(platform.is_connected("T"), "{behaviour:?}");
            let heads = proxy.heads();
            assert_eq!(heads.len(), requests, "{behaviour:?}: {heads:?}");
            let target = format!("CONNECT localhost:{} HTTP/1.1\r\nHost: localhost\r\n", platform.port());
            assert!(heads.iter().all(|head| head.starts_with(&target)), "{heads:?}");
            assert_eq!(device.asked(), usize::from(requests > 1), "{behaviour:?}");
            device.client.disconnect("done");
            assert!(platform.wait_unbound("T", PATIENCE));
        }
    }
}

#[test]
fn a_lost_link_comes_back_through_the_proxy() {
    let platform = plain();
    let proxy = Scripted::start(Behaviour::Basic, platform.port());
    let device = device("localhost", &platform, &proxy, Some(USER));
    device.connect().unwrap();
    let first = platform.connection_of("T").unwrap();
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| device.client.run(&|| done.load(Ordering::SeqCst) == 0));
        platform.drop_connection(first);
        let is_back = |platform: &Platform| platform.connection_of("T").is_some_and(|connection| connection != first);
        let came_back = platform.wait(PATIENCE, is_back);
        done.store(1, Ordering::SeqCst);
        device.client.wake();
        assert!(came_back);
    });
    // Each time without credentials first, and with a password that was asked for anew.
    assert_eq!((proxy.heads().len(), device.asked()), (4, 2));
}

#[test]
fn refused_credentials_are_sent_once() {
    let platform = plain();
    for behaviour in [Behaviour::Basic, Behaviour::Digest { qop: true }, Behaviour::Ntlm { names_itself: true }] {
        let proxy = Scripted::start(behaviour, platform.port());
        let device = device("localhost", &platform, &proxy, Some((USER.0, "wrong")));
        let reason = device.failure();
        assert!(reason.contains("refuses user name or password"), "{behaviour:?}: {reason}");
        assert!(!reason.contains("wrong"), "{reason}");
        assert_eq!(device.asked(), 1);
        let with_credentials =
            |head: &&String| head.contains("Proxy-Authorization: ") && !head.contains("TlRMTVNTUAAB");
        assert_eq!(proxy.heads().iter().filter(with_credentials).count(), 1, "{behaviour:?}");
        // The next attempt asks again.
        device.failure();
        assert_eq!(device.asked(), 2);
    }
}

#[test]
fn nobody_to_ask() {
    let platform = plain();
    let proxy = Scripted::start(Behaviour::Basic, platform.port());
    let reason = device("localhost", &platform, &proxy, None).failure();
    assert!(reason.contains("Basic") && reason.contains("password callback"), "{reason}");
}

#[test]
fn what_a_proxy_may_say_instead() {
    let platform = plain();
    for (answer, reason) in [
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nno way!", "HTTP status 403"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "cannot reach the platform"),
        ("HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n", "\"Negotiate\" only"),
        ("SSH-2.0-OpenSSH_9.9\r\n", "not HTTP"),
        ("", "ended the connection after 0 bytes"),
        ("HTTP/1.1 200 Conn", "ended the connection after 17 bytes"),
        ("HTTP/1.1 200 OK\r\n\r\nwelcome", "7 bytes came behind"),
    ] {
        let proxy = Scripted::start(Behaviour::Says(answer), platform.port());
        let device = device("localhost", &platform, &proxy, Some(USER));
        let text = device.failure();
        assert!(text.contains(reason) && text.contains(&format!("port {}", proxy.port())), "{answer:?}: {text}");
        assert_eq!((proxy.heads().len(), device.asked()), (1, 0), "{answer:?}");
    }
    let endless = "HTTP/1.1 200 OK\r\nX: ".to_owned() + &"x".repeat(20_000);
    let proxy = Scripted::start(Behaviour::Says(endless.leak()), platform.port());
    let text = device("localhost", &platform, &proxy, None).failure();
    assert!(text.contains("longer than 16384 bytes"), "{text}");
}

#[test]
fn silence_is_bounded_by_the_connect_timeout() {
    let platform = plain();
    let proxy = Scripted::start(Behaviour::Silent, platform.port());
    let device = device("localhost", &platform, &proxy, Some(USER));
    let text = device.failure_within(Duration::from_millis(200));
    assert!(text.contains("did not answer CONNECT in time"), "{text}");
    assert_eq!(device.asked(), 0);
}

#[test]
fn an_answer_in_pieces_with_a_body() {
    let platform = plain();
    for behaviour in [Behaviour::InPieces { chunked: false }, Behaviour::InPieces { chunked: true }] {
        let proxy = Scripted::start(behaviour, platform.port());
        let device = device("localhost", &platform, &proxy, Some(USER));
        device.connect().unwrap();
        assert_eq!(proxy.heads().len(), 3);
        device.client.disconnect("done");
        assert!(platform.wait_unbound("T", PATIENCE));
    }
}

#[test]
fn the_name_of_the_platform_is_for_the_proxy_to_look_up() {
    let platform = plain();
    let proxy = Scripted::start(Behaviour::Open, platform.port());
    let device = device("platform.invalid", &platform, &proxy, None);
    device.connect().unwrap();
    assert!(proxy.heads()[0].starts_with("CONNECT platform.invalid:"));
}

#[test]
fn a_proxy_that_cannot_be_reached_stays_set() {
    let platform = plain();
    let proxy = Scripted::start(Behaviour::Open, platform.port());
    let device = device("localhost", &platform, &proxy, Some(USER));
    let connection = device.client.connection();
    let endpoint = connection.endpoint();
    for (host, reason) in [("no-such-host.invalid", "resolve"), ("127.0.0.1", "connect")] {
        // Nobody listens on port 1.
        let lost = Route::Proxy(Arc::new(Proxy { host: host.into(), port: 1, user: None }));
        connection.set_endpoint(Endpoint { route: lost, ..endpoint.clone() });
        let text = device.failure();
        assert!(text.contains("the HTTP proxy cannot be reached: ") && text.contains(reason), "{text}");
        let Route::Proxy(kept) = connection.endpoint().route else { panic!("the proxy is gone") };
        assert_eq!(kept.host, host);
    }
    assert!(proxy.heads().is_empty() && !platform.is_connected("T"));
    connection.set_endpoint(endpoint);
    device.connect().unwrap();
}
