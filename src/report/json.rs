//! The report as JSON, for programs. Fields may be added, not changed.

use std::io::Write;

use super::ReportError;
use crate::domain::{PayoutView, RunView};

/// Writes the run with its payouts as one document.
pub fn write_json<E: std::error::Error>(
    view: &RunView,
    payouts: impl Iterator<Item = Result<PayoutView, E>>,
    mut out: impl Write,
) -> Result<(), ReportError<E>> {
    let head = serde_json::to_string(view).map_err(std::io::Error::from)?;
    let head = head.strip_suffix('}').unwrap_or(&head);
    write!(out, "{head},\"payouts\":[")?;
    for (at, payout) in payouts.enumerate() {
        let payout = payout.map_err(ReportError::Source)?;
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &payout).map_err(std::io::Error::from)?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(())
}
