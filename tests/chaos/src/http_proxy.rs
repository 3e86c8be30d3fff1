//! An HTTP proxy: it connects to whatever it is asked for with CONNECT.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::promise::{PROXY_PASSWORD, PROXY_USER};

/// How long a client may take for its request.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// Bytes that a request may have.
const MAX_REQUEST: usize = 8192;

const CONNECTED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";
const WHO: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"chaos\"\r\n\
                   Content-Length: 0\r\nConnection: close\r\n\r\n";
const NO_WAY: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// An HTTP proxy on a free port of this machine. Dropped, it takes no more connections; those that there are end with their ends.
pub struct HttpProxy {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl HttpProxy {
    /// A proxy for everybody, or for [`PROXY_USER`] alone.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(asks: bool) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let ending = over.clone();
        let thread = thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if ending.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever is left without an answer sees the connection end.
                thread::spawn(move || serve(client, asks));
            }
        });
        Ok(Self { address, over, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for HttpProxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn serve(mut client: TcpStream, asks: bool) -> io::Result<()> {
    client.set_read_timeout(Some(REQUEST_LIMIT))?;
    let request = read_head(&mut client)?;
    let credentials = STANDARD.encode(format!("{PROXY_USER}:{PROXY_PASSWORD}"));
    let is_known = header(&request, "proxy-authorization") == Some(format!("Basic {credentials}").as_str());
    if asks && !is_known {
        return client.write_all(WHO.as_bytes());
    }
    let Some(server) = target(&request).and_then(|target| TcpStream::connect(target).ok()) else {
        return client.write_all(NO_WAY.as_bytes());
    };
    client.set_read_timeout(None)?;
    client.write_all(CONNECTED.as_bytes())?;
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || carry(from, to));
    carry(server, client);
    Ok(())
}

/// One byte at a time: what follows the request is not the proxy's.
fn read_head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.extend(byte);
        if head.len() > MAX_REQUEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn target(request: &str) -> Option<SocketAddr> {
    let mut words = request.lines().next()?.split(' ');
    (words.next()? == "CONNECT").then(|| words.next()?.parse().ok())?
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let fields = request.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    // However it ends: one direction is over, and the other one may go on.
    let ended = io::copy(&mut from, &mut to);
    let _ = to.shutdown(if ended.is_ok() { Shutdown::Write } else { Shutdown::Both });
    let _ = from.shutdown(Shutdown::Read);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(proxy: &HttpProxy, request: &str) -> TcpStream {
        let mut client = TcpStream::connect(proxy.address()).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        client
    }

    fn status(client: &mut TcpStream) -> String {
        let head = read_head(client).unwrap();
        head.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn it_carries_bytes_both_ways() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = HttpProxy::start(false).unwrap();
        let request = format!("CONNECT {} HTTP/1.1\r\nHost: x\r\n\r\nearly", server.local_addr().unwrap());
        let mut client = ask(&proxy, &request);
        assert_eq!(status(&mut client), "200");
        let (mut accepted, _) = server.accept().unwrap();
        let mut early = [0; 5];
        accepted.read_exact(&mut early).unwrap();
        assert_eq!(&early, b"early");
        accepted.write_all(b"answer").unwrap();
        drop(accepted);
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "answer");
    }

    #[test]
    fn it_may_ask_who_is_there() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = HttpProxy::start(true).unwrap();
        let address = server.local_addr().unwrap();
        assert_eq!(status(&mut ask(&proxy, &format!("CONNECT {address} HTTP/1.1\r\n\r\n"))), "407");
        let credentials = STANDARD.encode(format!("{PROXY_USER}:{PROXY_PASSWORD}"));
        let known = format!("CONNECT {address} HTTP/1.1\r\nProxy-Authorization: Basic {credentials}\r\n\r\n");
        assert_eq!(status(&mut ask(&proxy, &known)), "200");
    }
}
