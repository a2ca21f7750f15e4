//! Where webhooks may go. A mock posts to any URL a client registers, so the hosts are listed:
//! otherwise it would be a way into the network it runs in.

use std::net::IpAddr;

use http::Uri;

/// Loopback, and the hosts that were named.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    named: Vec<String>,
}

/// Why a URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    /// Not an absolute `http` or `https` URL without credentials in it.
    #[error("not an absolute http or https URL without user or password")]
    NotHttp,
    /// A host that is neither loopback nor named.
    #[error("host {host} is not allowed: use a loopback address{}", also(.named))]
    HostNotAllowed {
        /// The host.
        host: String,
        /// The hosts that are allowed besides loopback.
        named: Vec<String>,
    },
}

impl AllowedHosts {
    /// Loopback and `named`.
    pub fn new(named: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let lower = |name: String| name.to_ascii_lowercase();
        Self {
            named: named.into_iter().map(Into::into).map(lower).collect(),
        }
    }

    /// Checks a URL.
    ///
    /// # Errors
    /// [`UrlRefused`], made for people.
    pub fn check(&self, url: &str) -> Result<(), UrlRefused> {
        let uri: Uri = url.parse().map_err(|_| UrlRefused::NotHttp)?;
        let http = matches!(uri.scheme_str(), Some("http" | "https"));
        let authority = uri.authority().ok_or(UrlRefused::NotHttp)?;
        if !http || authority.as_str().contains('@') {
            return Err(UrlRefused::NotHttp);
        }
        let host = authority.host().to_ascii_lowercase();
        if is_loopback(&host) || self.named.contains(&host) {
            return Ok(());
        }
        Err(UrlRefused::HostNotAllowed {
            host,
            named: self.named.clone(),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn also(named: &[String]) -> String {
    if named.is_empty() {
        return String::new();
    }
    format!(" or one of: {}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_named_hosts_pass() {
        let hosts = AllowedHosts::new(["hub.test"]);
        for url in [
            "http://127.0.0.1:8080/x",
            "http://127.9.9.9/",
            "https://[::1]:1/",
            "http://LocalHost/",
            "http://hub.test/webhooks",
            "http://HUB.test:99",
        ] {
            assert_eq!(hosts.check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn other_hosts_schemes_and_disguises_do_not() {
        let hosts = AllowedHosts::new(["hub.test"]);
        for url in [
            "http://169.254.169.254/latest",
            "http://10.0.0.1/",
            "http://hub.test.evil.example/",
            "http://hub.test@evil.example/",
            "http://user:secret@127.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "/relative",
            "127.0.0.1:80",
            "",
        ] {
            assert!(hosts.check(url).is_err(), "{url}");
        }
    }
}
