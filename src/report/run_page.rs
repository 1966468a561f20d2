//! A run as a page to read and to print: what became of the money, what a person must do, and every payout.

use std::io::Write;

use maud::{Markup, html};

use super::ReportError;
use super::chart::{Bar, bars};
use super::facts::{facts, moment};
use super::page::{Column, page, table};
use crate::domain::money::{Total, grouped, plural};
use crate::domain::outcome::OF_OTHER_RUNS;
use crate::domain::{Outcome, PayoutState, PayoutView, RunState, RunView};

/// So many payouts that somebody must look at are listed, and so many of the others.
const MOST_TO_LOOK_AT: usize = 2_000;
const MOST_OTHERS: usize = 500;

/// Writes the page. Payouts are taken one by one and only those that are listed are kept.
pub fn write_run_page<E: std::error::Error>(
    view: &RunView,
    payouts: impl Iterator<Item = Result<PayoutView, E>>,
    mut out: impl Write,
) -> Result<(), ReportError<E>> {
    let mut listed = Listed::default();
    for payout in payouts {
        listed.take(payout.map_err(ReportError::Source)?);
    }
    out.write_all(render(view, &listed).into_string().as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Rows of one kind: how many there are, and those that are shown.
#[derive(Default)]
struct Rows {
    count: u64,
    shown: Vec<PayoutView>,
}

#[derive(Default)]
struct Listed {
    to_look_at: Rows,
    /// Those that were not paid and of which nothing is to be done: corrected elsewhere, refused, another run's.
    left_alone: Rows,
    others: Rows,
}

impl Listed {
    fn take(&mut self, payout: PayoutView) {
        let (rows, most) = match (payout.status.needs_a_look(), &payout.next) {
            (true, Some(_)) => (&mut self.to_look_at, MOST_TO_LOOK_AT),
            (true, None) => (&mut self.left_alone, MOST_OTHERS),
            (false, _) => (&mut self.others, MOST_OTHERS),
        };
        rows.count += 1;
        if rows.shown.len() < most {
            rows.shown.push(payout);
        }
    }
}

fn render(view: &RunView, listed: &Listed) -> Markup {
    let title = format!("Result of {}", view.label);
    page(
        &title,
        &html! {
            div.wide {
                h1 { (title) }
                p.soft { "Run " (view.run) " · " (view.file) " · " (moment(view.opened_at)) }
                (totals(view))
                (verdict(view, listed))
                div.together {
                    h2 { "How the payouts stand" }
                    (bars(&status_bars(view)))
                }
                (against_the_file(view))
                (told("Fees that Flash has told so far", &view.fees))
                (told("Debited for payments abroad, as far as Flash has told", &view.debited))
                div.together {
                    h2 { "Decisions" }
                    dl { @for (what, value) in facts(view) { dt { (what) } dd { (value) } } }
                }
                (part("For a person", &listed.to_look_at))
                (part("Not paid, and nothing to do any more", &listed.left_alone))
                (part("Paid or on their way", &listed.others))
            }
        },
    )
}

/// The rows of one kind under their heading.
fn part(heading: &str, rows: &Rows) -> Markup {
    html! {
        @if rows.count > 0 {
            h2 { (heading) ": " (grouped(&rows.count.into())) }
            (payout_table(&rows.shown))
            (more(rows.shown.len(), rows.count))
        }
    }
}

/// The sums that have reached payees or are on their way to them.
fn totals(view: &RunView) -> Markup {
    let lines = view.reconciled();
    let sum = |currency, count, amount| Total { currency, count, amount };
    html! {
        div.figures {
            @for line in &lines {
                @for (outcome, (count, amount)) in Outcome::ALL.iter().zip(line.parts) {
                    @if count > 0 && *outcome <= Outcome::UnderWay {
                        div {
                            p.soft { (outcome.words()) }
                            p.big { (line.currency) " " (grouped(&amount)) }
                            p.soft { (plural(count, "payout")) }
                        }
                    }
                }
                div {
                    p.soft { "In the file" }
                    p.big.quiet { (line.currency) " " (grouped(&sum(line.currency, line.file.0, line.file.1).amount)) }
                    p.soft { (plural(line.file.0, "payout")) }
                }
            }
        }
        (in_no_total(view))
    }
}

/// How many rows the sums are without.
fn in_no_total(view: &RunView) -> Markup {
    let count = view.without_amount();
    let is = if count == 1 { "is" } else { "are" };
    html! {
        @if count > 0 {
            p.soft { (plural(count, "row")) " of which no amount can be read " (is) " in no total." }
        }
    }
}

fn verdict(view: &RunView, listed: &Listed) -> Markup {
    let (left, done_with) = (listed.to_look_at.count, listed.left_alone.count);
    html! {
        @if let Some(words) = view.no_money() { p.note { (words) } }
        @if view.state == RunState::Refused {
            p.warn { "Nothing was sent: a person refused the run." }
        } @else if left > 0 {
            p.warn {
                (plural(left, "row")) @if left == 1 { " wants" } @else { " want" }
                " a person or another go: each is listed below with what to do."
            }
        } @else {
            @if done_with > 0 {
                p.note {
                    "Nothing is left to do of " (plural(done_with, "row"))
                    @if done_with == 1 { " that was" } @else { " that were" }
                    " not paid here: why is said below."
                }
            }
            @let every = if done_with > 0 { "Every other" } else { "Every" };
            @if view.count(PayoutState::Submitted) > 0 {
                p.note {
                    (every) " payout is with Flash. The banks have yet to answer for some; a bank can also return money days later."
                }
            } @else if listed.others.count > 0 {
                p.note { (every) " payout has arrived." }
            }
        }
        @match view.state {
            RunState::Stopped | RunState::Running | RunState::Recording => {
                p.warn {
                    "The run is not finished"
                    @if let Some(stopped) = &view.stopped { " (" (stopped.why) ")" }
                    "."
                    @match &view.goes_on_by {
                        Some(by) => { " To go on: " (by) "." }
                        None => { " payrun is at work on it." }
                    }
                }
            }
            RunState::Held => { p.warn { "Nothing was sent: the run waits for a person to let it go." } }
            RunState::Refused | RunState::Finished => {}
        }
    }
}

fn status_bars(view: &RunView) -> Vec<Bar> {
    let mut states: Vec<&PayoutState> =
        PayoutState::ALL.iter().filter(|state| view.count(**state) > 0).collect();
    states.sort_by_key(|state| Outcome::of(**state));
    states
        .into_iter()
        .map(|state| {
            let sums: Vec<String> = view
                .by_status
                .iter()
                .filter(|line| line.status == *state)
                .filter_map(|line| Some(format!("{} {}", line.currency?, grouped(&line.amount?))))
                .collect();
            let count = view.count(*state);
            let sums = match sums.len() {
                0 => "no amount".to_owned(),
                1 | 2 => sums.join(", "),
                more => format!("{} and {} more currencies", sums[0], more - 1), // the table below has them all
            };
            Bar {
                outcome: Outcome::of(*state),
                name: state.word().to_owned(),
                count,
                label: format!("{} · {sums}", plural(count, "payout")),
            }
        })
        .collect()
}

/// The file's totals by what became of them; what is missing would stand in the last column.
fn against_the_file(view: &RunView) -> Markup {
    let columns = [
        Column::Text("Currency"),
        Column::Number("In the file"),
        Column::Number(Outcome::Paid.words()),
        Column::Number(Outcome::UnderWay.words()),
        Column::Number(Outcome::Unclear.words()),
        Column::Number(Outcome::NotPaid.words()),
        Column::Number(Outcome::NotSent.words()),
        Column::Number(OF_OTHER_RUNS),
        Column::Number("Difference"),
    ];
    let cell = |(count, amount): (u64, rust_decimal::Decimal)| {
        if count == 0 {
            "–".to_owned()
        } else {
            format!("{} in {}", grouped(&amount), grouped(&count.into()))
        }
    };
    let line = |line: &crate::domain::Reconciled| {
        let mut cells = vec![line.currency.to_string(), cell(line.file)];
        cells.extend(line.parts.into_iter().chain([line.of_other_runs]).map(cell));
        cells.push(grouped(&line.difference()));
        cells
    };
    let rows: Vec<Vec<String>> = view.reconciled().iter().map(line).collect();
    html! {
        h2 { "Against the file's own totals" }
        (table(&columns, &rows))
        (in_no_total(view))
    }
}

/// What Flash has told of money, in a sentence.
fn told(what: &str, sums: &[Total]) -> Markup {
    let sums: Vec<String> =
        sums.iter().map(|sum| format!("{} {}", sum.currency, grouped(&sum.amount))).collect();
    html! { @if !sums.is_empty() { p { (what) ": " (sums.join(", ")) "." } } }
}

/// A row of cells for each payout, and below it, where there is something to say, why and what to do.
fn payout_table(payouts: &[PayoutView]) -> Markup {
    html! {
        table.payouts {
            thead { tr {
                th.number { "Row" } th { "Payee" } th { "Bank and account" } th.number { "Amount" }
                th { "Remitter and reference" } th { "Status" } th { "Way" } th { "Flash id" }
            } }
            @for payout in payouts {
                tbody {
                    (cells(payout))
                    @if payout.reason.is_some() || payout.next.is_some() {
                        tr.why { td {} td colspan="7" {
                            @if let Some(reason) = &payout.reason { (reason) }
                            @if payout.reason.is_some() && payout.next.is_some() { br; }
                            @if let Some(next) = &payout.next { b { "→ " } (next) }
                        } }
                    }
                }
            }
        }
    }
}

fn cells(payout: &PayoutView) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let amount = |digits: &Option<String>| Some(grouped(&digits.as_deref()?.parse().ok()?));
    let pair = payout.from_currency.as_ref().zip(payout.to_currency.as_ref());
    let sums = amount(&payout.debited).zip(amount(&payout.delivered));
    let bank = payout.branch.clone().or_else(|| payout.bank.as_ref().map(|kept| kept.bank.to_string()));
    let class = match Outcome::of(payout.status) {
        Outcome::Paid => "state good",
        Outcome::UnderWay => "state",
        Outcome::Unclear | Outcome::NotPaid | Outcome::NotSent => "state bad",
    };
    html! {
        tr {
            td.number { (payout.row) }
            td { (text(&payout.payee)) @if let Some(id) = &payout.payment_id { div.soft { (id) } } }
            td { (text(&bank)) div.soft { (text(&payout.account)) } }
            td.number {
                (amount(&payout.amount).unwrap_or_default())
                div.soft {
                    (text(&payout.currency))
                    @if let Some((from, to)) = pair {
                        ", " (from) " → " (to)
                        @if let Some(rate) = &payout.rate { " at " (rate) }
                    }
                }
                @if let Some(((from, to), (debited, delivered))) = pair.zip(sums) {
                    div.soft {
                        @if payout.currency.as_ref() == Some(from) { (to) " " (delivered) " delivered" }
                        @else { (from) " " (debited) " debited" }
                    }
                }
            }
            td { (text(&payout.remitter)) div.soft { (text(&payout.reference)) } }
            td { span class=(class) { (payout.status.word()) } }
            td { (text(&payout.rail)) }
            td.id { (text(&payout.flash_id)) }
        }
    }
}

fn more(listed: usize, all: u64) -> Markup {
    let left = all.saturating_sub(listed as u64);
    html! {
        @if left > 0 {
            p.soft { "and " (grouped(&left.into())) " more, which are in the workbook and in the CSV and JSON reports." }
        }
    }
}
