//! What can stand between this program and Flash, each a sentence that says what to do.

/// The API cannot be used, or not as it should.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GatewayError {
    /// The address makes no sense, or the machine cannot speak TLS.
    #[error("{0}")]
    Config(String),
    /// The login was refused.
    #[error("Flash refused the login ({code}); check the e-mail address and the password")]
    Credentials {
        /// Flash's code.
        code: String,
    },
    /// The login belongs to several agreements.
    #[error("this login belongs to several Flash agreements: set PAYRUN_AFFILIATION to FP_AUS or FP_LUX")]
    NeedAffiliation,
    /// No connection.
    #[error("Flash cannot be reached ({why}); check the network")]
    Unreachable {
        /// What the system said.
        why: String,
    },
    /// A firewall or proxy answered in Flash's place.
    #[error(
        "something between here and Flash refused the request (HTTP {status}); is this machine's address on Flash's allow-list?"
    )]
    Forbidden {
        /// The HTTP status.
        status: u16,
    },
    /// The login is not accepted although it has just been made.
    #[error(
        "Flash does not accept the login that it has just given; try again later, and ask Flash if it persists"
    )]
    Unauthenticated,
    /// Asked to slow down for too long.
    #[error("Flash asks to slow down; go on later")]
    Throttled,
    /// An answer that cannot be used.
    #[error("Flash did not answer as it should ({what}); try again later")]
    Unclear {
        /// What was seen.
        what: String,
    },
}

impl GatewayError {
    /// Its class, for logs: the sentence may repeat words of the API's.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Credentials { .. } => "credentials",
            Self::NeedAffiliation => "need_affiliation",
            Self::Unreachable { .. } => "unreachable",
            Self::Forbidden { .. } => "forbidden",
            Self::Unauthenticated => "unauthenticated",
            Self::Throttled => "throttled",
            Self::Unclear { .. } => "unclear",
        }
    }

    /// Whether only a change of configuration, credentials or account helps.
    pub fn is_account_problem(&self) -> bool {
        match self {
            Self::Config(_) | Self::Credentials { .. } | Self::NeedAffiliation | Self::Forbidden { .. } => {
                true
            }
            Self::Unreachable { .. } | Self::Unauthenticated | Self::Throttled | Self::Unclear { .. } => {
                false
            }
        }
    }

    /// Whether trying again soon may help.
    pub(super) fn is_passing(&self) -> bool {
        !self.is_account_problem()
    }
}
