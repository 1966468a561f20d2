//! What kind of file it is, told by its first bytes and never by its name.

use super::aba::{is_aba, is_aba_in_utf16};
use super::error::IntakeError;
use super::markup;

/// A kind of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Cells separated by commas or the like.
    Text,
    /// Lines of fixed columns that payroll programs write for banks.
    Aba,
    /// A workbook, or what is packed or built like one.
    Workbook,
}

/// What a file is by its beginning; `Err` where it is nothing that has payouts.
pub(super) fn kind_of(head: &[u8]) -> Result<FileKind, IntakeError> {
    if let Some(refused) = markup::refused(head) {
        return Err(refused);
    }
    let what = match head {
        _ if is_aba(head) => return Ok(FileKind::Aba),
        _ if is_aba_in_utf16(head) => return Err(IntakeError::AbaInUtf16),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            "a text in UTF-32, with four bytes for each letter"
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Ok(FileKind::Text), // UTF-16
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => return Ok(FileKind::Workbook),
        [b'P', b'K', 5, 6, ..] => "an empty ZIP archive",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        _ if head.contains(&0) => "not text",
        _ => return Ok(FileKind::Text),
    };
    Err(IntakeError::OtherKind { what })
}
