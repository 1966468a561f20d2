//! The ledger on disk: what was committed survives, what was torn is cut off, and people can read it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use payrun::simulator::{LedgerView, Options, RepeatedKey, Simulator};
use serde_json::json;

use super::client::{Flash, quick, recipient};

fn kept(path: &std::path::Path) -> Options {
    Options { ledger: Some(path.to_owned()), ..quick() }
}

fn a_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("flash-ledger.jsonl");
    (folder, path)
}

#[tokio::test]
async fn a_restart_finds_everything() {
    let (_folder, path) = a_file();
    let flash = Flash::start(kept(&path)).await;
    let create = "mutation($input: RecipientInput!) { createRecipient(input: $input) { success } }";
    flash.graphql(create, &json!({ "input": recipient("Ann", "payee-1") }).to_string()).await;
    flash.pay_as("1000.10", "ext-1", "key-1", "").await;
    let before = flash.ledger();
    let first = before.withdrawals[0].id.clone();
    // Not stopped: what counts is what a kill leaves behind.
    std::mem::forget(flash);

    let flash = Flash::start(kept(&path)).await;
    let mut after = flash.ledger();
    after.withdrawals[0].status.clone_from(&before.withdrawals[0].status);
    assert_eq!(after, before);
    let again = flash.pay_as("1000.10", "ext-1", "key-1", "").await;
    assert_eq!((&again["code"], &again["withdrawal"]["id"]), (&"OK".into(), &first.into()));
    let next = flash.pay_as("2.00", "ext-2", "key-2", "").await;
    assert_eq!(next["withdrawal"]["id"], "wdl_00000002");
    let balance = flash.graphql("{ balances { cleared } }", "{}").await;
    assert_eq!(balance["data"]["balances"][0]["cleared"], 9_998_997.9);
    assert_eq!(LedgerView::read(&path).expect("a ledger").total("AUD").to_string(), "1002.10");
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off_and_nothing_else() {
    let (_folder, path) = a_file();
    let flash = Flash::start(kept(&path)).await;
    flash.pay("1.00").await;
    flash.pay("2.00").await;
    flash.running.stop().await;
    let text = fs::read(&path).expect("a file");
    for torn in [1, 10, 200] {
        fs::write(&path, &text[..text.len() - torn]).expect("written");
        assert_eq!(LedgerView::read(&path).expect("a ledger").withdrawals.len(), 1);
        let flash = Flash::start(kept(&path)).await;
        flash.pay_as("3.00", "ext-3", "key-3", "").await;
        flash.running.stop().await;
        assert_eq!(LedgerView::read(&path).expect("a ledger").total("AUD").to_string(), "4.00");
    }
}

#[tokio::test]
async fn a_damaged_line_stops_the_start() {
    let (_folder, path) = a_file();
    let mut file = fs::File::create(&path).expect("a file");
    file.write_all(b"{\"withdrawal\":{}}\n").expect("written");
    let error = LedgerView::read(&path).expect_err("damaged").to_string();
    assert!(error.starts_with("line 1 of the ledger"), "{error}");
    assert!(Simulator::start(kept(&path)).await.is_err());
    assert!(LedgerView::read(&path.with_extension("other")).is_err());
}

#[tokio::test]
async fn an_ignored_key_stays_with_its_first_withdrawal() {
    let (_folder, path) = a_file();
    let flash = Flash::start(Options { repeated_key: RepeatedKey::Ignored, ..kept(&path) }).await;
    let first = flash.pay_as("1.00", "ext-1", "key-1", "").await;
    flash.pay_as("1.00", "ext-1", "key-1", "").await;
    flash.running.change(|options| options.repeated_key = RepeatedKey::ReturnsFirst);
    let third = flash.pay_as("1.00", "ext-1", "key-1", "").await;
    assert_eq!((flash.paid(), &third["withdrawal"]["id"]), (2, &first["withdrawal"]["id"]));
}

#[tokio::test]
async fn the_table_shows_no_account() {
    let flash = Flash::quick().await;
    flash.pay_as("1000.1", "ext-1", "key-1", "").await;
    let table = flash.ledger().to_string();
    assert!(
        table.contains("0 senders, 0 recipients, 1 withdrawal\nAUD 1000.10 in 1 withdrawal\n"),
        "{table}"
    );
    assert!(table.contains("BSB •••••678  Ann Lee") && !table.contains("12345"), "{table}");
}
