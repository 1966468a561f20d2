//! A Flash whose clock is not ours.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use payrun::simulator::Options;

use super::client::{Flash, payment, quick};

/// How far the `Date` of an answer is ahead.
async fn ahead(flash: &Flash) -> SignedDuration {
    let answer = flash.http.post(&flash.running.url).body("{}").send().await.expect("an answer");
    let date = answer.headers()["date"].to_str().expect("ASCII").to_owned();
    assert_eq!((date.len(), date.ends_with(" GMT")), ("Sun, 06 Nov 1994 08:49:37 GMT".len(), true), "{date}");
    rfc2822::parse(&date).expect("a date").timestamp().duration_since(Timestamp::now())
}

#[tokio::test]
async fn every_answer_tells_the_time_by_its_own_clock() {
    for skew in [SignedDuration::ZERO, SignedDuration::from_mins(7), SignedDuration::from_hours(-30)] {
        let flash = Flash::start(Options { clock_skew: skew, ..quick() }).await;
        let off = (ahead(&flash).await - skew).abs();
        assert!(off < SignedDuration::from_secs(3), "{skew:?}: {off:?}");
        let refused = flash.http.post(&flash.running.url).header("user-agent", "curl/8").send().await;
        assert!(refused.expect("an answer").headers().contains_key("date"), "refusals too");
        flash.pay("1.00").await;
        let off = (flash.ledger().withdrawals[0].created_at.duration_since(Timestamp::now()) - skew).abs();
        assert!(off < SignedDuration::from_secs(3), "{skew:?}: made {off:?}");
    }
}

#[tokio::test]
async fn quotes_and_tokens_end_by_that_clock() {
    let flash = Flash::quick().await;
    let quote = "{ quote(input: {fromCurrency: AUD, toCurrency: EUR, tradable: true}) { id } }";
    let mut input = payment("p-1", "k-1");
    input["quoteId"] = flash.ask(quote).await["id"].clone();
    flash.running.change(|options| options.clock_skew = SignedDuration::from_mins(3));
    assert_eq!(flash.convert(&input).await["code"], "QUOTE_EXPIRED");
    flash.running.change(|options| options.clock_skew = SignedDuration::from_hours(5));
    assert_eq!(flash.try_graphql(quote, "{}").await.expect("an answer").0, 401, "the token has ended");
}

#[tokio::test]
async fn a_clock_that_is_set_back_leaves_lists_in_order() {
    let flash = Flash::quick().await;
    flash.pay("1.00").await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    flash.running.change(|options| options.clock_skew = SignedDuration::from_hours(-1));
    flash.pay("2.00").await;
    let made: Vec<Timestamp> = flash.ledger().withdrawals.iter().map(|made| made.created_at).collect();
    assert!(made[0] <= made[1]);
    let since = flash
        .ask(&format!(r#"{{ withdrawals(input: {{minCreatedAt: "{}"}}) {{ amount }} }}"#, made[0]))
        .await;
    assert_eq!(since.as_array().map(Vec::len), Some(2));
}
