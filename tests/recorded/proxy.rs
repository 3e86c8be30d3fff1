//! Sessions through an HTTP proxy: the server plays that as well.

use std::sync::Arc;

use md5::{Digest, Md5};
use serde_json::Value as Json;
use twedge::connection::Endpoint;
use twedge::net::dial::Route;
use twedge::net::proxy::{Proxy, ProxyUser};

use super::recording::{Event, Recording};
use super::steps;

/// Where the client is to go, if it asked a proxy in the recording; the server plays both.
pub fn endpoint(recording: &Recording, proxy_port: u16) -> Option<Endpoint> {
    let request = recording.events.iter().find(|event| steps::is_for_proxy(event)).map(Event::text)?;
    let (host, port) = request.split(' ').nth(1)?.rsplit_once(':')?;
    let settings = &recording.settings;
    let (user, password) = (settings["proxyUser"].as_str(), settings["proxyPassword"].as_str());
    let user = user.zip(password).map(|(user, password)| {
        let password = password.as_bytes().to_vec();
        ProxyUser { name: user.into(), password: Arc::new(move || password.clone().into()) }
    });
    let proxy = Proxy { host: "127.0.0.1".into(), port: proxy_port, user };
    Some(Endpoint { route: Route::Proxy(Arc::new(proxy)), ..Endpoint::new(host, port.parse().ok()?) })
}

/// Compares a CONNECT request with the recorded one: all of it but the client's nonce and what follows from it.
pub fn compare(got: &str, recorded: &str, settings: &Json) {
    let nonce = |request: &str| value(request, "cnonce");
    let (Some(ours), Some(theirs)) = (nonce(got), nonce(recorded)) else {
        assert_eq!(got, recorded, "the request to the proxy");
        return;
    };
    let proof = |request: &str| value(request, "response").expect("a response");
    let comparable = got.replace(&ours, &theirs).replace(&proof(got), &proof(recorded));
    assert_eq!(comparable, recorded, "the request to the proxy");
    for request in [got, recorded] {
        assert_eq!(proof(request), expected(request, settings), "the response in {request}");
    }
}

/// The response of the request as the specification has it (protocol.md 1.5).
fn expected(request: &str, settings: &Json) -> String {
    let text = |name: &str| settings[name].as_str().expect("credentials");
    let part = |name: &str| value(request, name).unwrap_or_else(|| panic!("no {name} in {request}"));
    let hash = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let first = hash(format!("{}:{}:{}", text("proxyUser"), part("realm"), text("proxyPassword")));
    let second = hash(format!("CONNECT:{}", part("uri")));
    hash(format!("{first}:{}:00000001:{}:auth:{second}", part("nonce"), part("cnonce")))
}

/// A quoted parameter of the credentials.
fn value(request: &str, name: &str) -> Option<String> {
    let line = request.lines().find(|line| line.starts_with("Proxy-Authorization: Digest "))?;
    let parameters = line.split([',', ' ']);
    parameters
        .filter_map(|part| part.split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.trim_matches('"').to_owned())
}
