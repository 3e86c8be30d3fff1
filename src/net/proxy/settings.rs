//! Where a proxy is, and who uses it.

use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// An HTTP proxy.
#[derive(Clone)]
pub struct Proxy {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Who uses it; needed only if it asks.
    pub user: Option<ProxyUser>,
}

/// A user of a proxy.
#[derive(Clone)]
pub struct ProxyUser {
    /// The name, for NTLM with the domain in front: `DOMAIN\user`.
    pub name: Vec<u8>,
    /// Gives the password. Called once for each attempt in which the proxy asks, on the thread that makes the attempt.
    pub password: Arc<dyn Fn() -> Zeroizing<Vec<u8>> + Send + Sync>,
}

/// What a proxy is told. The password is wiped when dropped; there is no `Debug`, so that no log line can show it.
pub struct Credentials {
    /// The user's name.
    pub user: Vec<u8>,
    /// The password.
    pub password: Zeroizing<Vec<u8>>,
}

impl ProxyUser {
    /// Asks for the password.
    pub(super) fn credentials(&self) -> Credentials {
        Credentials { user: self.name.clone(), password: (self.password)() }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("has_user", &self.user.is_some())
            .finish()
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
