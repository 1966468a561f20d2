//! What kind of file it is, told by its first bytes and never by its name.

use super::error::IntakeError;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Cells separated by commas or the like.
    Text,
    /// A workbook, or what is packed or built like one.
    Workbook,
}

/// What a file is by its beginning; `Err` where it is nothing that has payouts.
pub(super) fn kind_of(head: &[u8]) -> Result<FileKind, IntakeError> {
    let what = match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Ok(FileKind::Text), // UTF-16
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => return Ok(FileKind::Workbook),
        [b'P', b'K', 5, 6, ..] => "an empty ZIP archive",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        _ if is_marked_up(head, "schemas-microsoft-com:office:spreadsheet") => {
            "an XML spreadsheet of Excel 2003"
        }
        _ if is_marked_up(head, "<html")
            || is_marked_up(head, "<table")
            || is_marked_up(head, "<!doctype html") =>
        {
            "a web page, whatever its name says"
        }
        _ if is_marked_up(head, "<?xml") => "an XML file",
        _ if is_aba(head) => "an ABA file",
        _ if head.contains(&0) => "not text",
        _ => return Ok(FileKind::Text),
    };
    Err(IntakeError::OtherKind { what })
}

/// Whether it begins as pages of tags do, with these words in its beginning.
fn is_marked_up(head: &[u8], words: &str) -> bool {
    let text = String::from_utf8_lossy(head).to_lowercase();
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains(words)
}

/// The header record of a Direct Entry file: `0`, then blanks or an account, then the reel sequence.
fn is_aba(head: &[u8]) -> bool {
    let [b'0', rest @ ..] = head else { return false };
    rest.len() >= 79
        && rest[..17].iter().all(|byte| matches!(byte, b' ' | b'0'..=b'9' | b'-'))
        && rest[17..20].iter().all(u8::is_ascii_digit)
}
