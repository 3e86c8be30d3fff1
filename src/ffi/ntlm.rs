//! `twNtlm.h`: NTLM authentication to a proxy.
//!
//! The messages are the core's (`net::proxy::ntlm`); the CONNECT request that carries them is the caller's.

use std::ffi::{c_char, c_int};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::errors::TW_OK;
use super::guard::guard;
use super::http_proxy::{receive, send};
use super::os_port::socket::connect_deadline;
use super::os_port::{OPEN, twSocket};
use super::text;
use crate::net::proxy::ntlm::{self, Account, NtlmChallenge};
use crate::net::proxy::{Answer, ResponseReader, Scheme};

/// What C gets for every failure.
const FAILED: c_int = -1;
/// Status of an open tunnel.
const OPENED: u16 = 200;

/// Gets through a proxy, to which the socket is connected, with NTLM on this connection: both messages inside `req` (a CONNECT
/// request), and the proxy's answers, for at most `twcfg.connect_timeout`. `resp` is the answer of the proxy that asks for NTLM.
/// `user` may have a domain in front (`DOMAIN\user`). Nothing is kept. Returns 0 after a 200; -1 for a NULL argument, a socket that is
/// not open, an answer that does not ask for NTLM or is no challenge, and any other failure, with a line in the log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NTLM_connectToProxy(
    sock: *mut twSocket,
    req: *const c_char,
    resp: *const c_char,
    user: *mut c_char,
    password: *mut c_char,
) -> c_int {
    guard(FAILED, || {
        // SAFETY: by contract NULL or C strings.
        let texts = unsafe { (text::bytes(req), text::bytes(resp), text::bytes(user), text::bytes(password)) };
        let (Some(request), Some(response), Some(user), Some(password)) = texts else { return FAILED };
        let account = Account::new(user, password);
        // SAFETY: by contract NULL or a valid socket that no other thread uses.
        logged(unsafe { connect(sock, request, response, account, connect_deadline()) })
    })
}

/// Sends the first message inside the CONNECT request `request`. The message says nothing about who sends it. Returns 0; -1 for a
/// NULL argument (only the domain may be NULL), a socket that is not open, and when it cannot be sent.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NTLM_sendType1Msg(
    s: *mut twSocket,
    request: *const c_char,
    domain: *mut c_char,
    user: *mut c_char,
    password: *mut c_char,
) -> i32 {
    let _ = domain;
    guard(FAILED, || {
        // SAFETY: by contract NULL or C strings.
        let request = unsafe { text::bytes(request) };
        let Some(request) = request.filter(|_| !user.is_null() && !password.is_null()) else { return FAILED };
        // SAFETY: by contract NULL or a valid socket.
        logged(unsafe { send_message(s, request, &ntlm::negotiate()) })
    })
}

/// Sends the third message, which answers `challenge` (base64), inside the CONNECT request `request`. Returns 0; -1 for a NULL
/// argument (only the domain may be NULL), a socket that is not open, a text that is no challenge, and when it cannot be sent.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn NTLM_parseType2Msg(
    s: *mut twSocket,
    request: *const c_char,
    challenge: *mut c_char,
    domain: *mut c_char,
    user: *mut c_char,
    password: *mut c_char,
) -> i32 {
    guard(FAILED, || {
        // SAFETY: by contract NULL or C strings.
        let texts = unsafe { (text::bytes(request), text::bytes(challenge), text::bytes(user), text::bytes(password)) };
        let (Some(request), Some(challenge), Some(user), Some(password)) = texts else { return FAILED };
        // SAFETY: by contract NULL or a C string.
        let domain = unsafe { text::bytes(domain) }.unwrap_or_default();
        let account = Account { domain, user, password };
        // SAFETY: by contract NULL or a valid socket.
        logged(unsafe { answer(s, request, &String::from_utf8_lossy(challenge), account) })
    })
}

fn logged(outcome: Result<(), String>) -> c_int {
    match outcome {
        Ok(()) => TW_OK,
        Err(reason) => {
            log::error!("NTLM at the HTTP proxy: {reason}");
            FAILED
        }
    }
}

unsafe fn connect(
    s: *mut twSocket,
    request: &[u8],
    response: &[u8],
    account: Account<'_>,
    deadline: Instant,
) -> Result<(), String> {
    let offer = whole(response).ok_or("the answer that asks for NTLM is not HTTP")?;
    if !offer.challenges.iter().any(|challenge| challenge.known() == Some(Scheme::Ntlm)) {
        return Err("the proxy's answer does not ask for NTLM".to_owned());
    }
    // SAFETY: by contract of the caller.
    unsafe {
        send_message(s, request, &ntlm::negotiate())?;
        let asked = read_answer(s, deadline)?;
        let offered = asked.challenges.iter().filter(|challenge| challenge.known() == Some(Scheme::Ntlm));
        let token = offered.filter_map(|challenge| challenge.token.as_deref()).next();
        let token = token.ok_or_else(|| format!("its answer {} has no challenge", asked.status))?;
        answer(s, request, token, account)?;
        let last = read_answer(s, deadline)?;
        if last.status == OPENED { Ok(()) } else { Err(format!("it answers {} to the credentials", last.status)) }
    }
}

/// An answer that was read before, perhaps cut off.
fn whole(response: &[u8]) -> Option<Answer> {
    let mut reader = ResponseReader::default();
    if let Ok(Some(answer)) = reader.feed(response) {
        return Some(answer);
    }
    // Without its body, or without the end of its head.
    reader.ended().ok().or_else(|| {
        let closed = [response.trim_ascii_end(), b"\r\n\r\n"].concat();
        let mut reader = ResponseReader::default();
        reader.feed(&closed).ok()?.or_else(|| reader.ended().ok())
    })
}

unsafe fn answer(s: *mut twSocket, request: &[u8], token: &str, account: Account<'_>) -> Result<(), String> {
    let challenge = NtlmChallenge::from_base64(token).map_err(|error| error.to_string())?;
    let message = ntlm::authenticate(&challenge, account)
        .map_err(|error| format!("the operating system gives no random numbers: {error}"))?;
    // SAFETY: by contract of the caller.
    unsafe { send_message(s, request, &message) }
}

unsafe fn send_message(s: *mut twSocket, request: &[u8], message: &[u8]) -> Result<(), String> {
    // SAFETY: by contract of the callers NULL or a valid socket.
    if unsafe { s.as_ref() }.is_none_or(|socket| socket.state != OPEN) {
        return Err("the socket is not open".to_owned());
    }
    // SAFETY: as above.
    unsafe { send(s, &with_message(request, message)) }.map_err(|error| error.to_string())
}

/// The request with a message as its last header.
fn with_message(request: &[u8], message: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(request.trim_ascii_end().to_vec());
    bytes.extend_from_slice(b"\r\nProxy-Authorization: NTLM ");
    bytes.extend_from_slice(STANDARD.encode(message).as_bytes());
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes
}

unsafe fn read_answer(s: *mut twSocket, deadline: Instant) -> Result<Answer, String> {
    let mut reader = ResponseReader::default();
    let mut buffer = [0; 4096];
    loop {
        // SAFETY: by contract of the caller.
        let bytes = unsafe { receive(s, &mut buffer, deadline) }.map_err(|error| error.to_string())?;
        if bytes.is_empty() {
            return reader.ended().map_err(|error| error.to_string());
        }
        if let Some(answer) = reader.feed(bytes).map_err(|error| error.to_string())? {
            return Ok(answer);
        }
    }
}
