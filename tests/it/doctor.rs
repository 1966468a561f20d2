//! `payrun doctor` against Flashes that lack something, by the real program over real sockets.

use std::time::Duration;

use jiff::SignedDuration;
use payrun::simulator::{Assumed, Credentials, ExternalIdFilter, Options, RepeatedKey, TradableSpelling};
use serde_json::Value;

use crate::rig::{payroll, quick};
use crate::world::{Said, World};

fn check<'a>(told: &'a Value, name: &str) -> &'a Value {
    let checks = told["checks"].as_array().expect("a list");
    checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name} in {told:#}"))
}

fn details(told: &Value, name: &str) -> String {
    check(told, name)["details"].to_string()
}

fn doctor(world: &World, code: i32) -> Value {
    world.payrun(&["doctor", "--format", "json"]).ends(code).json()
}

#[test]
fn a_healthy_flash_is_said_to_be_one() {
    let world = World::new();
    let told = doctor(&world, 0);
    assert_eq!(told["healthy"], true);
    for name in [
        "configuration",
        "remitters",
        "state folder",
        "network",
        "clock",
        "login",
        "balances",
        "contract",
        "corridors",
    ] {
        assert_eq!(check(&told, name)["result"], "good", "{told:#}");
    }
    let balances = check(&told, "balances")["message"].as_str().expect("a sentence");
    assert!(balances.contains("AUD 10,000,000"), "{balances}");
    world.payrun(&["doctor"]).ends(0).says("ok     contract").says("Everything that paying needs is there.");
    let words = world.scope().join("flash-words.json");
    let words: Value = serde_json::from_slice(&std::fs::read(words).expect("kept")).expect("JSON");
    assert_eq!(words["reasons"][0], "BUSINESS");
    assert!(world.scope().join("corridors.json").exists());
    assert_eq!(world.made(), 0, "looking pays nobody");
}

#[test]
fn without_any_assumed_line_it_says_what_that_costs_and_paying_works() {
    let world = World::with(Options { assumed: Assumed::Absent, ..quick() });
    let told = doctor(&world, 6);
    assert!(details(&told, "contract").contains("set it to \\\"inline\\\", which sends payees"), "{told:#}");
    let mut inline = world.command(&["doctor", "--format", "json"]);
    inline.env("PAYRUN_PAYOUTS_PARTIES", "inline");
    let told = world.start(inline).end().ends(0).json();
    let lacks = details(&told, "contract");
    assert!(!lacks.contains("set it to") && !lacks.contains("set payouts.parties"), "it is inline: {lacks}");
    for lack in [
        "`WithdrawalQueryInput.externalId` is missing: payouts in doubt will need a person",
        "`PaymentQueryInput.externalId` is missing: payments abroad in doubt will need a person",
        "`SenderQueryInput.externalId` is missing",
        "`Payment.statusMessage` is missing",
    ] {
        assert!(lacks.contains(lack), "{lack} is not in {lacks}");
    }
    assert!(!lacks.contains("`Query.") && !lacks.contains("tradable"), "{lacks}");
    world.write("pay.csv", payroll(0, 3));
    // payees that could never be found again are not made: the remedy is named, and works
    let said = world.payrun(&["pay", "pay.csv", "--yes"]).ends(6);
    let said =
        said.says("Set payouts.parties = \"inline\" to send them with each payout, and pay the file again");
    assert!(!said.err.contains("payrun resume"), "it would stop there again: {}", said.err);
    assert_eq!((world.made(), world.ledger().recipients.len()), (0, 0));
    let pay = |file: &str, code: i32| {
        let mut command = world.command(&["pay", file, "--yes"]);
        command.env("PAYRUN_PAYOUTS_PARTIES", "inline");
        world.start(command).end().ends(code);
    };
    let at_flash = |run: &str| {
        let states = world.states(run);
        states.iter().filter(|state| ["paid", "submitted"].contains(&state.as_str())).count()
    };
    pay("pay.csv", 0);
    assert_eq!((world.made(), at_flash("r1")), (3, 3));
    // a lost answer is settled by what was created
    world.write("more.csv", payroll(10, 4));
    world.faults(&["withdrawal_create:reset_after@2"]);
    pay("more.csv", 0);
    assert_eq!((world.made(), at_flash("r2")), (7, 4));
}

#[test]
fn a_run_at_work_is_told_and_left_alone() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 30));
    world.faults(&["withdrawal_create:slow=700ms"]);
    let mut command = world.command(&["pay", "pay.csv", "--yes"]);
    command.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "2");
    let at_work = world.start(command);
    wait_until(|| world.made() > 0);
    let told = doctor(&world, 0);
    let folder = check(&told, "state folder");
    assert_eq!(folder["result"], "notice", "{told:#}");
    assert!(folder["message"].to_string().contains("is at work"), "{told:#}");
    world.payrun(&["doctor", "--probe", "--yes"]).ends(7);
    world.payrun(&["verify", "pay.csv", "--yes"]).ends(7);
    at_work.end().ends(0);
    assert_eq!(world.made(), 30);
}

fn wait_until(holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never came to that");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_probe_that_is_killed_ends_in_words_and_pays_no_third_time() {
    // between the two sendings, and with the second one under way
    for (fault, made, words) in [
        ("withdrawal_list:lagging_lists=60s", 1, None),
        ("withdrawal_create:no_answer_after@2", 2, Some("was interrupted")),
    ] {
        let world = World::with(Options { repeated_key: RepeatedKey::Ignored, ..quick() });
        world.faults(&[fault]);
        let mut command = world.command(&["doctor", "--probe", "--yes"]);
        command.env("PAYRUN_GATEWAY_TIMEOUT", "60s").env("PAYRUN_GATEWAY_IN_DOUBT_WAIT", "60s");
        let mut at_work = world.start(command);
        wait_until(|| world.made() == made);
        std::thread::sleep(Duration::from_millis(300)); // it hears the answer, and writes it down
        at_work.child.kill().expect("a child");
        at_work.child.wait().expect("its end");
        world.faults(&[]);
        let told = doctor(&world, 0).to_string();
        assert!(words.is_none_or(|words| told.contains(words)), "{fault}: {told}");
        world.payrun(&["status", "r1"]).ends(0);
        world.payrun(&["resume", "r1"]).ends(0);
        world.payrun(&["resume"]);
        assert_eq!(world.made(), made, "{fault}");
        assert!(["paid", "submitted"].contains(&world.states("r1")[0].as_str()), "{fault}");
        world.payrun(&["journal", "verify"]).ends(0);
    }
}

#[test]
fn either_spelling_of_tradable_will_do() {
    let world = World::with(Options { tradable: TradableSpelling::Tradeable, ..quick() });
    assert_eq!(check(&doctor(&world, 0), "contract")["result"], "good");
}

#[test]
fn a_clock_that_is_off_is_told_in_words() {
    for (skew, code, result, words) in [
        (SignedDuration::from_secs(600), 6, "bad", "behind Flash's"),
        (SignedDuration::from_secs(-600), 6, "bad", "ahead of Flash's"),
        (SignedDuration::from_secs(30), 0, "notice", "behind Flash's"),
    ] {
        let world = World::with(Options { clock_skew: skew, ..quick() });
        let told = doctor(&world, code);
        let clock = check(&told, "clock");
        assert_eq!(clock["result"], result, "{clock:#}");
        assert!(clock["message"].as_str().expect("a sentence").contains(words), "{clock:#}");
    }
}

#[test]
fn a_wrong_password_is_the_login_and_not_the_network() {
    let known = Credentials { email: "pay@example.com".into(), password: "right".into() };
    let world = World::with(Options { credentials: Some(known), ..quick() });
    let with = |password: &str| -> Said {
        let mut command = world.command(&["doctor", "--format", "json"]);
        command.env("PAYRUN_EMAIL", "pay@example.com").env("PAYRUN_PASSWORD", password);
        world.start(command).end()
    };
    let told = with("wrong").ends(6).json();
    assert_eq!(check(&told, "network")["result"], "good");
    assert_eq!(check(&told, "login")["result"], "bad");
    assert!(!told.to_string().contains("wrong\""), "the password is not shown");
    assert_eq!(check(&with("right").ends(0).json(), "login")["result"], "good");
}

#[test]
fn a_flash_that_is_not_there_is_told_apart_from_a_name_that_is_unknown() {
    let world = World::new();
    for (url, words) in [
        ("http://127.0.0.1:9", "refuses connections"),
        ("https://flash.invalid", "name of the server is not known"),
        (&world.simulator.url.replace("http:", "https:"), "encryption (TLS)"),
    ] {
        let mut command = world.command(&["doctor", "--format", "json"]);
        command.env("PAYRUN_API_URL", url).env("PAYRUN_EMAIL", "a@example.com").env("PAYRUN_PASSWORD", "x");
        if url.contains("flash.invalid") {
            // the simulator runs on this machine only
            command.env("PAYRUN_ENVIRONMENT", "uat").env("PAYRUN_GATEWAY_IN_DOUBT_WAIT", "180s");
        }
        let told = world.start(command).end().ends(6).json();
        assert!(details(&told, "network").contains(words), "{url}: {told:#}");
    }
}

#[test]
fn a_state_folder_that_is_of_no_use_is_named() {
    let world = World::new();
    let told = world.payrun(&["doctor", "--format", "json", "--state", "/proc/nowhere"]).ends(6).json();
    assert_eq!(check(&told, "state folder")["result"], "bad");
    assert!(check(&told, "state folder")["message"].to_string().contains("/proc/nowhere"));
    assert_eq!(check(&told, "login")["result"], "good", "the rest is looked at all the same");
}

#[test]
fn a_folder_that_others_can_read_is_told_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    doctor(&world, 0);
    let scope = world.scope();
    std::fs::set_permissions(&scope, std::fs::Permissions::from_mode(0o755)).expect("changed");
    let told = doctor(&world, 6);
    assert!(details(&told, "privacy").contains(&format!("chmod 700 {}", scope.display())), "{told:#}");
    std::fs::set_permissions(&scope, std::fs::Permissions::from_mode(0o700)).expect("changed");
    doctor(&world, 0);
}

#[test]
fn what_is_kept_is_not_asked_again_that_day_and_serves_without_flash() {
    let world = World::new();
    doctor(&world, 0);
    world.faults(&["delivery_methods:graphql_error_before"]);
    assert_eq!(check(&doctor(&world, 0), "corridors")["result"], "good", "it is of today");
    std::fs::remove_file(world.scope().join("corridors.json")).expect("it was kept");
    let told = doctor(&world, 0);
    assert_eq!(check(&told, "corridors")["result"], "notice");
    assert!(check(&told, "corridors")["message"].to_string().contains("built-in table"), "{told:#}");
    world.write("pay.csv", payroll(0, 2));
    world.payrun(&["check", "pay.csv"]).ends(0);
}

#[test]
fn probes_tell_every_form_of_repeated_key_apart() {
    for (form, word, honoured) in [
        (RepeatedKey::ReturnsFirst, "first", true),
        (RepeatedKey::FailsWithObject, "error_with_first", true),
        (RepeatedKey::FailsWithoutObject, "error_alone", true),
        (RepeatedKey::GraphqlError, "error_alone", true),
        (RepeatedKey::Ignored, "second_payout", false),
    ] {
        let world = World::with(Options { repeated_key: form, ..quick() });
        let told = world.payrun(&["doctor", "--probe", "--yes", "--format", "json"]).ends(0).json();
        assert_eq!(told["probe"]["repeated_key"], word, "{told:#}");
        assert_eq!(told["key_honoured"], honoured, "{told:#}");
        assert!(told["probe"]["look_ups"]["work"]["late_ms"].is_u64(), "{told:#}");
        assert_eq!(world.made(), if honoured { 1 } else { 2 });
        let probed = doctor(&world, 0);
        assert_eq!(check(&probed, "probe")["result"], if honoured { "good" } else { "notice" });
        world.payrun(&["journal", "verify"]).ends(0);
    }
}

#[test]
fn without_look_ups_an_error_alone_is_proven_by_what_was_created() {
    for filter in [ExternalIdFilter::Missing, ExternalIdFilter::Ignored] {
        let options = Options {
            repeated_key: RepeatedKey::FailsWithoutObject,
            withdrawal_filter: filter,
            status_step: payrun::simulator::StatusStep::Every(Duration::from_secs(60)),
            ..quick()
        };
        let world = World::with(options);
        let told = world.payrun(&["doctor", "--probe", "--yes", "--format", "json"]).ends(0).json();
        assert_eq!(told["probe"]["payouts"], 1, "{told:#}");
    }
}

#[test]
fn a_probe_asks_first_pays_little_and_never_in_production() {
    let world = World::new();
    world.payrun(&["doctor", "--probe"]).ends(2).says("AUD 0.01").says("at worst it is paid twice");
    world.payrun(&["doctor", "--probe", "--yes", "--probe-amount", "1.01"]).ends(2).says("0.01 to 1.00");
    let mut command = world.command(&["doctor", "--probe", "--yes", "--env", "production"]);
    command.env("PAYRUN_EMAIL", "a@example.com").env("PAYRUN_PASSWORD", "x");
    world.start(command).end().ends(2).says("never made in production");
    assert_eq!(world.made(), 0);
}

#[test]
fn what_a_probe_has_shown_counts_whichever_mode_is_set() {
    for (mode, form, probes, expected) in [
        ("proven", RepeatedKey::ReturnsFirst, false, "attention"),
        ("proven", RepeatedKey::ReturnsFirst, true, "paid or submitted"),
        ("proven", RepeatedKey::Ignored, true, "attention"),
        ("locks", RepeatedKey::Ignored, false, "paid or submitted"),
        ("locks", RepeatedKey::ReturnsFirst, true, "paid or submitted"),
        ("locks", RepeatedKey::Ignored, true, "attention"),
    ] {
        let world = World::with(Options { repeated_key: form, ..quick() });
        let payrun = |args: &[&str]| {
            let mut command = world.command(args);
            command.env("PAYRUN_GATEWAY_RESEND", mode);
            world.start(command).end()
        };
        if probes {
            let said = payrun(&["doctor", "--probe", "--yes"]).ends(0);
            said.says(match expected {
                "attention" => "is left to a person: a probe has shown that this API makes a second payout",
                _ => "is sent again by itself once look-ups have proven that Flash does not have it",
            });
        }
        let made = world.made();
        world.write("pay.csv", payroll(0, 4));
        world.faults(&["withdrawal_create:reset_before@3"]);
        payrun(&["pay", "pay.csv", "--yes"]);
        let run = if probes { "r2" } else { "r1" };
        let attention = world.states(run).iter().filter(|state| *state == "attention").count();
        assert_eq!(attention, usize::from(expected == "attention"), "{mode} {form:?} {probes}");
        assert_eq!(world.made(), made + 4 - attention, "{mode} {form:?} {probes}");
    }
}

/// Where nothing else is in the account, a filter that is not looked at shows by an id that nobody has.
#[test]
fn look_ups_are_not_praised_where_nothing_else_could_be_shown() {
    for filter in [ExternalIdFilter::Ignored, ExternalIdFilter::Missing] {
        let world = World::with(Options { withdrawal_filter: filter, ..quick() });
        let said = world.payrun(&["doctor", "--probe", "--yes"]).ends(0);
        said.says("There is no look-up by our own id");
        assert!(!details(&doctor(&world, 0), "probe").contains("Look-ups by our own id work"));
    }
}
