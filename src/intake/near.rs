//! Names that are nearly equal, for asking "was that meant?".

use super::columns::{COLUMNS, folded};

/// The known name of a column that is at most two changed letters away from a folded one.
pub(super) fn near_column(name: &str) -> Option<&'static str> {
    let known = COLUMNS.iter().map(|info| (distance(name, &folded(info.name)), info.name));
    known.filter(|(distance, known)| *distance <= 2 && known.len() > 4).min().map(|(_, known)| known)
}

/// The indices of those names that could be meant by another: one is part of the other, or few letters differ.
pub(super) fn near_names(wanted: &str, names: &[String]) -> Vec<usize> {
    let wanted = folded(wanted);
    let near = |name: &String| {
        let name = folded(name);
        let part = name.len() > 2 && wanted.len() > 2 && (name.contains(&wanted) || wanted.contains(&name));
        part || (!name.is_empty() && distance(&wanted, &name) <= 2.min(wanted.chars().count() / 2))
    };
    names.iter().enumerate().filter(|(_, name)| near(name)).map(|(index, _)| index).collect()
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
