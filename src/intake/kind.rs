//! What kind of file it is, told by its first bytes and never by its name.

use super::error::IntakeError;
use super::markup;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Cells separated by commas or the like.
    Text,
}

/// What a file is by its beginning; `Err` where it is nothing that has payouts.
pub(super) fn kind_of(head: &[u8]) -> Result<FileKind, IntakeError> {
    if let Some(refused) = markup::refused(head) {
        return Err(refused);
    }
    let what = match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Ok(FileKind::Text), // UTF-16
        [b'P', b'K', 3, 4, ..] => "a workbook (Excel or OpenDocument)",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "an old or a protected Excel workbook",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        _ if is_aba(head) => "an ABA file",
        _ if head.contains(&0) => "not text",
        _ => return Ok(FileKind::Text),
    };
    Err(IntakeError::OtherKind { what })
}

/// The header record of a Direct Entry file: `0`, then blanks or an account, then the reel sequence.
fn is_aba(head: &[u8]) -> bool {
    let [b'0', rest @ ..] = head else { return false };
    rest.len() >= 79
        && rest[..17].iter().all(|byte| matches!(byte, b' ' | b'0'..=b'9' | b'-'))
        && rest[17..20].iter().all(u8::is_ascii_digit)
}
