//! An HTTP proxy that does what a test says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use twedge::net::proxy::ntlm;

/// How it behaves. Its user is `CORP\proxyuser` with the password `prx-pass`.
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// It asks nobody.
    Open,
    Basic,
    Digest {
        /// Whether it offers `qop=auth`.
        qop: bool,
    },
    Ntlm {
        /// Whether its challenge says who it is: then version 2 has to be spoken.
        names_itself: bool,
    },
    /// NTLM, with everything sent byte by byte and a body in each refusal.
    InPieces {
        chunked: bool,
    },
    /// It answers this and ends the connection.
    Says(&'static str),
    /// It never answers.
    Silent,
}

const OPENED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";
const BODY: &str = "Proxy-Authenticate: NTLM, says the body";
const NONCE: &str = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
/// Random bytes of the NTLM challenge.
const CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
/// What it says about itself: a domain and a time.
const TARGET_INFO: &[u8] = b"\x02\0\x08\0C\0O\0R\0P\0\x07\0\x08\0\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0";

/// A running proxy. It ends with the test.
pub struct Scripted {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Leads everything to this port of this machine.
    pub fn start(behaviour: Behaviour, server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(client, behaviour, server, &seen));
            }
        });
        Self { port, heads }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The requests that have come.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, behaviour: Behaviour, server: u16, heads: &Mutex<Vec<String>>) {
    client.set_nodelay(true).unwrap();
    while let Some(head) = read_head(&mut client) {
        heads.lock().unwrap().push(head.clone());
        let answer = match behaviour {
            Behaviour::Silent => continue,
            Behaviour::Says(answer) => {
                let _ = client.write_all(answer.as_bytes());
                return;
            }
            _ => answer(behaviour, &head),
        };
        let pieces = if matches!(behaviour, Behaviour::InPieces { .. }) { 1 } else { answer.len() };
        for piece in answer.as_bytes().chunks(pieces) {
            if client.write_all(piece).is_err() {
                return;
            }
        }
        if answer == OPENED {
            return lead(client, server);
        }
    }
}

fn read_head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// Copies in both directions until both have ended.
fn lead(client: TcpStream, server: u16) {
    let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
    let copy = |mut from: &TcpStream, mut to: &TcpStream| {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    };
    thread::scope(|scope| {
        scope.spawn(|| copy(&client, &server));
        copy(&server, &client);
    });
}

fn answer(behaviour: Behaviour, head: &str) -> String {
    let credentials = head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: "));
    let asks = |challenge: &str| refusal(behaviour, challenge);
    match behaviour {
        Behaviour::Open => OPENED.to_owned(),
        Behaviour::Basic => match credentials {
            // `CORP\proxyuser:prx-pass`
            Some("Basic Q09SUFxwcm94eXVzZXI6cHJ4LXBhc3M=") => OPENED.to_owned(),
            _ => asks("Basic realm=\"corp\""),
        },
        Behaviour::Digest { qop } => {
            if credentials.is_some_and(|credentials| is_digest(credentials, head, qop)) {
                return OPENED.to_owned();
            }
            let qop = if qop { ", qop=\"auth,auth-int\"" } else { "" };
            asks(&format!(
                "Basic realm=\"corp\"\r\nProxy-Authenticate: Digest realm=\"corp\",\r\n nonce=\"{NONCE}\"{qop}"
            ))
        }
        Behaviour::Ntlm { names_itself } => ntlm_answer(credentials, names_itself, asks),
        _ => ntlm_answer(credentials, true, asks),
    }
}

fn refusal(behaviour: Behaviour, challenge: &str) -> String {
    let body = match behaviour {
        Behaviour::InPieces { chunked: true } => {
            format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len())
        }
        Behaviour::InPieces { chunked: false } => format!("Content-Length: {}\r\n\r\n{BODY}", BODY.len()),
        _ => "Content-Length: 0\r\n\r\n".to_owned(),
    };
    format!("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: {challenge}\r\n{body}")
}

/// Checks a response with the formulas of RFC 7616 and RFC 2069.
fn is_digest(credentials: &str, head: &str, qop: bool) -> bool {
    let value = |name: &str| {
        let start = credentials.find(&format!("{name}=\""))? + name.len() + 2;
        credentials[start..].split('"').next()
    };
    let hash = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let uri = head.split(' ').nth(1).unwrap();
    let first = hash("CORP\\proxyuser:corp:prx-pass".to_owned());
    let second = hash(format!("CONNECT:{uri}"));
    let expected = if qop {
        let Some(client_nonce) = value("cnonce") else { return false };
        hash(format!("{first}:{NONCE}:00000001:{client_nonce}:auth:{second}"))
    } else {
        hash(format!("{first}:{NONCE}:{second}"))
    };
    value("uri") == Some(uri) && value("nonce") == Some(NONCE) && value("response") == Some(&expected)
}

fn ntlm_answer(credentials: Option<&str>, names_itself: bool, asks: impl Fn(&str) -> String) -> String {
    let message = credentials.and_then(|text| STANDARD.decode(text.strip_prefix("NTLM ")?).ok()).unwrap_or_default();
    match message.get(8) {
        Some(1) => asks(&format!("NTLM {}", STANDARD.encode(challenge(names_itself)))),
        Some(3) if is_ntlm(&message, names_itself) => OPENED.to_owned(),
        _ => asks("NTLM\r\nProxy-Authenticate: Basic realm=\"corp\""),
    }
}

fn challenge(names_itself: bool) -> Vec<u8> {
    let (info, flag): (&[u8], u32) = if names_itself { (TARGET_INFO, 0x0080_0000) } else { (&[], 0) };
    let length = (info.len() as u16).to_le_bytes();
    let flags = (0x8201 | flag).to_le_bytes();
    let head = [b"NTLMSSP\0\x02\0\0\0\0\0\0\0\0\0\0\0", &flags[..], &CHALLENGE, &[0; 8]].concat();
    [&head[..], &length, &length, &48u32.to_le_bytes(), info].concat()
}

/// Checks the third message with the formulas of MS-NLMP, section 3.3.
fn is_ntlm(message: &[u8], names_itself: bool) -> bool {
    let field = |at: usize| {
        let length = usize::from(u16::from_le_bytes([message[at], message[at + 1]]));
        let offset = u32::from_le_bytes(message[at + 4..at + 8].try_into().unwrap()) as usize;
        &message[offset..][..length]
    };
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    if field(28) != wide("CORP") || field(36) != wide("proxyuser") {
        return false;
    }
    let response = field(20);
    if !names_itself {
        return response == ntlm::response_v1(&ntlm::nt_hash_v1(b"prx-pass"), &CHALLENGE);
    }
    let (proof, answered) = response.split_at(16);
    let key = ntlm::nt_hash_v2(b"proxyuser", b"CORP", b"prx-pass");
    let mut mac = <Hmac<Md5> as Mac>::new_from_slice(&key[..]).unwrap();
    mac.update(&CHALLENGE);
    mac.update(answered);
    answered[8..16] == [1, 2, 3, 4, 5, 6, 7, 8] && mac.verify_slice(proof).is_ok()
}
