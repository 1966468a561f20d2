//! What every page has: its head, its looks, and tables. No script, nothing fetched from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};
/// A whole page.
pub(super) fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body { (body) }
        }
    }
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Text(&'static str),
    Number(&'static str),
}

/// A table with a row for each of `rows`; without rows there is none.
pub(super) fn table(columns: &[Column], rows: &[Vec<String>]) -> Markup {
    let class = |at: usize| match columns[at] {
        Column::Number(_) => Some("number"),
        Column::Text(_) => None,
    };
    html! {
        @if !rows.is_empty() {
            table {
                thead { tr {
                    @for (at, column) in columns.iter().enumerate() {
                        @let (Column::Text(name) | Column::Number(name)) = column;
                        th class=[class(at)] { (name) }
                    }
                } }
                tbody {
                    @for row in rows {
                        tr { @for (at, cell) in row.iter().enumerate() { td class=[class(at)] { (cell) } } }
                    }
                }
            }
        }
    }
}

/// Words with a capital at their beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
