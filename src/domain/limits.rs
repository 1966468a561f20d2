//! How large a file may be, and how much reading it may cost. Beyond a limit reading ends in a sentence.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The limits of reading. Each is named in the configuration: `limits.file_size`, `limits.line` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a file.
    pub file_size: u64,
    /// Bytes of a row, which in a text file may run over several lines.
    pub line: u64,
    /// Rows of a file.
    pub rows: u32,
    /// Bytes of a workbook when it is unpacked.
    pub workbook_size: u64,
    /// Bytes of memory of the process that reads a workbook.
    pub workbook_memory: u64,
    /// How long that process may work.
    pub workbook_time: Duration,
}

const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_size: 1024 * MIB,
            line: MIB / 16,
            rows: 2_000_000,
            workbook_size: 2048 * MIB,
            workbook_memory: 512 * MIB,
            workbook_time: Duration::from_secs(60),
        }
    }
}
