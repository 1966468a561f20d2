//! The plan before money moves: what it is told by, and what it says of payees and statements.

use crate::rig::payroll;
use crate::world::World;

#[test]
fn a_plan_that_was_agreed_to_is_the_plan_that_is_paid() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 4));
    let plan = |extra: &[&str]| {
        let args: Vec<&str> =
            ["pay", "pay.csv", "--dry-run", "--format", "json"].iter().chain(extra).copied().collect();
        world.payrun(&args).ends(0).json()["plan"].as_str().expect("a plan").to_owned()
    };
    let agreed = plan(&[]);
    assert_eq!(agreed, plan(&[]), "the same rows are the same plan");
    assert_ne!(agreed, plan(&["--remitter", "Another Payroll"]), "in another name it is another plan");
    world.write("pay.csv", payroll(0, 4).replace("101.01", "101.02"));
    let args = ["pay", "pay.csv", "--yes", "--expect-plan", &agreed[..12]];
    world.payrun(&args).ends(3).says("another plan").says("Nothing was sent");
    world.payrun(&["pay", "pay.csv", "--yes", "--expect-plan", &agreed[..4]]).ends(2).says("12 digits");
    assert_eq!(world.made(), 0);
    world.write("pay.csv", payroll(0, 4));
    world.payrun(&args).ends(0);
    assert_eq!(world.made(), 4);
    let status = world.payrun(&["status", "r1", "--format", "json"]).ends(0).json();
    assert_eq!(status["plan"], agreed, "the journal has it");
    world.payrun(&args).ends(0).says("as run r1 (");
    assert_eq!(plan(&[]), agreed, "a run that has begun keeps its plan");
    assert_eq!(world.made(), 4);
}

#[test]
fn programs_are_told_all_that_is_not_as_expected() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    let pay = |extra: &[&str]| {
        let args: Vec<&str> =
            ["pay", "pay.csv", "--yes", "--format", "json"].iter().chain(extra).copied().collect();
        world.payrun(&args)
    };
    let expecting = ["--expect-count", "3", "--expect-total", "AUD=1,201.010", "--expect-total", "EUR=0"];
    let said = pay(&expecting).ends(3);
    assert!(
        said.err.contains("--expect-count says 3 payouts, the file has 2; --expect-total"),
        "{}",
        said.err
    );
    let told = said.json();
    assert_eq!((&told["outcome"], &told["payable"]), (&"refused".into(), &2.into()), "{told:#}");
    assert!(said.err.contains(told["why"].as_str().expect("a sentence")), "{told:#}");
    let unmet = serde_json::json!([
        { "code": "expect-count", "expected": "3", "found": "2" },
        { "code": "expect-total", "currency": "AUD", "expected": "1201.010", "found": "201.01" },
    ]);
    assert_eq!(told["unmet"], unmet, "{told:#}");
    let other = pay(&["--expect-plan", "0123456789ab"]).ends(3).json();
    let unmet = &other["unmet"][0];
    assert_eq!((&unmet["code"], &unmet["expected"]), (&"expect-plan".into(), &"0123456789ab".into()));
    let found = unmet["found"].as_str().expect("digits").to_owned();
    assert!(other["plan"].as_str().expect("a plan").starts_with(&found), "{other:#}");
    assert_eq!(world.made(), 0);
    pay(&["--expect-plan", &found, "--expect-count", "2", "--expect-total", "AUD=201.01"]).ends(0);
    assert_eq!(world.made(), 2);
}

#[test]
fn the_plan_that_was_agreed_to_is_gone_on_with() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 4));
    let plan =
        world.payrun(&["pay", "pay.csv", "--dry-run", "--format", "json"]).ends(0).json()["plan"].clone();
    let args = ["pay", "pay.csv", "--yes", "--expect-plan", plan.as_str().expect("a plan")];
    world.faults(&["withdrawal_create:reset_after@2-", "withdrawal_list:500_before@1-"]);
    assert_ne!(world.payrun(&args).code, Some(0));
    world.faults(&[]);
    world.payrun(&args).ends(0).says("goes on with it");
    assert_eq!(world.made(), 4);
}

/// A kill while rows were recorded, and other settings before anybody goes on.
#[test]
fn what_was_not_recorded_to_its_end_is_paid_as_agreed_or_not_at_all() {
    let world = World::new();
    let profile =
        |name: &str| format!("[remitters.default]\ncompany_name = \"{name}\"\nstreet = \"1 Hay St\"\n");
    world.write("payrun.toml", profile("Agreed"));
    world.write("pay.csv", payroll(0, 4));
    world.faults(&["login:500_before@1-"]);
    assert_ne!(world.payrun(&["pay", "pay.csv", "--yes"]).code, Some(0));
    world.faults(&[]);
    let journal = world.scope().join("journal/00000001.jsonl");
    let text = std::fs::read_to_string(&journal).expect("a journal");
    let recorded: String = text.split_inclusive('\n').take(3).collect();
    assert!(!recorded.contains("run_ready"), "{recorded}");
    std::fs::write(&journal, recorded).expect("a shorter journal");
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");

    world.write("payrun.toml", profile("Another"));
    world.payrun(&["resume", "r1"]).ends(3).says("would not be what was agreed to any more");
    assert_eq!(world.made(), 0);
    world.write("payrun.toml", profile("Agreed"));
    world.payrun(&["resume", "r1"]).ends(0);
    assert_eq!(world.made(), 4);
}

#[test]
fn whoever_is_new_or_missing_or_paid_much_more_is_said() {
    let world = World::new();
    world.write("oct.csv", payroll(0, 8));
    let plan = world.payrun(&["pay", "oct.csv", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(plan["payees"]["new"]["count"], 8);
    world.payrun(&["pay", "oct.csv", "--yes"]).ends(0);
    let nov = payroll(1, 7).replace("PAY ", "NOV ").replace("103.03", "155.00").replace("102.02", "150.00");
    world.write("nov.csv", nov);
    let plan = world.payrun(&["pay", "nov.csv", "--dry-run", "--format", "json"]).ends(0).json();
    let payees = &plan["payees"];
    assert_eq!(payees["missing"]["count"], 1, "{plan}");
    assert_eq!(payees["missing_since"], "oct.csv");
    assert_eq!(payees["new"]["count"], 0);
    assert_eq!(payees["differing"]["count"], 1, "by half and less is usual: {payees}");
    assert_eq!(payees["differing"]["first"][0]["amount"], "155.00");
    assert_eq!(payees["differing"]["first"][0]["note"], "last paid AUD 103.03");
    world.write("others.csv", payroll(7, 20).replace("PAY ", "NOV "));
    let plan = world.payrun(&["pay", "others.csv", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(plan["payees"]["missing"]["count"], 0, "the last run paid other people");
}

#[test]
fn the_statement_line_shows_what_direct_entry_leaves() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2).replace("PAY 0", "SALARY OF NOVEMBER 2026"));
    world
        .payrun(&["pay", "pay.csv", "--dry-run", "--remitter", "Example Superannuation Fund"])
        .ends(0)
        .says("remitter: Example Superannuation Fund")
        .says("by Direct Entry the payee reads \"Example Superann\"")
        .says("to \"SALARY OF NOVEMBER\"");
}

#[test]
fn the_page_has_the_plan_and_nothing_that_runs() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2).replace("PAY 0", "<script>1</script>"));
    let page = world.home().join("plan.html");
    let args = ["pay", "pay.csv", "--dry-run", "--plan-page", "plan.html"];
    let plan = world.payrun(&args).ends(0).says("plan.html");
    let page_text = std::fs::read_to_string(&page).expect("a page");
    let short = plan.err.lines().find_map(|line| line.strip_prefix("  plan: ")).expect("a plan").to_owned();
    assert!(page_text.contains(&short), "{page_text}");
    assert!(page_text.contains("201.01"), "the sum: {page_text}");
    assert!(!page_text.contains("<script"), "{page_text}");
    assert!(
        !page_text.contains("10000001") && page_text.contains("•••001"),
        "accounts are masked: {page_text}"
    );
    world.payrun(&args).ends(2).says("is there already");
}

#[test]
fn remitters_are_shown_as_payees_will_read_them() {
    let world = World::new();
    world.write(
        "payrun.toml",
        "[remitters.default]\ncompany_name = \"Example Superannuation Fund\"\nstreet = \"1 Hay St\"\nbusiness_number = \"51 824 753 556\"\n\n[remitters.branch]\nsub_client_id = \"sub_00000001\"\n",
    );
    world
        .payrun(&["remitters"])
        .ends(0)
        .says("by Direct Entry the payee reads  Example Superann\n")
        .says("business number 51824753556")
        .says("on behalf of the sub-client sub_00000001");
    world.write("payrun.toml", "[remitters.default]\ncompany_name = \"Example\"\nstreet = \"1 Hay St\"\nbusiness_number = \"51 824 753 557\"\n");
    world.payrun(&["remitters"]).ends(6).says("no ABN");
}

#[test]
fn a_sub_client_of_the_configuration_pays_in_place_of_a_remitter() {
    let world = World::new();
    world.write("payrun.toml", "[remitters.default]\nsub_client_id = \"sub_00000001\"\n");
    world.write("pay.csv", payroll(0, 2));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let ledger = world.ledger();
    assert_eq!(ledger.withdrawals.len(), 2);
    assert!(ledger.withdrawals.iter().all(|made| made.sender.is_none()), "no sender: {ledger}");
}

#[test]
fn the_plan_says_on_whose_behalf_is_paid_and_its_digest_covers_that() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    let plan = |configuration: &str| {
        world.write("payrun.toml", configuration);
        world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0).err
    };
    let hash =
        |said: &str| said.lines().find_map(|line| line.strip_prefix("  plan: ")).expect("a plan").to_owned();
    let account = plan("[payouts]\nremitter = \"account\"\n");
    assert!(account.contains("remitter: the Flash account itself"), "{account}");
    let branch = plan("[remitters.default]\nsub_client_id = \"sub_00000001\"\n");
    assert!(branch.contains("on behalf of: the sub-client sub_00000001"), "{branch}");
    assert!(!branch.contains("account itself"), "{branch}");
    let other = plan("[remitters.default]\nsub_client_id = \"sub_00000002\"\n");
    let known = |name: &str| {
        plan(&format!(
            "[remitters.default]\nexternal_id = \"payer-1\"\ncompany_name = \"{name}\"\nstreet = \"1 Hay St\"\n"
        ))
    };
    let plans = [account, branch, other, known("Example One"), known("Example Two")];
    let hashes: std::collections::BTreeSet<String> = plans.iter().map(|said| hash(said)).collect();
    assert_eq!(hashes.len(), plans.len(), "{plans:#?}");
}

/// What the corrected run has yet to send is then not sent any more, so that it is another plan.
#[test]
fn a_file_that_corrects_a_run_is_another_plan_than_the_same_file_alone() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    world.faults(&["login:500_before@1-"]);
    assert_ne!(world.payrun(&["pay", "pay.csv", "--yes"]).code, Some(0));
    world.faults(&[]);
    world.write("other.csv", payroll(50, 2));
    let plan = |extra: &[&str]| {
        let args: Vec<&str> =
            ["pay", "other.csv", "--dry-run", "--format", "json"].iter().chain(extra).copied().collect();
        world.payrun(&args).ends(0).json()["plan"].clone()
    };
    assert_ne!(plan(&[]), plan(&["--amends", "r1"]));
}

#[test]
fn a_rate_that_is_not_known_is_named() {
    let world = World::new();
    world.write(
        "pay.csv",
        "first_name,last_name,country,iban,amount,currency,reason,reference\nLena,Brandt,DE,DE12500105170648489890,100.00,EUR,BUSINESS,INVOICE 1\n",
    );
    let said = world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0);
    let line = said.err.lines().find(|line| line.contains("indicative rate")).expect("a rate").to_owned();
    assert!(line.contains("AUD") && line.contains("EUR"), "{line}");
}

#[test]
fn a_row_that_cannot_be_paid_is_part_of_the_plan() {
    let world = World::new();
    let plan = |text: String| {
        world.write("pay.csv", text);
        let args = ["pay", "pay.csv", "--dry-run", "--skip-invalid", "--format", "json"];
        world.payrun(&args).ends(0).json()["plan"].clone()
    };
    let bad = "P9,Robin,Example,1 Hill Street,062-000,10000009,109.093,PAY 9\n";
    assert_ne!(plan(payroll(0, 3)), plan(payroll(0, 3) + bad), "one more is left out, and that is agreed to");
}

#[test]
fn rows_that_cannot_be_paid_are_named_with_payee_and_reason() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3).replacen("062-000", "062-00", 1));
    let args = ["pay", "pay.csv", "--dry-run", "--skip-invalid", "--plan-page", "plan.html"];
    let plan = world.payrun(&[&args[..], &["--format", "json"]].concat()).ends(0).json();
    let row = &plan["invalid"]["first"][0];
    assert_eq!((&plan["invalid"]["count"], &row["row"]), (&1.into(), &2.into()), "{plan:#}");
    let page = std::fs::read_to_string(world.home().join("plan.html")).expect("a page");
    let unpaid = page.split_once("Rows that cannot be paid: 1").expect("a list").1;
    for text in [&row["payee"], &row["reason"]] {
        let text = text.as_str().expect("a text");
        assert!(
            !text.is_empty() && unpaid.contains(&text.replace('"', "&quot;")),
            "{text} is not in {unpaid}"
        );
    }
}

#[test]
fn a_new_payee_who_is_paid_twice_is_one_new_payee() {
    let world = World::new();
    let rows = payroll(0, 12);
    let again = rows.lines().nth(1).expect("a row").replace("PAY 0", "BONUS 0");
    world.write("pay.csv", format!("{rows}{again}\n"));
    world.payrun(&["pay", "pay.csv", "--dry-run"]).ends(0).says("new payees: all 12\n");
    let told = world.payrun(&["pay", "pay.csv", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(told["payees"]["new"]["count"], 12, "{told:#}");
}
