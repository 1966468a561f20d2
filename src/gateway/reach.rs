//! Why the API cannot be reached: asked step by step, only once it is known that it cannot.

use std::time::Duration;

use reqwest::Url;

const PATIENCE: Duration = Duration::from_secs(5);

/// Where the way to the API ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayEnds {
    /// Nobody knows the name.
    AtTheName,
    /// The machine is there and takes no connection.
    Refused,
    /// Nobody answers.
    Silent,
    /// The connection is made; what fails is the encryption.
    AtEncryption,
    /// The connection is made.
    Nowhere,
}

impl WayEnds {
    /// What to do, in a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Self::AtTheName => {
                "The name of the server is not known here: check the address of the API, and this machine's DNS."
            }
            Self::Refused => {
                "The server is there and refuses connections: check the port in the address of the API, and any firewall."
            }
            Self::Silent => {
                "Nobody answers at that address: check the network, and whether a firewall or proxy must let this machine out."
            }
            Self::AtEncryption => {
                "The connection is made but its encryption (TLS) is not: check this machine's date and certificates, and whether a proxy looks into connections."
            }
            Self::Nowhere => "The server can be reached and does not answer as it should: try again later.",
        }
    }
}

/// Follows the way to the API until it ends.
pub async fn way_to(url: &str) -> WayEnds {
    let Ok(url) = url.parse::<Url>() else { return WayEnds::AtTheName };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return WayEnds::AtTheName;
    };
    let host = host.trim_matches(['[', ']']);
    let Ok(Ok(addresses)) = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port))).await
    else {
        return WayEnds::AtTheName;
    };
    let addresses: Vec<_> = addresses.collect();
    match tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_)) if url.scheme() == "https" => WayEnds::AtEncryption,
        Ok(Ok(_)) => WayEnds::Nowhere,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => WayEnds::Refused,
        Ok(Err(_)) | Err(_) => WayEnds::Silent,
    }
}
