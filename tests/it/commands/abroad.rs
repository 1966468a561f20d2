//! Rows that pay abroad, as their users meet them: checking, the table of corridors, the payee book.

use std::path::Path;
use std::sync::Arc;

use payrun::check::{self, Options};
use payrun::domain::{Code, Corridor, Corridors, Finding, Kind, Method, NoBook, Payout, Silent};
use payrun::intake::{self, Reading};

use crate::world::World;

const TODAY: jiff::civil::Date = jiff::civil::Date::constant(2026, 7, 17);

/// What a file says, and what it pays.
fn checked(path: &Path, options: &Options) -> (Vec<Finding>, Vec<Payout>) {
    let source = intake::open(path, &Reading::default()).expect("a file");
    let mut payouts = Vec::new();
    let mut keep = |payable: &check::Payable<'_>| {
        payouts.push(payable.passed().payout);
        Ok(())
    };
    let checked = check::check(source, options, &NoBook, &mut keep, &Silent).expect("it is checked");
    (checked.findings, payouts)
}

fn sample(name: &str) -> (Vec<Finding>, Vec<Payout>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    checked(&path, &Options::new(TODAY, true))
}

/// What a row becomes: kind, balance, what the payee gets, amount, account.
fn in_words(payout: &Payout) -> String {
    let kind = payout.kind().name();
    let (from, to) = (payout.funded_in(), payout.delivered());
    format!("{kind} {from}->{to} {} {}", payout.money, payout.payee.account)
}

#[test]
fn the_samples_are_paid_as_they_are_meant() {
    let (findings, payouts) = sample("mixed.csv");
    assert_eq!(findings, []);
    let words: Vec<String> = payouts.iter().map(in_words).collect();
    assert_eq!(words[0], "withdrawal AUD->AUD AUD 2,053.15 062-199 •••••830");
    assert_eq!(words[2], "payment AUD->NZD NZD 2,410.00 account ••••••••••••900 at BKNZNZ22");
    assert!(words[3].starts_with("payment AUD->EUR EUR 3,120.50 IBAN DE"), "{words:?}");
    assert!(words[4].starts_with("withdrawal EUR->EUR EUR 1,450.00 IBAN IE"), "{words:?}");

    let (findings, payouts) = sample("fx.csv");
    assert_eq!(findings, []);
    let words: Vec<String> = payouts.iter().map(in_words).collect();
    assert!(words[3].starts_with("withdrawal USD->USD USD 5,000.00 ABA 121000358 •"), "{words:?}");
    assert!(words[7].starts_with("payment AUD->SGD AUD 1,500.00 account"), "{words:?}");
    assert_eq!(payouts.iter().filter(|payout| payout.kind() == Kind::Payment).count(), 8);
    let source = payouts[0].conversion.as_ref().and_then(|conversion| conversion.source_of_funds.clone());
    assert_eq!(source.as_deref(), Some("BUSINESS_FUNDS"));
}

const ROW: &str = "first_name,last_name,country,iban,bic,amount,currency,reference,reason,source_of_funds\n\
    Lena,Brandt,AT,AT611904300234573201,,100.00,EUR,INVOICE 1,GIFT,SAVINGS\n";

/// What Flash would have said: one way to Austria.
fn answered(currency: &str, fields: &[&str]) -> Options {
    let way = Corridor {
        country: "AT".to_owned(),
        currency: currency.parse().expect("a currency"),
        method: Method::from("IBAN".to_owned()),
        required_fields: fields.iter().map(|field| (*field).to_owned()).collect(),
    };
    Options { corridors: Arc::new(Corridors::live(TODAY, vec![way])), ..Options::new(TODAY, true) }
}

#[test]
fn what_flash_has_answered_is_a_verdict() {
    let world = World::new();
    let path = world.write("one.csv", ROW);
    let codes = |options: &Options| {
        let (findings, payouts) = checked(&path, options);
        let mut codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        codes.sort();
        (codes, payouts.len())
    };
    // neither word of the row is documented
    let beside = |codes: &[Code]| {
        let mut all = [codes, &[Code::WordUnsure, Code::WordUnsure]].concat();
        all.sort();
        all
    };
    let built_in = codes(&Options::new(TODAY, true));
    assert_eq!(built_in, (beside(&[Code::FieldUnsure]), 1), "the built-in table asks for a BIC");
    assert_eq!(codes(&answered("EUR", &["iban"])), (beside(&[]), 1));
    assert_eq!(codes(&answered("EUR", &["bic", "iban"])), (beside(&[Code::FieldDemanded]), 0));
    assert_eq!(codes(&answered("USD", &["iban"])), (beside(&[Code::NotDelivered]), 0));
    let demands = ["iban", "address.street", "recipient.mobile", "sourceOfFunds"];
    let demanded = beside(&[Code::FieldDemanded; 2]); // the row has a source of funds
    assert_eq!(codes(&answered("EUR", &demands)), (demanded, 0));
    let (findings, _) = checked(&path, &answered("USD", &["iban"]));
    let told = &findings.iter().find(|finding| finding.code == Code::NotDelivered).expect("it is told");
    assert!(told.message.contains("Flash's answer of 2026-07-17"), "{told:?}");
    assert!(told.hint.as_deref().is_some_and(|hint| hint.contains("USD to an IBAN")), "{told:?}");
}

#[test]
fn words_that_flash_was_asked_for_are_held_against_its_answer() {
    let world = World::new();
    let path = world.write("one.csv", ROW);
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    let known = Options {
        reasons: words(&["BUSINESS", "GIFT"]),
        sources_of_funds: words(&["BUSINESS_FUNDS"]),
        ..answered("EUR", &["iban"])
    };
    let (findings, payouts) = checked(&path, &known);
    assert!(payouts.is_empty());
    let [told] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((told.code, told.value.as_deref()), (Code::WordInvalid, Some("SAVINGS")));
    assert_eq!(told.hint.as_deref(), Some("it knows BUSINESS_FUNDS"));
}

#[test]
fn corridors_are_shown_with_their_date() {
    let world = World::new();
    let said = world.payrun(&["corridors"]).ends(0);
    said.says("DE Germany").says("CLABE").says("Flash itself was not asked");
    let said = world.payrun(&["corridors", "AUT"]).ends(0).says("EUR  IBAN       bic, iban");
    assert!(!said.out.contains("Germany"));
    world.payrun(&["corridors", "Germany"]).ends(2).says("Germany is DE");
    world.payrun(&["corridors", "KP"]).ends(0).says("Nothing is delivered there");
    let json = world.payrun(&["corridors", "mx", "--format", "json"]).ends(0).json();
    assert_eq!(json["source"], "built_in");
    assert_eq!(json["corridors"][0]["method"], "CLABE");
    assert_eq!(json["corridors"][0]["required_fields"][1], "clabe");
}

const PAYEES: &str = "payee_id,first_name,last_name,company_name,street,suburb,country,account_type,account_number,iban,bic,aba,clabe,ifsc,cnaps,sort_code\n\
    P1,Lukas,Brandner,,Ahornweg 4,Munich,DE,,,DE12500105170648489890,,,,,,\n\
    P2,,,Cedar Point LLC,410 Harbor Drive,Portland,US,,000123456789,,BOFAUS3N,011000138,,,,\n\
    P3,Marisol,Ibarra,,,Guadalajara,MX,,,,BCMRMXMM,,032180000118359719,,,\n\
    P4,,,Lotus Bay Ltd,,Shenzhen,CN,,755900012345678,,CMBCCNBS,,,,308584000013,\n\
    P5,Wei,Teo,,,,SG,ACC_NO,0721234567,,DBSSSGSG,,,,,\n\
    P6,,,Thornbury Ltd,18 Mill Lane,Leeds,GB,,12345674,,HBUKGB4B,,,,,401276\n\
    P7,Anjali,Deshmukh,,,Pune,IN,,00100098765432,,HDFCINBB,,,HDFC0000123,,\n";

#[test]
fn the_payee_book_keeps_accounts_abroad_and_completes_rows_by_them() {
    let world = World::new();
    world.write("abroad.csv", PAYEES);
    world.payrun(&["payees", "import", "abroad.csv"]).ends(0).says("7 new");
    let list = world.payrun(&["payees", "list"]).ends(0).says("CLABE •••••••••••••••719");
    for whole in ["032180000118359719", "0648489890", "755900012345678", "0721234567"] {
        assert!(!list.out.contains(whole), "{}", list.out);
    }
    for who in ["P3", "DE12 5001 0517 0648 4898 90", "032180000118359719", "755900012345678"] {
        world.payrun(&["payees", "show", who]).ends(0).says("of abroad.csv");
    }
    world.payrun(&["payees", "export", "out.csv"]).ends(0);
    let text = std::fs::read_to_string(world.home().join("out.csv")).expect("the export");
    assert!(text.contains("=\"\"032180000118359719\"\""), "a spreadsheet would cut it: {text}");
    let other = ["--state", "other"];
    world.payrun(&[&other[..], &["payees", "import", "out.csv"]].concat()).ends(0).says("7 new");
    world.payrun(&[&other[..], &["payees", "export", "again.csv"]].concat()).ends(0);
    assert_eq!(std::fs::read_to_string(world.home().join("again.csv")).expect("the export"), text);

    // a row without a country takes it from the book, with a street or without one; another account is asked about
    world.write(
        "july.csv",
        "account_name,iban,clabe,account_number,bic,amount,currency,reference,reason\n\
         Lukas Brandner,DE12500105170648489890,,,,10.00,EUR,INVOICE 1,BUSINESS\n\
         Marisol Ibarra,,032180000118359719,,BCMRMXMM,20.00,MXN,INVOICE 2,BUSINESS\n\
         Wei Teo,,,0721234567,DBSSSGSG,30.00,SGD,INVOICE 3,BUSINESS\n\
         Ada Fremd,DE47370400440532013077,,,,40.00,EUR,INVOICE 4,BUSINESS\n",
    );
    let said = world.payrun(&["check", "july.csv"]).ends(3);
    let said = said.says("row 2: the address was taken from the payee book (abroad.csv row 2)");
    let said = said.says("row 3: the address was taken").says("row 4: the address was taken");
    let said = said.says("row 5: the account is abroad").says("the payee book has nobody with this name");
    said.says("4 rows, 3 can be paid");
    world.write(
        "changed.csv",
        "payee_id,account_name,country,iban,amount,currency,reference,reason\n\
         P1,Lukas Brandner,DE,DE47370400440532013077,10.00,EUR,INVOICE 1,BUSINESS\n",
    );
    let said = world.payrun(&["check", "changed.csv"]).ends(3);
    said.says("D2: the bank details of Lukas Brandner differ").says("IBAN DE•••••••••••••••••890");
}

#[test]
fn a_payee_abroad_is_not_imported_without_a_country() {
    let world = World::new();
    world.write("abroad.csv", "payee_id,account_name,iban\nP1,Lukas Brandner,DE12500105170648489890\n");
    world
        .payrun(&["payees", "import", "abroad.csv"])
        .ends(3)
        .says("does not say in which country the payee is");
}

/// What is converted into another currency is another payout, though its amount is the same.
#[test]
fn an_id_that_was_used_for_another_currency_is_a_conflict() {
    let world = World::new();
    let file = |currency: &str| {
        format!(
            "payment_id,first_name,last_name,country,account_number,bic,amount,currency,amount_side,reason,reference\nP-1,Lena,Brandt,SG,120034567,DBSSSGSG,100.00,{currency},from,BUSINESS,INVOICE 1\n"
        )
    };
    world.write("sgd.csv", file("SGD"));
    world.payrun(&["pay", "sgd.csv", "--yes"]).ends(0);
    world.write("usd.csv", file("USD"));
    world.payrun(&["pay", "usd.csv", "--yes"]).ends(3).says("the payment_id P-1 was already used");
}

#[test]
fn the_samples_are_paid_whole_and_every_amount_is_shown_with_its_currency() {
    let world = World::new();
    for (name, payouts) in [("mixed.csv", 5), ("fx.csv", 9)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
        world.write(name, std::fs::read(path).expect("a sample"));
        let before = world.made() + world.ledger().payments.len();
        world.payrun(&["pay", name, "--yes"]).ends(0);
        assert_eq!(world.made() + world.ledger().payments.len(), before + payouts, "{name}");
    }
    let status = world.payrun(&["status", "r2"]).ends(0);
    status.says("USD 5000.00  Cedar Point Supply LLC").says("JPY 180000, AUD → JPY  Haruto Kanda");
    // yen have no smaller unit, wherever they are written
    let payouts = world.payouts("r2");
    let yen = payouts.iter().find(|payout| payout["to_currency"] == "JPY").expect("one to Japan");
    assert_eq!(yen["delivered"], "180000", "{yen:#}");
    let csv = std::fs::read_to_string(world.scope().join("reports/r2-fx.csv")).expect("a report");
    assert!(csv.contains(",180000,"), "{csv}");
    let ledger = world.ledger();
    assert!(ledger.to_string().contains("JPY         180000  "), "{ledger}");
    assert!(ledger.to_string().contains("JPY 180000 delivered by 1 payment"), "{ledger}");
    assert!(!ledger.in_json().to_string().contains("180000."), "{:#}", ledger.in_json());
}
