//! docs/JSON.md as data: its tables, and what a document has that they do not say or say otherwise.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// What a field is.
#[derive(Debug, Clone)]
enum Kind {
    /// One of the page's plain words for it.
    Plain(String),
    /// One of these.
    Words(Vec<String>),
    List(Box<Kind>),
    Map(Box<Kind>),
    /// Its fields are rows of the same table.
    Object,
    /// Its fields are another table.
    Table(String),
}

#[derive(Debug, Clone)]
struct Field {
    path: String,
    kind: Kind,
    may_be_missing: bool,
    may_be_null: bool,
}

/// The page, and what was seen of it.
pub struct Page {
    tables: BTreeMap<String, Vec<Field>>,
    seen: BTreeSet<(String, String)>,
    wrong: BTreeSet<String>,
}

impl Page {
    pub fn read(text: &str) -> Self {
        let mut tables: BTreeMap<String, Vec<Field>> = BTreeMap::new();
        let mut table = "";
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("### ") {
                table = heading;
            } else if let Some(row) = line.strip_prefix("| `") {
                let cells: Vec<&str> = row.split('|').map(str::trim).collect();
                tables.entry(table.to_owned()).or_default().push(field(cells[0].trim_matches('`'), cells[1]));
            }
        }
        Self { tables, seen: BTreeSet::new(), wrong: BTreeSet::new() }
    }

    /// The words that a field can have.
    pub fn words(&self, table: &str, path: &str) -> Vec<String> {
        let field = self.tables[table].iter().find(|field| field.path == path);
        match &field.expect("a field").kind {
            Kind::Words(words) => words.clone(),
            other => panic!("{path} is {other:?}"),
        }
    }

    /// Holds a document against the table of its command.
    pub fn holds(&mut self, table: &str, document: &Value) {
        assert!(self.tables.contains_key(table), "the page has no table for {table}");
        match document {
            Value::Object(fields) => self.object(table, "", fields),
            Value::Array(items) => items.iter().for_each(|item| self.holds(table, item)),
            other => panic!("{table}: {other}"),
        }
    }

    /// What documents have otherwise than the page, and what the page has and no document.
    pub fn differences(&self) -> Vec<String> {
        let rows = self.tables.iter().flat_map(|(table, rows)| rows.iter().map(move |row| (table, row)));
        let unseen = rows.filter(|(table, row)| {
            !row.path.ends_with('…') && !self.seen.contains(&((*table).clone(), row.path.clone()))
        });
        let unseen = unseen.map(|(table, row)| format!("no document has {table}: {}", row.path));
        self.wrong.iter().cloned().chain(unseen).collect()
    }

    fn is_wrong(&mut self, what: String) {
        self.wrong.insert(what);
    }

    /// The fields that an object has by the page, each with the table where it stands.
    fn fields(&self, table: &str, prefix: &str) -> BTreeMap<String, (String, Field)> {
        let mut fields = BTreeMap::new();
        for field in &self.tables[table] {
            match (field.path.strip_prefix(prefix), &field.kind) {
                (Some("…"), Kind::Table(other)) => fields.extend(self.fields(other, "")),
                (Some(name), _) if !name.contains(['.', '…']) => {
                    fields.insert(name.to_owned(), (table.to_owned(), field.clone()));
                }
                _ => {}
            }
        }
        fields
    }

    fn object(&mut self, table: &str, prefix: &str, object: &Map<String, Value>) {
        let fields = self.fields(table, prefix);
        for name in object.keys().filter(|name| !fields.contains_key(*name)) {
            self.is_wrong(format!("not on the page: {table}: {prefix}{name}"));
        }
        for (name, (table, field)) in fields {
            match object.get(&name) {
                None if field.may_be_missing => {}
                None => {
                    self.is_wrong(format!("left out, though not optional: {table}: {}", field.path));
                }
                Some(Value::Null) if field.may_be_null => {}
                Some(value) => {
                    self.seen.insert((table.clone(), field.path.clone()));
                    self.value(&table, &field.path, &field.kind, value);
                }
            }
        }
    }

    fn value(&mut self, table: &str, path: &str, kind: &Kind, value: &Value) {
        match (kind, value) {
            (Kind::List(kind), Value::Array(items)) => {
                for item in items {
                    self.value(table, &format!("{path}[]"), kind, item);
                }
            }
            (Kind::Map(kind), Value::Object(fields)) => {
                fields.values().for_each(|value| self.value(table, path, kind, value));
            }
            (Kind::Object, Value::Object(fields)) => self.object(table, &format!("{path}."), fields),
            (Kind::Table(other), Value::Object(fields)) => self.object(other, "", fields),
            (Kind::Words(words), Value::String(word)) if words.contains(word) => {}
            (Kind::Plain(plain), value) if is(plain, value) => {}
            _ => self.is_wrong(format!("{table}: {path} is {value}, and no {kind:?}")),
        }
    }
}

fn field(path: &str, kind: &str) -> Field {
    let (kind, may_be_missing) = cut(kind, ", optional");
    let (kind, may_be_null) = cut(kind, " or null");
    Field { path: path.to_owned(), kind: read(kind), may_be_missing, may_be_null }
}

fn cut<'a>(text: &'a str, end: &str) -> (&'a str, bool) {
    text.strip_suffix(end).map_or((text, false), |rest| (rest, true))
}

fn read(kind: &str) -> Kind {
    if let Some(kind) = kind.strip_prefix("list of ") {
        return Kind::List(Box::new(read(kind)));
    }
    if let Some(kind) = kind.strip_prefix("map of ") {
        return Kind::Map(Box::new(read(kind)));
    }
    if let Some((name, _)) = kind.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return Kind::Table(name.to_owned());
    }
    match kind {
        "object" => Kind::Object,
        words if words.starts_with('`') => {
            Kind::Words(words.split(", ").map(|word| word.trim_matches('`').to_owned()).collect())
        }
        plain => Kind::Plain(plain.to_owned()),
    }
}

/// Whether a value is what the page's word says.
fn is(plain: &str, value: &Value) -> bool {
    let text = value.as_str();
    let letters = |count: usize| {
        text.is_some_and(|text| text.len() == count && text.bytes().all(|letter| letter.is_ascii_uppercase()))
    };
    match plain {
        "text" => text.is_some(),
        "amount" | "decimal" => text.is_some_and(|text| Decimal::from_str_exact(text).is_ok()),
        "number" => value.is_u64(),
        "yes or no" => value.is_boolean(),
        "time" => text.is_some_and(|text| text.ends_with('Z') && text.parse::<Timestamp>().is_ok()),
        "date" => text.is_some_and(|text| text.len() == 10 && text.parse::<Date>().is_ok()),
        "currency" => letters(3),
        "country" => letters(2),
        "look-ups" => {
            let told = |form: &str, name: &str| value[form][name].is_u64();
            text == Some("absent") || told("work", "late_ms") || told("not_seen", "waited_ms")
        }
        other => panic!("the page has a type \"{other}\" that nobody knows"),
    }
}
