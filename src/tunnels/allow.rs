//! Where tunnels may go (T2).

/// A target that tunnels may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedTarget {
    /// Host name or address, compared as a text without regard to case; `None` is any.
    pub host: Option<String>,
    /// `None` is any.
    pub port: Option<u16>,
}

impl AllowedTarget {
    /// Whether a tunnel may go to that host and port. Names are not looked up: `localhost` is not `127.0.0.1`.
    pub fn permits(&self, host: &str, port: u16) -> bool {
        let is_host = self.host.as_ref().is_none_or(|allowed| bare(allowed).eq_ignore_ascii_case(bare(host)));
        is_host && self.port.is_none_or(|allowed| allowed == port)
    }
}

/// An IPv6 address may stand in brackets, a name may end in the dot of the root.
fn bare(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    inner.strip_suffix('.').unwrap_or(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(host: Option<&str>, port: Option<u16>) -> AllowedTarget {
        AllowedTarget { host: host.map(str::to_owned), port }
    }

    #[test]
    fn hosts_are_texts_and_what_is_not_given_is_any() {
        let ssh = target(Some("LocalHost"), Some(22));
        assert!(ssh.permits("localhost", 22) && ssh.permits("localhost.", 22));
        assert!(!ssh.permits("localhost", 23) && !ssh.permits("127.0.0.1", 22) && !ssh.permits("localhost.evil", 22));
        assert!(target(None, Some(22)).permits("anything", 22));
        assert!(target(Some("::1"), None).permits("[::1]", 5));
        assert!(!target(None, Some(22)).permits("anything", 80));
    }
}
