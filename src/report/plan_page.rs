//! A plan as a page to read, print and sign before money moves.

use std::io::Write as _;
use std::path::Path;

use maud::{Markup, html};

use super::fresh::{FreshError, write_whole};
use super::page::{Column, capital, page, table};
use crate::domain::money::{Total, grouped, plural};
use crate::domain::plan_view::{
    BankWords, ConvertedTotal, FEES, Line, Listed, Noted, Unpayable, guarded, shown_rate,
};
use crate::domain::{PlanView, system_words};

/// So many rows of a list are printed.
const MOST_PRINTED: usize = 200;

/// Writes the page to a file that must not be there yet, for its owner alone.
pub fn write_plan_page(path: &Path, plan: &PlanView) -> Result<(), FreshError> {
    write_whole(path, |file| {
        let page = render(plan).into_string();
        file.write_all(page.as_bytes())
            .map_err(|error| FreshError::Io { path: path.to_owned(), words: system_words(&error) })
    })
}

fn render(plan: &PlanView) -> Markup {
    let title = format!("Plan of {}", plan.label);
    let is_short = plan.funds.iter().any(|need| need.shortfall.is_some());
    page(
        &title,
        &html! {
            h1 { (title) }
            p.soft { (plan.place) " · " (plan.at.strftime("%-d %b %Y %H:%M UTC")) }
            @for total in &plan.to_send { p.big { (total) } }
            @for converted in &plan.converted { p.big { (converted) } }
            @if plan.payouts() == 0 { p.big { "Nothing to send" } }
            @if is_short { p.warn { "There is not enough money for it: nothing is sent until the balance is there." } }
            @if !plan.held.is_empty() {
                p.warn { (plural(plan.held.len() as u64, "row")) " must be decided by a person, see below." }
            }
            @if plan.invalid.count > 0 {
                p.warn { (plural(plan.invalid.count, "row")) " cannot be paid, see below." }
            }
            (facts(plan))
            h2 { "By the way it takes" }
            (by_rail(plan))
            (money(plan))
            (statements(plan))
            (payees(plan))
            @if let Some(words) = &plan.bank_words { (bank_words(words)) }
            h2 { "Largest payouts" }
            (lines(&plan.largest))
            (decisions(plan))
            div.sign { div { "Prepared by, date" } div { "Approved by, date" } }
        },
    )
}

fn facts(plan: &PlanView) -> Markup {
    html! {
        dl {
            dt { "Plan" } dd { code { (plan.plan.short()) } }
            dt { "File" } dd { (plan.file) ", " (plural(plan.rows, "row")) }
            dt { "Run" } dd { (plan.run) }
            dt { "Bank directory" } dd { (plan.bank_directory) }
            @if !plan.accepted.is_empty() { dt { "Accepted" } dd { (plan.accepted) } }
            @if plan.addresses_from_book > 0 {
                dt { "From the payee book" } dd { (plural(plan.addresses_from_book, "row")) " completed" }
            }
            @if plan.already > 0 {
                dt { "Taken up by an earlier run" } dd { (plural(plan.already as u64, "row")) }
            }
        }
    }
}

fn by_rail(plan: &PlanView) -> Markup {
    let row = |way: String, total: &Total| {
        vec![way, grouped(&total.count.into()), total.currency.to_string(), grouped(&total.amount)]
    };
    let converted = |part: &ConvertedTotal| {
        let way = format!("{}, converted to {}", part.rail.words(), part.to);
        row(way, &part.total)
    };
    let delivered = plan.by_rail.iter().map(|part| row(part.way(), &part.total));
    let rows: Vec<_> = delivered.chain(plan.converted.iter().map(converted)).collect();
    table(
        &[Column::Text("Way"), Column::Number("Payouts"), Column::Text("Currency"), Column::Number("Amount")],
        &rows,
    )
}

fn money(plan: &PlanView) -> Markup {
    let known = |amount: Option<rust_decimal::Decimal>| {
        amount.map_or("not known".to_owned(), |amount| grouped(&amount))
    };
    let funds: Vec<Vec<String>> = plan
        .funds
        .iter()
        .map(|need| {
            let missing = need
                .shortfall
                .map_or(String::new(), |missing| format!("{}{}", need.about(), grouped(&missing)));
            vec![need.currency.to_string(), need.needed(), known(need.cleared), known(need.pending), missing]
        })
        .collect();
    let rates: Vec<Vec<String>> = plan
        .rates
        .iter()
        .map(|rate| {
            let said = rate.rate.map_or("not known".to_owned(), shown_rate);
            let at = rate.at.map_or(String::new(), |at| at.strftime("%-d %b %Y %H:%M UTC").to_string());
            vec![format!("{} → {}", rate.from, rate.to), grouped(&rate.count.into()), said, at]
        })
        .collect();
    html! {
        h2 { "Balances" }
        @if let Some(why) = &plan.funds_unknown { p.soft { (capital(why)) "." } }
        (table(
            &[Column::Text("Balance"), Column::Number("Needed"), Column::Number("There"), Column::Number("On its way"),
              Column::Number("Missing")],
            &funds,
        ))
        @if plan.on_behalf() > 0 { p.soft { "Sub-clients' payouts: " (plan.on_behalf()) ", balance not known." } }
        @if !plan.funds.is_empty() { p.soft { (capital(FEES)) "." } }
        @if !rates.is_empty() {
            p.soft { "Rates are indicative: what is converted is converted at the rate of its moment." }
        }
        @if let Some(limit) = plan.max_slippage { p { (capital(&guarded(limit))) "." } }
        (table(&[Column::Text("Pair"), Column::Number("Payments"), Column::Number("Rate"), Column::Text("Of")], &rates))
    }
}

fn statements(plan: &PlanView) -> Markup {
    let shown: Vec<Vec<String>> = plan
        .shown_as
        .iter()
        .map(|shown| vec![shown.name.clone(), shown.by_direct_entry.clone(), grouped(&shown.count.into())])
        .collect();
    html! {
        h2 { "What payees read" }
        @if plan.in_own_name > 0 { p { "The Flash account's own name: " (plural(plan.in_own_name, "payout")) "." } }
        @for (id, count) in &plan.sub_clients {
            p { "The name of the sub-client " code { (id) } ": " (plural(*count, "payout")) "." }
        }
        (table(&[Column::Text("By NPP"), Column::Text("By Direct Entry"), Column::Number("Payouts")], &shown))
        (noted("References that Direct Entry cuts", "The payee reads", &plan.cut))
    }
}

fn payees(plan: &PlanView) -> Markup {
    let news = &plan.payees;
    let gone: Vec<Vec<String>> = news
        .missing
        .first
        .iter()
        .take(MOST_PRINTED)
        .map(|gone| vec![gone.payee.clone(), gone.currency.to_string(), grouped(&gone.amount)])
        .collect();
    html! {
        @if news.new.count > 0 {
            h2 { "New payees: " (news.new.count) }
            (lines(&news.new.first[..news.new.first.len().min(MOST_PRINTED)]))
            (more(&news.new))
        }
        (noted("Changed bank details", "Before → now", &news.changed))
        @if let Some(since) = &news.missing_since {
            h2 { "Paid by " (since) " and not here: " (news.missing.count) }
            (table(&[Column::Text("Payee"), Column::Text("Currency"), Column::Number("Amount then")], &gone))
            (more(&news.missing))
        }
        (noted("Differs from the last by more than half", "Before", &news.differing))
    }
}

fn bank_words(words: &BankWords) -> Markup {
    let rows: Vec<Vec<String>> = words
        .payees
        .iter()
        .take(MOST_PRINTED)
        .map(|word| {
            let bank = word.bank.clone().unwrap_or_default();
            vec![word.places(), word.payee.clone(), word.account.clone(), word.words.clone(), bank]
        })
        .collect();
    html! {
        h2 { "What the banks say of the payees" }
        (table(
            &[Column::Text("Rows"), Column::Text("Payee"), Column::Text("Account"), Column::Text("The bank says"),
              Column::Text("Bank")],
            &rows,
        ))
        @if words.payees.len() > MOST_PRINTED {
            p.soft { "and " (words.payees.len() - MOST_PRINTED) " more" }
        }
        @if words.questions > 0 {
            p.soft { (plural(words.questions, "question")) " more to the banks, each of which Flash may bill." }
        }
        @if words.unverified > 0 { p.warn { (plural(words.unverified, "payee")) " not verified." } }
        @for why in &words.stopped { p.soft { "Asking stopped: " (why) "." } }
    }
}

fn decisions(plan: &PlanView) -> Markup {
    let reasons = |rows: &[crate::domain::plan_view::RowReason]| -> Vec<Vec<String>> {
        rows.iter().take(MOST_PRINTED).map(|held| vec![held.row.to_string(), held.reason.clone()]).collect()
    };
    let columns = [Column::Number("Row"), Column::Text("Reason")];
    html! {
        @if let Some(dropped) = plan.dropped.as_ref().filter(|dropped| dropped.rows.count > 0) {
            h2 { "Not sent any more of " (dropped.run) ", which this file corrects: " (dropped.rows.count) }
            (lines(&dropped.rows.first[..dropped.rows.first.len().min(MOST_PRINTED)]))
            (more(&dropped.rows))
        }
        @if !plan.held.is_empty() {
            h2 { "Held: " (plan.held.len()) }
            (table(&columns, &reasons(&plan.held)))
        }
        @if !plan.like_earlier.is_empty() {
            h2 { "Like payouts of earlier runs: " (plan.like_earlier.len()) }
            (table(&columns, &reasons(&plan.like_earlier)))
        }
        @if !plan.repeats.is_empty() {
            h2 { "On top of what was sent before: " (plan.repeats.len()) }
            @for total in &plan.on_top { p { (total) } }
            (table(&columns, &reasons(&plan.repeats)))
        }
        @if plan.invalid.count > 0 {
            h2 { "Rows that cannot be paid: " (plan.invalid.count) }
            (table(
                &[Column::Number("Row"), Column::Text("Payee"), Column::Text("Reason")],
                &plan.invalid.first.iter().take(MOST_PRINTED).map(unpayable).collect::<Vec<_>>(),
            ))
            (more(&plan.invalid))
        }
    }
}

fn unpayable(row: &Unpayable) -> Vec<String> {
    vec![row.row.to_string(), row.payee.clone().unwrap_or_default(), row.reason.clone()]
}

fn lines(lines: &[Line]) -> Markup {
    let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
    table(&COLUMNS, &rows)
}

const COLUMNS: [Column; 5] = [
    Column::Number("Row"),
    Column::Text("Payee"),
    Column::Text("Account"),
    Column::Text("Currency"),
    Column::Number("Amount"),
];

fn cells(line: &Line) -> Vec<String> {
    vec![
        line.row.to_string(),
        line.payee.clone(),
        line.account.clone(),
        line.to.map_or_else(|| line.currency.to_string(), |to| format!("{} to {to}", line.currency)),
        grouped(&line.amount),
    ]
}

fn noted(title: &str, what: &'static str, list: &Listed<Noted>) -> Markup {
    let with_note = |noted: &Noted| {
        let mut cells = cells(&noted.line);
        cells.push(noted.note.clone());
        cells
    };
    let rows: Vec<Vec<String>> = list.first.iter().take(MOST_PRINTED).map(with_note).collect();
    let columns: Vec<Column> = COLUMNS.into_iter().chain([Column::Text(what)]).collect();
    html! {
        @if list.count > 0 {
            h2 { (title) ": " (list.count) }
            (table(&columns, &rows))
            (more(list))
        }
    }
}

fn more<T>(list: &Listed<T>) -> Markup {
    let printed = list.first.len().min(MOST_PRINTED) as u64;
    html! { @if list.count > printed { p.soft { "and " (list.count - printed) " more" } } }
}
