//! ODS: what the styles of cells make of numbers, told in the codes that the other formats have.
//!
//! `styles.xml` has the styles that people name, the beginning of `content.xml` those that the program made.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::BytesStart;

use super::formats::Code;
use super::parts::attribute;
use crate::intake::workbook::format::{matters, shows_otherwise};
use crate::intake::workbook::trouble::Trouble;

/// A style may be based on another so many times; longer chains go in circles.
const MOST_PARENTS: usize = 32;

/// Styles as they are read, tag by tag.
#[derive(Debug, Default)]
pub struct OdsStyles {
    /// Of cells, by name.
    cells: HashMap<String, CellStyle>,
    /// Of numbers, by name.
    numbers: HashMap<String, NumberStyle>,
    /// The style of numbers that is being read.
    reading: Option<(String, NumberStyle)>,
    /// Which of its texts is being read.
    text: Option<Text>,
    /// What was found of styles of cells.
    known: HashMap<String, Option<Code>>,
}

#[derive(Debug, Default)]
struct CellStyle {
    parent: Option<String>,
    numbers: Option<String>,
}

#[derive(Debug, Default)]
struct NumberStyle {
    code: String,
    /// Styles for some of the numbers: a condition and a name.
    maps: Vec<(String, String)>,
}

/// A text that stands beside digits, or among them.
#[derive(Debug, Clone, Copy)]
enum Text {
    Literal,
    Currency,
    /// So many digits stand behind it.
    Embedded(usize),
}

impl OdsStyles {
    /// Looks at a tag that opens.
    pub fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Trouble> {
        let number = |name: &str| {
            Ok::<_, Trouble>(
                attribute(tag, name)?.and_then(|digits| digits.parse::<usize>().ok()).unwrap_or(0),
            )
        };
        match tag.name().as_ref() {
            "style:style" => {
                let name = attribute(tag, "style:name")?.unwrap_or_default();
                let style = CellStyle {
                    parent: attribute(tag, "style:parent-style-name")?,
                    numbers: attribute(tag, "style:data-style-name")?,
                };
                if attribute(tag, "style:family")?.as_deref() == Some("table-cell") {
                    self.cells.insert(name, style);
                }
            }
            name if is_of_numbers(name) => {
                let name = attribute(tag, "style:name")?.unwrap_or_default();
                self.reading = Some((name, NumberStyle::default()));
            }
            "number:number" => {
                let digits = Digits {
                    whole: number("number:min-integer-digits")?.min(32),
                    decimals: number("number:decimal-places")?.min(32),
                    grouped: attribute(tag, "number:grouping")?.as_deref() == Some("true"),
                    factor: attribute(tag, "number:display-factor")?,
                };
                self.write(&digits.code());
            }
            "number:scientific-number" => self.write("0.00E+00"),
            "number:text-content" => self.write("@"),
            "number:fraction" => self.write("# ?/?"),
            "number:text" => self.text = Some(Text::Literal),
            "number:currency-symbol" => self.text = Some(Text::Currency),
            "number:embedded-text" => self.text = Some(Text::Embedded(number("number:position")?)),
            "style:map" => {
                let condition = attribute(tag, "style:condition")?.unwrap_or_default();
                let applied = attribute(tag, "style:apply-style-name")?.unwrap_or_default();
                if let Some((_, style)) = &mut self.reading {
                    style.maps.push((condition, applied));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes the text between two tags.
    pub fn text(&mut self, text: &str) {
        let Some((_, style)) = &mut self.reading else { return };
        let literal = text.replace('"', "");
        match self.text {
            Some(Text::Literal) => style.code.extend(["\"", &literal, "\""]),
            Some(Text::Currency) => style.code.extend(["[$", &literal.replace([']', '-'], ""), "]"]),
            Some(Text::Embedded(behind)) => {
                let end = style.code.find('.').unwrap_or(style.code.len());
                style.code.insert_str(end.saturating_sub(behind), &format!("\"{literal}\""));
            }
            None => {}
        }
    }

    /// Looks at a tag that closes.
    pub fn close(&mut self, name: &str) {
        match name {
            name if is_of_numbers(name) => {
                self.numbers.extend(self.reading.take());
            }
            "number:text" | "number:currency-symbol" | "number:embedded-text" => self.text = None,
            _ => {}
        }
    }

    fn write(&mut self, code: &str) {
        if let Some((_, style)) = &mut self.reading {
            style.code += code;
        }
    }

    /// The code of the format that a style of cells gives to positive numbers, where it matters.
    pub fn code(&mut self, cell_style: &str) -> Option<Code> {
        if let Some(known) = self.known.get(cell_style) {
            return known.clone();
        }
        let code = self.numbers_of(cell_style).and_then(|numbers| self.of_positive(numbers));
        let code: Option<Code> = code.filter(|code| matters(code)).map(Arc::from);
        self.known.insert(cell_style.to_owned(), code.clone());
        code
    }

    /// The style of numbers that a style of cells has, itself or from one that it is based on.
    fn numbers_of(&self, cell_style: &str) -> Option<&NumberStyle> {
        let mut style = self.cells.get(cell_style)?;
        for _ in 0..MOST_PARENTS {
            if let Some(numbers) = &style.numbers {
                return self.numbers.get(numbers);
            }
            style = self.cells.get(style.parent.as_ref()?)?;
        }
        None
    }

    /// A style may leave some numbers to others. Of all that a positive number may get, the first that shows another
    /// amount counts.
    fn of_positive<'a>(&'a self, style: &'a NumberStyle) -> Option<&'a str> {
        let bare = |condition: &str| condition.replace(' ', "");
        let takes_all = |condition: &str| matches!(bare(condition).as_str(), "value()>=0" | "value()>0");
        let own = (!style.maps.iter().any(|(condition, _)| takes_all(condition))).then_some(style);
        let others = style.maps.iter().filter(|(condition, _)| bare(condition).starts_with("value()>"));
        let others = others.filter_map(|(_, name)| self.numbers.get(name));
        let mut first = None;
        for code in own.into_iter().chain(others).map(|style| style.code.as_str()) {
            if shows_otherwise(code) {
                return Some(code);
            }
            first = first.or(Some(code));
        }
        first
    }
}

/// Whether a tag is a style of numbers. One of texts may leave the numbers to others.
fn is_of_numbers(tag: &str) -> bool {
    matches!(
        tag,
        "number:number-style" | "number:currency-style" | "number:percentage-style" | "number:text-style"
    )
}

/// How digits are shown.
struct Digits {
    whole: usize,
    decimals: usize,
    grouped: bool,
    /// What the number is divided by first.
    factor: Option<String>,
}

impl Digits {
    fn code(&self) -> String {
        let whole = match (self.grouped, self.whole) {
            (true, _) => "#,##0".to_owned(),
            (false, 0) => "#".to_owned(),
            (false, digits) => "0".repeat(digits),
        };
        let decimals =
            if self.decimals > 0 { format!(".{}", "0".repeat(self.decimals)) } else { String::new() };
        let divided = match self.factor.as_deref() {
            None | Some("" | "1") => "",
            Some(_) => ",", // by a thousand or more
        };
        whole + &decimals + divided
    }
}
