//! What a person expects of a file before it is paid: its control totals, and the plan that was agreed to.

use rust_decimal::Decimal;
use serde::Serialize;

use super::args::{Format, Globals, PayArgs};
use super::exit::{Exit, Failure};
use super::out;
use crate::check::CheckReport;
use crate::domain::money::ungrouped;
use crate::domain::{Currency, PlanHash};
use crate::engine::Prepared;

/// Something that is not as expected.
#[derive(Debug, Serialize)]
struct Unmet {
    /// The option by which it was expected, without its dashes.
    code: &'static str,
    /// The currency of a sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    /// What was expected.
    expected: String,
    /// What is.
    found: String,
    #[serde(skip)]
    words: String,
}

/// The answer for programs: the report on the file, and all that is not as expected of it.
#[derive(Debug, Serialize)]
struct Unexpected {
    #[serde(flatten)]
    report: CheckReport,
    plan: PlanHash,
    unmet: Vec<Unmet>,
}

/// Refuses a file that is not what was expected.
pub fn expected(
    prepared: &Prepared,
    plan: PlanHash,
    globals: &Globals,
    args: &PayArgs,
) -> Result<(), Failure> {
    let unmet = unmet(prepared, plan, args)?;
    if unmet.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = unmet.iter().map(|unmet| unmet.words.as_str()).collect();
    let why = format!("Nothing was sent: {}.", words.join("; "));
    if globals.format == Format::Json {
        let report = CheckReport::new(&args.file.display().to_string(), &prepared.checked).refusing(&why);
        let told = Unexpected { report, plan, unmet };
        out::answer(&serde_json::to_string(&told).expect("a report is plain data"));
    }
    Err(Failure::new(Exit::Findings, why))
}

fn unmet(prepared: &Prepared, plan: PlanHash, args: &PayArgs) -> Result<Vec<Unmet>, Failure> {
    let usage = |text: String| Failure::new(Exit::Usage, text);
    let checked = &prepared.checked;
    let mut unmet = Vec::new();
    if let Some(typed) = &args.expect_plan {
        if typed.trim().len() < PlanHash::SHORT {
            let digits = PlanHash::SHORT;
            return Err(usage(format!(
                "--expect-plan {typed}: give the {digits} digits that the plan shows"
            )));
        }
        if !plan.is_meant_by(typed) {
            unmet.push(Unmet {
                code: "expect-plan",
                currency: None,
                expected: typed.trim().to_owned(),
                found: plan.short(),
                words: format!(
                    "this is another plan ({}) than the one of --expect-plan; look at it with --dry-run, and agree to it anew",
                    plan.short()
                ),
            });
        }
    }
    if let Some(count) = args.expect_count.filter(|count| *count != checked.payable) {
        unmet.push(Unmet {
            code: "expect-count",
            currency: None,
            expected: count.to_string(),
            found: checked.payable.to_string(),
            words: format!("--expect-count says {count} payouts, the file has {}", checked.payable),
        });
    }
    for text in &args.expect_total {
        let (currency, amount) = total(text).ok_or_else(|| {
            usage(format!(
                "--expect-total {text}: write it like AUD=1234.50, and once more for each further currency"
            ))
        })?;
        let (_, sum) = checked.totals.of(currency);
        if sum != amount {
            unmet.push(Unmet {
                code: "expect-total",
                currency: Some(currency),
                expected: amount.to_string(),
                found: sum.to_string(),
                words: format!("--expect-total says {currency} {amount}, the file has {currency} {sum}"),
            });
        }
    }
    Ok(unmet)
}

/// `AUD=1,234.50`
fn total(text: &str) -> Option<(Currency, Decimal)> {
    let (currency, amount) = text.split_once('=')?;
    Some((currency.parse().ok()?, Decimal::from_str_exact(&ungrouped(amount.trim())?).ok()?))
}
