//! A plan as lines for the terminal.

use super::summary::{MOST_SHOWN, from_book};
use crate::domain::money::{grouped, plural};
use crate::domain::plan_view::{
    BankWord, BankWords, Dropped, FEES, Line, Listed, Need, Noted, Rate, RowReason, guarded, shown_rate,
};
use crate::domain::{Kind, PlanView, first_of};

/// So many rows of a kind are shown; the page and the JSON have more.
const FEW: usize = 5;

/// The whole plan. `is_example` says that the remitter is the invented one.
pub fn render(plan: &PlanView, is_example: bool) -> String {
    let mut lines = vec![format!("{} → {}", plan.label, plan.place)];
    sums(plan, &mut lines);
    lines.extend(plan.funds.iter().map(fund));
    if !plan.funds.is_empty() {
        lines.push(format!("  {FEES}"));
    }
    if plan.on_behalf() > 0 {
        lines.push(format!("  sub-clients' payouts: {}, balance not known", plan.on_behalf()));
    }
    lines.extend(plan.rates.iter().map(rate));
    lines.extend(plan.max_slippage.map(|limit| format!("  {}", guarded(limit))));
    if let Some(why) = &plan.funds_unknown {
        lines.push(format!("  {why}"));
    }
    remitters(plan, is_example, &mut lines);
    payees(plan, &mut lines);
    if let Some(words) = &plan.bank_words {
        bank_words(words, &mut lines);
    }
    if plan.payouts() > FEW as u64 {
        let largest: Vec<String> = plan.largest.iter().map(amount_to).collect();
        lines.push(format!("  largest: {}", largest.join("; ")));
    }
    lines.push(format!("  bank directory: {}", plan.bank_directory));
    if !plan.accepted.is_empty() {
        lines.push(format!("  accepted: {}", plan.accepted));
    }
    if plan.addresses_from_book > 0 {
        lines.push(format!("  {}", from_book(plan.addresses_from_book)));
    }
    rows(plan, &mut lines);
    lines.push(format!("  plan: {}", plan.plan.short()));
    lines.join("\n")
}

fn sums(plan: &PlanView, lines: &mut Vec<String>) {
    lines.extend(plan.to_send.iter().map(|total| format!("  to send: {total}")));
    lines.extend(plan.converted.iter().map(|converted| format!("  to send: {converted}")));
    let is_plain = match plan.by_rail.as_slice() {
        [] => plan.converted.is_empty(),
        [part] => part.kind == Kind::Withdrawal && plan.converted.is_empty(),
        _ => false,
    };
    if plan.payouts() == 0 {
        lines.push("  to send: nothing".to_owned());
    }
    if is_plain {
        return;
    }
    lines.extend(plan.by_rail.iter().map(|part| format!("    {}: {}", part.way(), part.total)));
    lines.extend(plan.converted.iter().map(|part| format!("    {}, converted: {part}", part.rail.words())));
}

fn fund(need: &Need) -> String {
    let Need { currency, cleared, pending, shortfall, .. } = need;
    let about = need.about();
    let needed = format!("  from the {currency} balance: {}", need.needed());
    let Some(cleared) = cleared else { return needed };
    let there = match pending.filter(|pending| !pending.is_zero()) {
        Some(pending) => format!("{} is there, {} more on its way", grouped(cleared), grouped(&pending)),
        None => format!("{} is there", grouped(cleared)),
    };
    match shortfall {
        Some(missing) => format!("{needed}; {there}: {about}{currency} {} IS MISSING", grouped(missing)),
        None => format!("{needed}; {there}"),
    }
}

fn rate(rate: &Rate) -> String {
    let Rate { from, to, count, rate, .. } = rate;
    let unknown = || format!("of {from} to {to} not known");
    let said = rate.map_or_else(unknown, |rate| format!("1 {from} = {} {to}", shown_rate(rate)));
    format!("  indicative rate: {said}, for {}", plural(*count, "payment"))
}

fn remitters(plan: &PlanView, is_example: bool, lines: &mut Vec<String>) {
    let example = if is_example { " (an invented one, for the simulator)" } else { "" };
    let several = plan.shown_as.len() + plan.sub_clients.len() + usize::from(plan.in_own_name > 0) > 1;
    let counted = |count: u64| {
        if several { format!(", {}", plural(count, "payout")) } else { String::new() }
    };
    if plan.in_own_name > 0 {
        lines.push(format!("  remitter: the Flash account itself{}", counted(plan.in_own_name)));
    }
    for (id, count) in &plan.sub_clients {
        lines.push(format!("  on behalf of: the sub-client {id}{}", counted(*count)));
    }
    for shown in &plan.shown_as {
        let cut = if shown.by_direct_entry == shown.name {
            String::new()
        } else {
            format!("; by Direct Entry the payee reads \"{}\"", shown.by_direct_entry)
        };
        let count = counted(shown.count);
        lines.push(format!("  remitter: {}{example}{cut}{count}", shown.name));
    }
    let nobody = plan.shown_as.is_empty() && plan.sub_clients.is_empty() && plan.in_own_name == 0;
    if nobody && !plan.remitters.is_empty() {
        lines.push(format!("  remitter: {}{example}", plan.remitters.join(", ")));
    }
    listed(
        "reference cut by Direct Entry",
        &plan.cut,
        |cut| format!("row {} to \"{}\"", cut.line.row, cut.note),
        lines,
    );
}

fn payees(plan: &PlanView, lines: &mut Vec<String>) {
    let payees = &plan.payees;
    if payees.new_rows == plan.payouts() && payees.new.count > FEW as u64 {
        lines.push(format!("  new payees: all {}", payees.new.count));
    } else {
        listed("new payees", &payees.new, |line| format!("row {} {}", line.row, line.payee), lines);
    }
    listed("changed bank details", &payees.changed, noted, lines);
    if let Some(since) = &payees.missing_since {
        let what = format!("paid by {since} and not here");
        listed(
            &what,
            &payees.missing,
            |gone| format!("{} ({} {})", gone.payee, gone.currency, grouped(&gone.amount)),
            lines,
        );
    }
    listed("amounts that differ from the payee's last by more than half", &payees.differing, noted, lines);
}

/// What banks say of the payees, by itself.
pub fn of_banks(words: &BankWords) -> String {
    let mut lines = Vec::new();
    bank_words(words, &mut lines);
    lines.join("\n")
}

/// What banks say, row by row, those first that a person should look at.
fn bank_words(words: &BankWords, lines: &mut Vec<String>) {
    let told = |word: &&BankWord| word.can_be_verified || word.bank.is_some();
    let count = words.payees.iter().filter(told).count();
    for word in words.payees.iter().filter(told).take(MOST_SHOWN) {
        let BankWord { payee, account, words, bank, .. } = word;
        let bank = bank.as_ref().map_or(String::new(), |bank| format!("; bank: {bank}"));
        lines.push(format!("  the bank on {} {payee} {account}: {words}{bank}", word.places()));
    }
    let without_bsb = words.payees.iter().filter(|word| !word.can_be_verified).count();
    if without_bsb > 0 {
        let others = plural(without_bsb as u64, "payee");
        lines.push(format!("  no bank can be asked whose account it is of {others} without a BSB"));
    }
    let more = count.saturating_sub(MOST_SHOWN);
    if more > 0 {
        lines
            .push(format!("  … and {}, which the page and the JSON have", plural(more as u64, "more payee")));
    }
    if words.unverified > 0 && !words.stopped.is_empty() {
        let unverified = words.payees.iter().filter(|word| word.is_unverified());
        let first: Vec<String> =
            unverified.take(FEW).map(|word| format!("{} {}", word.places(), word.payee)).collect();
        let more = words.unverified - first.len() as u64;
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        lines.push(format!("  NOT VERIFIED ({}): {}{more}", words.unverified, first.join("; ")));
    }
    if words.questions > 0 {
        let questions = plural(words.questions, "question");
        lines.push(format!(
            "  the banks were not asked about everybody: {questions} more, and Flash may bill each"
        ));
    }
    lines.extend(words.stopped.iter().map(|why| format!("  asking the banks stopped: {why}")));
}

fn listed<T>(what: &str, list: &Listed<T>, shown: impl Fn(&T) -> String, lines: &mut Vec<String>) {
    if list.count == 0 {
        return;
    }
    let first: Vec<String> = list.first.iter().take(FEW).map(shown).collect();
    let more = list.count - first.len() as u64;
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    lines.push(format!("  {what} ({}): {}{more}", list.count, first.join("; ")));
}

fn noted(noted: &Noted) -> String {
    format!("{} ({})", amount_to(&noted.line), noted.note)
}

fn amount_to(line: &Line) -> String {
    format!("row {} {} {}", line.row, line.payee, line.money())
}

fn rows(plan: &PlanView, lines: &mut Vec<String>) {
    if let Some(Dropped { run, rows }) = &plan.dropped {
        let what = format!("NOT sent any more of {run}, which this file corrects");
        if rows.count == 0 {
            lines.push(format!("  {what}: nothing that waits"));
        }
        listed(&what, rows, amount_to, lines);
    }
    if plan.already > 0 {
        lines.push(format!(
            "  already taken up by a run: {}; `payrun status` shows how they stand",
            plural(plan.already as u64, "row")
        ));
    }
    if !plan.like_earlier.is_empty() {
        let rows = plural(plan.like_earlier.len() as u64, "row");
        lines.push(format!("  like payouts of earlier runs, see above: {rows}"));
    }
    if !plan.repeats.is_empty() {
        let on_top = |row: &RowReason| format!("row {} on top of {}", row.row, row.reason);
        let rows: Vec<String> = plan.repeats.iter().map(on_top).collect();
        let sums: Vec<String> = plan.on_top.iter().map(ToString::to_string).collect();
        let sums = sums.join("; ");
        lines.push(format!("  sent ON TOP of what was sent before: {sums}: {}", first_of(&rows)));
    }
    for held in plan.held.iter().take(MOST_SHOWN) {
        lines.push(format!("  held, row {}: {}", held.row, held.reason));
    }
    let more = plan.held.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        lines.push(format!("  … and {more} more held rows"));
    }
}
