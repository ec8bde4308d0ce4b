//! Rules about size: files, functions, inline test modules.

use super::lex::Kind;
use super::{Report, Source};
use crate::config::Config;

const FILE_WARN: usize = 800;
const FILE_MAX: usize = 1_500;
const FUNCTION_WARN: usize = 70;
const FUNCTION_MAX: usize = 140;
const INLINE_TESTS_MAX: usize = 200;

/// Apply all rules of this file.
pub fn check(source: &Source<'_>, config: &Config, report: &mut Report) {
    if config.lists_file("tables", &source.path) {
        return;
    }
    let lines = source.text.lines().count();
    if lines > FILE_MAX {
        report.fail(&source.path, format!("{lines} lines; the limit is {FILE_MAX}"));
    } else if lines > FILE_WARN {
        report.warn(&source.path, format!("{lines} lines; split it by what it does"));
    }
    if !source.is_test {
        for (from, to) in &source.test_ranges {
            if to - from > INLINE_TESTS_MAX {
                report.fail(format!("{}:{from}", source.path), "an inline test module of more than 200 lines");
            }
        }
    }
    functions(source, report);
}

fn functions(source: &Source<'_>, report: &mut Report) {
    for (at, token) in source.code.iter().enumerate() {
        let is_fn = token.kind == Kind::Word && token.text == "fn";
        if !is_fn || source.code.get(at + 1).is_none_or(|t| t.kind != Kind::Word) || source.in_test(token.line) {
            continue;
        }
        let Some(open) = body(source, at + 2) else { continue };
        let close = source.closing(open);
        let (from, to) = (source.code[open].line, source.code[close].line);
        let comments = source.comments.iter().filter(|c| (from..to).contains(&c.line)).count();
        let size = (to - from).saturating_sub(comments);
        if size <= FUNCTION_WARN || mostly_one_match(source, open, close) {
            continue;
        }
        let place = format!("{}:{}", source.path, token.line);
        let name = source.word(at + 1);
        if size > FUNCTION_MAX {
            report.fail(place, format!("fn {name} has {size} lines; the limit is {FUNCTION_MAX}"));
        } else {
            report.warn(place, format!("fn {name} has {size} lines"));
        }
    }
}

/// The `{` of a function's body; None for a declaration.
fn body(source: &Source<'_>, mut at: usize) -> Option<usize> {
    while at < source.code.len() {
        match source.word(at) {
            "{" => return Some(at),
            ";" => return None,
            "(" | "[" => at = source.closing(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether one `match` (or one macro with a body, such as a table) makes up most of the function.
fn mostly_one_match(source: &Source<'_>, open: usize, close: usize) -> bool {
    let span = |a: usize, b: usize| source.code[b].line - source.code[a].line;
    let whole = span(open, close);
    let mut at = open + 1;
    while at < close {
        let opens = match source.word(at) {
            "match" => (at + 1..close).find(|i| source.word(*i) == "{"),
            "!" if matches!(source.word(at + 1), "{" | "(" | "[") => Some(at + 1),
            _ => None,
        };
        if let Some(begin) = opens {
            if span(begin, source.closing(begin)) * 10 >= whole * 6 {
                return true;
            }
        }
        at += 1;
    }
    false
}
