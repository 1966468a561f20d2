//! A chart of states as inline SVG: told apart by words and by pattern, so that it can be read in grey and on paper.

use maud::{Markup, html};

use crate::domain::Outcome;

/// One bar.
pub(super) struct Bar {
    /// What it means for the money.
    pub outcome: Outcome,
    /// Its name.
    pub name: String,
    /// How long it is, compared with the others.
    pub count: u64,
    /// What stands behind it.
    pub label: String,
}

const WIDTH: u64 = 960;
const NAMES: u64 = 120;
/// No letter of a label is wider, in whatever font it is shown.
const LETTER: u64 = 10;
/// The longest bar has at least so much room, however long the labels are.
const LEAST_ROOM: u64 = 100;
const GAP: u64 = 12;
const LINE: u64 = 34;
const HEIGHT: u64 = 22;

/// The bars, one below the other, as long as their counts. A bar of one is still seen.
pub(super) fn bars(bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1);
    let letters = bars.iter().map(|bar| bar.label.chars().count() as u64).max().unwrap_or_default();
    let room = (WIDTH - NAMES).saturating_sub(letters * LETTER + GAP).max(LEAST_ROOM);
    let height = bars.len() as u64 * LINE + 6;
    let told: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.name, bar.label)).collect();
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) width="100%" role="img"
            xmlns="http://www.w3.org/2000/svg" aria-label=(told.join("; ")) {
            defs {
                pattern id="stripes" width="7" height="7" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" {
                    rect width="7" height="7" fill="#fff" {}
                    rect width="4" height="7" fill="#b45309" {}
                }
                pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse" {
                    rect width="6" height="6" fill="#fff" {}
                    circle cx="3" cy="3" r="1.7" fill="#475569" {}
                }
            }
            @for (at, bar) in bars.iter().enumerate() {
                @let top = at as u64 * LINE + 4;
                @let middle = top + HEIGHT / 2 + 5;
                @let long = (bar.count.saturating_mul(room) / most).max(4);
                text x=(NAMES - GAP) y=(middle) text-anchor="end" font-weight="600" { (bar.name) }
                rect x=(NAMES) y=(top) width=(long) height=(HEIGHT) rx="2" fill=(fill(bar.outcome))
                    stroke=(stroke(bar.outcome)) stroke-width="1.2" {}
                text x=(NAMES + long + GAP) y=(middle) { (bar.label) }
            }
        }
    }
}

/// Full is well, hatched wants somebody.
fn fill(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Paid => "#15803d",
        Outcome::UnderWay => "#7dd3a0",
        Outcome::Unclear => "#991b1b",
        Outcome::NotPaid => "url(#stripes)",
        Outcome::NotSent => "url(#dots)",
    }
}

fn stroke(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Paid | Outcome::UnderWay => "#14532d",
        Outcome::Unclear => "#450a0a",
        Outcome::NotPaid => "#b45309",
        Outcome::NotSent => "#475569",
    }
}
