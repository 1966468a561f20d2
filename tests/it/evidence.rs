//! The archive of evidence: made of a run, checked by a program that has nothing else, and refused whatever changes in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::rig::payroll;
use super::world::World;

type Files = BTreeMap<String, Vec<u8>>;

/// Two runs, one after the other and on with the first, so that the journal has records of both in turn.
fn made() -> (World, String) {
    let world = World::new();
    world.faults(&["withdrawal_create:declined@1"]);
    world.write("pay.csv", payroll(0, 3));
    world.write("other.csv", payroll(50, 3).replace("Example", "Secret"));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    world.faults(&[]);
    world.payrun(&["pay", "other.csv", "--yes"]).ends(0);
    world.payrun(&["resume", "r1"]).ends(4);
    let said = world.payrun(&["evidence", "r1", "--to", "r1.zip"]).ends(0).says("whole account numbers");
    let seal = said.out.lines().find_map(|line| line.strip_prefix("Seal: ")).expect("a seal").to_owned();
    (world, seal)
}

fn files(path: &Path) -> Files {
    let mut archive = ZipArchive::new(File::open(path).expect("a file")).expect("an archive");
    let mut files = Files::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        files.insert(file.name().expect("a name").into_owned(), bytes);
    }
    files
}

fn write(world: &World, name: &str, files: &Files) {
    let mut zip = ZipWriter::new(File::create(world.home().join(name)).expect("a file"));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("a file");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("an archive");
}

fn refused(world: &World, files: &Files, says: &str) {
    write(world, "forged.zip", files);
    let said = elsewhere(world, &["evidence", "verify", "forged.zip"]);
    said.ends(3).says(says);
}

/// As somebody runs it who has the file and nothing else.
fn elsewhere(world: &World, args: &[&str]) -> super::world::Said {
    let mut command = world.command(args);
    for name in ["PAYRUN_API_URL", "PAYRUN_GATEWAY_TIMEOUT"] {
        command.env_remove(name);
    }
    let nobody = world.home().join("nobody");
    command.env("HOME", &nobody);
    let said = world.start(command).end();
    assert!(!nobody.exists(), "checking needs no state and makes none");
    said
}

/// The manifest made anew for what the files are now, as a forger would.
fn resealed(mut files: Files) -> Files {
    let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    let list = manifest["files"].as_array_mut().expect("a list");
    for member in list {
        let bytes = &files[member["name"].as_str().expect("a name")];
        member["bytes"] = bytes.len().into();
        member["blake3"] = blake3::hash(bytes).to_hex().to_string().into();
    }
    files.insert("manifest.json".to_owned(), serde_json::to_vec_pretty(&manifest).expect("JSON"));
    files
}

#[test]
fn it_holds_all_of_the_run_and_nothing_of_others_and_is_checked_without_anything_else() {
    let (world, seal) = made();
    let path = world.home().join("r1.zip");
    let files = files(&path);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "accepted.json",
            "findings.json",
            "journal.jsonl",
            "manifest.json",
            "original.csv",
            "reports/report.csv",
            "reports/report.html",
            "reports/report.json",
            "reports/report.xlsx",
            "rows.jsonl",
        ]
    );
    assert_eq!(files["original.csv"], payroll(0, 3).into_bytes());
    for (name, bytes) in &files {
        assert!(!String::from_utf8_lossy(bytes).contains("Secret"), "{name} tells of another run");
    }
    let journal = String::from_utf8(files["journal.jsonl"].clone()).expect("text");
    let withheld = journal.lines().filter(|line| !line.contains("\"record\"")).count();
    assert!(withheld > 5 && journal.lines().count() > withheld + 10, "{withheld} of\n{journal}");
    // nothing of what became of the other run's payouts either
    let others = world.payouts("r2");
    for id in others.iter().filter_map(|payout| payout["flash_id"].as_str()) {
        assert!(!journal.contains(&format!("\"{id}\"")), "{id} of another run is told");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().expect("the file").permissions().mode() & 0o077, 0);
    }
    elsewhere(&world, &["evidence", "verify", "r1.zip"])
        .ends(0)
        .says(&seal)
        .says("Whole, but not compared with a seal")
        .says("not that nothing was forged");
    elsewhere(&world, &["evidence", "verify", "r1.zip", "--seal", &seal])
        .ends(0)
        .says("the seal that you gave");
    let other = format!("{}{}", if seal.starts_with('a') { "b" } else { "a" }, &seal[1..]);
    elsewhere(&world, &["evidence", "verify", "r1.zip", "--seal", &other])
        .ends(3)
        .says("r1.zip is whole, but the seal is another");
    // a part of the seal is no seal
    elsewhere(&world, &["evidence", "verify", "r1.zip", "--seal", &seal[..8]]).ends(2).says("is no seal");
    let said = elsewhere(&world, &["evidence", "verify", "nowhere.zip"]).ends(2).says("no such file");
    assert!(!said.err.contains("not intact"), "{}", said.err);
    let again = world.payrun(&["evidence", "r1", "--to", "r1.zip"]);
    again.ends(2).says("is there already");
}

#[test]
fn one_byte_of_any_file_is_seen_and_the_file_or_the_record_is_named() {
    let (world, seal) = made();
    let whole = files(&world.home().join("r1.zip"));
    for (name, bytes) in &whole {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = whole.clone();
            changed.get_mut(name).expect("it is there")[at] ^= 1;
            match name.as_str() {
                // its digest is the seal
                "manifest.json" => {
                    write(&world, "forged.zip", &changed);
                    elsewhere(&world, &["evidence", "verify", "forged.zip", "--seal", &seal]).ends(3);
                }
                // of the journal it is told which record it is
                "journal.jsonl" => refused(
                    &world,
                    &changed,
                    "journal.jsonl was altered: it is not what the manifest says: record ",
                ),
                _ => refused(&world, &changed, &format!("{name} was altered")),
            }
        }
        if name != "manifest.json" {
            let mut without = whole.clone();
            without.remove(name);
            refused(&world, &without, &format!("{name} is missing"));
        }
    }
    let mut more = whole.clone();
    more.insert("reports/other.csv".to_owned(), b"x".to_vec());
    refused(&world, &more, "reports/other.csv was put in");
}

#[test]
fn one_byte_of_the_frame_is_seen_too() {
    let (world, seal) = made();
    let whole = std::fs::read(world.home().join("r1.zip")).expect("a file");
    let directory = whole.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
    // of the first file's own head, of the directory, of its end and of the seal
    let places = [4, 5, 10, 14, 26].into_iter().chain((directory..whole.len()).step_by(7));
    for at in places {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        world.write("flipped.zip", changed);
        let said = elsewhere(&world, &["evidence", "verify", "flipped.zip"]).ends(3);
        assert!(!said.err.contains("EOCD"), "byte {at}: {}", said.err);
        elsewhere(&world, &["evidence", "verify", "flipped.zip", "--seal", &seal]).ends(3);
    }
}

#[test]
fn a_record_that_is_changed_taken_out_or_put_in_breaks_the_chain_even_under_a_new_manifest() {
    let (world, _) = made();
    let whole = files(&world.home().join("r1.zip"));
    let journal = String::from_utf8(whole["journal.jsonl"].clone()).expect("text");
    let lines: Vec<&str> = journal.lines().collect();
    let with = |lines: Vec<String>| {
        let mut files = whole.clone();
        files.insert("journal.jsonl".to_owned(), (lines.join("\n") + "\n").into_bytes());
        resealed(files)
    };
    let owned = || lines.iter().map(|line| (*line).to_owned()).collect::<Vec<String>>();
    let seq = |at: usize| {
        let line: serde_json::Value = serde_json::from_str(lines[at]).expect("JSON");
        line["seq"].as_u64().expect("a number")
    };
    let is_own = |at: &usize| lines[*at].contains("\"record\"");
    for at in (0..lines.len()).filter(is_own) {
        let mut changed = owned();
        changed[at] = changed[at].replacen("\"record\":{\"", "\"record\":{ \"", 1);
        refused(&world, &with(changed), &format!("record {} was altered", seq(at)));
    }
    // of what is withheld only the place is told, and that holds
    for at in (0..lines.len()).filter(|at| !is_own(at)) {
        for field in ["prev", "sum"] {
            let mut place: serde_json::Value = serde_json::from_str(lines[at]).expect("JSON");
            let link = place[field].as_str().expect("a link");
            let turned = if link.starts_with('0') { "1" } else { "0" };
            place[field] = format!("{turned}{}", &link[1..]).into();
            let mut changed = owned();
            changed[at] = place.to_string();
            refused(&world, &with(changed), "does not follow the record before it");
        }
    }
    for (at, line) in lines.iter().enumerate() {
        let mut fewer = owned();
        fewer.remove(at);
        write(&world, "forged.zip", &with(fewer));
        elsewhere(&world, &["evidence", "verify", "forged.zip"]).ends(3).says("record");
        let mut more = owned();
        more.insert(at, (*line).to_owned());
        write(&world, "forged.zip", &with(more));
        elsewhere(&world, &["evidence", "verify", "forged.zip"]).ends(3).says("record");
    }
}

#[test]
fn archives_that_do_harm_are_refused() {
    let (world, _) = made();
    let whole = files(&world.home().join("r1.zip"));
    for name in ["../up.csv", "/etc/passwd", "a\\b", "a//b"] {
        let mut files = whole.clone();
        files.insert(name.to_owned(), b"x".to_vec());
        refused(&world, &files, "no archive that payrun evidence has made");
    }
    let mut many = whole.clone();
    many.extend((0..100).map(|at| (format!("file{at}"), Vec::new())));
    refused(&world, &many, "no archive that payrun evidence has made");
    // far more than the manifest says is not read to its end
    let mut bomb = whole.clone();
    bomb.insert("original.csv".to_owned(), vec![b'0'; 64 << 20]);
    refused(&world, &bomb, "original.csv was altered");
    let mut long = whole.clone();
    long.insert("manifest.json".to_owned(), vec![b' '; 8 << 20]);
    refused(&world, &long, "manifest.json was altered");
    world.write("text.zip", "this is no archive");
    elsewhere(&world, &["evidence", "verify", "text.zip"]).ends(3).says("no archive");
}

#[test]
fn a_later_form_and_a_name_that_stands_twice_are_told() {
    let (world, _) = made();
    let whole = files(&world.home().join("r1.zip"));
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut manifest: serde_json::Value = serde_json::from_slice(&whole["manifest.json"]).expect("JSON");
        change(&mut manifest);
        let mut files = whole.clone();
        files.insert("manifest.json".to_owned(), serde_json::to_vec(&manifest).expect("JSON"));
        files
    };
    let later = "made by a later version of payrun: its form is 2";
    refused(&world, &with(&|manifest| manifest["form"] = 2.into()), later);
    let more = with(&|manifest| (manifest["form"], manifest["more"]) = (2.into(), true.into()));
    refused(&world, &more, later);
    let twice = with(&|manifest| {
        let list = manifest["files"].as_array_mut().expect("a list");
        let first = list[0].clone();
        list.push(first);
    });
    refused(&world, &twice, "manifest.json was altered");
}

#[test]
fn what_is_gone_is_said_and_the_rest_is_packed() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 2));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    for kept in std::fs::read_dir(world.scope().join("files")).expect("copies").flatten() {
        std::fs::remove_file(kept.path()).expect("it was there");
    }
    let said = world.payrun(&["evidence", "r1", "--to", "r1.zip"]).ends(0);
    said.says("The copy of pay.csv is gone: it is not in the archive.");
    elsewhere(&world, &["evidence", "verify", "r1.zip"]).ends(0);
}
