//! One line of the journal, and what it may say.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::{
    AgreedRate, Awaits, BookKey, ExternalId, Fact, KeptBank, Life, OverlapKey, Payee, Payout, PayoutId,
    Probe, Release, RowEntry, RunHead, RunId, RunState, Slippage, Stopped, Timestamp, Verified,
};

/// Something that happened. Fields may be added, never renamed: old journals must be read for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Record {
    /// A run was opened; its rows follow.
    RunOpened(RunHead),
    /// A payout that a run will pay, or hold.
    PayoutPlanned {
        /// The run.
        run: RunId,
        /// The payout's identity.
        id: PayoutId,
        /// What it asks for; its row is the row of the run.
        payout: Box<Payout>,
        /// Its id at the API.
        external_id: ExternalId,
        /// What would make another payout look like this one paid twice.
        overlap: OverlapKey,
        /// The remitter's id at the API.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remitter: Option<ExternalId>,
        /// What a person has accepted of it, in words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accepted: Vec<String>,
        /// A payout of an earlier run that looks like this one, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        like_earlier: Option<String>,
        /// Where it starts: ready or held.
        life: Life,
    },
    /// A row of a run that this run does not pay.
    RowNoted {
        /// The run.
        run: RunId,
        /// The row.
        row: u32,
        /// What it is.
        entry: RowEntry,
    },
    /// All rows of the run are recorded: from here on it may send.
    RunReady {
        /// The run.
        run: RunId,
    },
    /// All rows of the run are recorded, and a person is to let it go first.
    RunHeld {
        /// The run.
        run: RunId,
    },
    /// The run may send from here on, and who said so.
    RunReleased {
        /// The run.
        run: RunId,
        /// Who, when, how.
        release: Release,
    },
    /// The run is not to be sent, and who said so.
    RunRefused {
        /// The run.
        run: RunId,
        /// Who, when, how.
        release: Release,
    },
    /// A person has agreed to rates and to how much worse they may become, in place of what the run had.
    RatesAgreed {
        /// The run.
        run: RunId,
        /// The limit from now on; none lifts it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_slippage: Option<Slippage>,
        /// The rates. Other pairs keep theirs.
        rates: Vec<AgreedRate>,
    },
    /// A party was found or created at the API.
    PartySettled {
        /// The run.
        run: RunId,
        /// Our id of it.
        external_id: ExternalId,
        /// The API's id of it.
        flash_id: String,
        /// Whether this run created it.
        created: bool,
    },
    /// Something happened to a payout.
    Happened {
        /// The payout's identity.
        id: PayoutId,
        /// What.
        #[serde(flatten)]
        fact: Fact,
        /// With the first intent of an attempt: the request, byte for byte.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// A run came to an end, or stopped.
    RunEnded {
        /// The run.
        run: RunId,
        /// Finished or stopped.
        state: RunState,
        /// The word of a person without which it does not go on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        awaits: Option<Awaits>,
        /// Why it stopped; journals from before that was noted say nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<Box<Stopped>>,
        /// Whether people are to hear of it, and have not yet.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        untold: bool,
    },
    /// What looks have shown of a run up to a record has been passed on.
    RunTold {
        /// The run.
        run: RunId,
        /// To whom.
        by: Telling,
        /// The last record that was taken into account.
        until: u64,
    },
    /// A payee was imported into the payee book, new or in place of what the book had.
    PayeeNoted(Noted),
    /// A bank has said whose account it is.
    PayeeVerified {
        /// A digest of account and name.
        key: BookKey,
        /// What it said.
        verified: Verified,
    },
    /// The API has named the bank of an account.
    BankNamed {
        /// The same digest of account and name.
        key: BookKey,
        /// The bank.
        bank: KeptBank,
    },
    /// A probe is about to send the request of a payout that the API has a second time.
    ProbeBegun {
        /// The payout's identity.
        id: PayoutId,
    },
    /// What a probe has found out.
    ProbeEnded(Probe),
}

impl Record {
    /// The run that it is about, where it names one.
    pub(super) fn run(&self) -> Option<RunId> {
        match self {
            Self::RunOpened(head) => Some(head.run),
            Self::PayoutPlanned { run, .. }
            | Self::RowNoted { run, .. }
            | Self::RunReady { run }
            | Self::RunHeld { run, .. }
            | Self::RunReleased { run, .. }
            | Self::RunRefused { run, .. }
            | Self::RatesAgreed { run, .. }
            | Self::PartySettled { run, .. }
            | Self::RunEnded { run, .. }
            | Self::RunTold { run, .. } => Some(*run),
            Self::Happened { .. }
            | Self::PayeeNoted(_)
            | Self::PayeeVerified { .. }
            | Self::BankNamed { .. }
            | Self::ProbeBegun { .. }
            | Self::ProbeEnded(_) => None,
        }
    }
}

/// How what looks have shown of a run is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// People were given notice.
    Notice,
    /// The reports were written anew.
    Report,
}

/// A payee as an import has noted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// All that the book is to have of the payee.
    pub payee: Box<Payee>,
    /// The file's name, without folders.
    pub file: String,
    /// Its row.
    pub row: u32,
    /// The book's key of the same payee until then, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<BookKey>,
    /// What differs from what the book had, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// What a person has accepted, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
}

/// The digest that chains the lines: 32 hexadecimal digits.
pub(super) type Link = String;

/// The link before the first line.
pub(super) const GENESIS: &str = "00000000000000000000000000000000";

/// A line as it stands in the file.
#[derive(Deserialize)]
struct Line<'a> {
    seq: u64,
    prev: Link,
    at: Timestamp,
    #[serde(borrow)]
    record: &'a RawValue,
    sum: Link,
}

/// A line that was read and found whole.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub seq: u64,
    pub at: Timestamp,
    pub record: Record,
    pub sum: Link,
    /// The line itself, without its newline.
    pub line: &'a [u8],
}

/// Writes one line, newline included, and gives its link.
pub(super) fn encode(seq: u64, prev: &str, at: Timestamp, record: &Record, out: &mut Vec<u8>) -> Link {
    let record = serde_json::to_string(record).expect("records hold only what JSON can hold");
    let at = at.to_string();
    let sum = link(seq, prev, &at, &record);
    let line = format!(
        "{{\"seq\":{seq},\"prev\":\"{prev}\",\"at\":\"{at}\",\"record\":{record},\"sum\":\"{sum}\"}}\n"
    );
    out.extend_from_slice(line.as_bytes());
    sum
}

/// Reads one line without its newline; `Err` says what is wrong with it.
pub(super) fn decode<'a>(line: &'a [u8], seq: u64, prev: &str) -> Result<Entry<'a>, String> {
    let parsed = in_its_place(line, seq, prev)?;
    let record = serde_json::from_str(parsed.record.get())
        .map_err(|error| format!("record {seq} is of a kind that this version does not know ({error})"))?;
    Ok(Entry { seq, at: parsed.at, record, sum: parsed.sum, line })
}

/// Checks one line without its newline, whatever it says, and gives its link.
pub(super) fn checked(line: &[u8], seq: u64, prev: &str) -> Result<Link, String> {
    in_its_place(line, seq, prev).map(|parsed| parsed.sum)
}

fn in_its_place<'a>(line: &'a [u8], seq: u64, prev: &str) -> Result<Line<'a>, String> {
    let text = std::str::from_utf8(line).map_err(|_| format!("record {seq} is not text"))?;
    let parsed: Line<'_> = serde_json::from_str(text)
        .map_err(|_| format!("record {seq} was expected, and no record stands there"))?;
    if parsed.seq != seq {
        return Err(format!("record {seq} was expected and record {} stands there", parsed.seq));
    }
    if parsed.prev != prev {
        return Err(format!("record {seq} does not follow the record before it"));
    }
    if link(seq, prev, &parsed.at.to_string(), parsed.record.get()) != parsed.sum {
        return Err(format!("record {seq} was altered"));
    }
    Ok(parsed)
}

/// What the first line of a segment claims to be and to follow.
pub(super) fn first_claims(line: &[u8]) -> Option<(u64, Link)> {
    let parsed: Line<'_> = serde_json::from_slice(line).ok()?;
    Some((parsed.seq, parsed.prev))
}

fn link(seq: u64, prev: &str, at: &str, record: &str) -> Link {
    let mut hasher = blake3::Hasher::new_derive_key("payrun journal line v1");
    for part in [seq.to_string().as_str(), prev, at, record] {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: u64, prev: &str) -> (Vec<u8>, Link) {
        let mut out = Vec::new();
        let link = encode(seq, prev, Timestamp::UNIX_EPOCH, &Record::RunReady { run: RunId(1) }, &mut out);
        out.pop();
        (out, link)
    }

    #[test]
    fn a_line_reads_back_and_any_changed_byte_is_seen() {
        let (bytes, sum) = line(7, GENESIS);
        assert_eq!(decode(&bytes, 7, GENESIS).expect("whole").sum, sum);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(decode(&damaged, 7, GENESIS).is_err(), "byte {at} changed unseen");
        }
    }

    #[test]
    fn a_line_knows_its_place() {
        let (bytes, _) = line(7, GENESIS);
        assert!(decode(&bytes, 8, GENESIS).is_err());
        assert!(decode(&bytes, 7, "11111111111111111111111111111111").is_err());
    }
}
