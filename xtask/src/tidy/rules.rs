//! Rules about what a file says: header, banned words, unsafe code, the host gate.

use super::lex::Kind;
use super::{Report, Source};
use crate::config::Config;

/// Parts of `std` that only `host` may use.
const GATED: &[&str] = &["fs", "net", "process", "env", "time"];
/// Standard streams, likewise.
const STREAMS: &[&str] = &["stdin", "stdout", "stderr"];
/// Macros that print to the process's streams.
const PRINTING: &[&str] = &["print", "println", "eprint", "eprintln"];
/// Macros that stand for missing work.
const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

/// Apply all rules of this file.
pub fn check(source: &Source<'_>, config: &Config, report: &mut Report) {
    header(source, report);
    banned(source, report);
    unsafe_code(source, config, report);
    gate(source, config, report);
}

fn place(source: &Source<'_>, line: usize) -> String {
    format!("{}:{line}", source.path)
}

fn header(source: &Source<'_>, report: &mut Report) {
    if !source.text.starts_with("//!") {
        report.fail(place(source, 1), "begins without a `//!` line that says what the file is");
    }
}

fn banned(source: &Source<'_>, report: &mut Report) {
    for (at, token) in source.code.iter().enumerate() {
        if token.kind == Kind::Word && UNFINISHED.contains(&token.text) && source.word(at + 1) == "!" && source.word(at + 2) != "=" {
            report.fail(place(source, token.line), format!("`{}!` is not allowed", token.text));
        }
        if token.text == "#" && source.at(at, &["#", "[", "ignore"]) {
            report.fail(place(source, token.line), "a test that is ignored tests nothing");
        }
    }
    for comment in &source.comments {
        for (offset, line) in comment.text.lines().enumerate() {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
            if let Some(word) = words.find(|w| matches!(*w, "TODO" | "FIXME" | "XXX" | "HACK")) {
                // Messages and names of CPython in backquotes are quotations.
                if !line.contains('`') {
                    report.fail(place(source, comment.line + offset), format!("{word}: do it, or write it down as an issue"));
                }
            }
        }
    }
}

fn unsafe_code(source: &Source<'_>, config: &Config, report: &mut Report) {
    let listed = |section: &str| config.items(section, "crates").contains(&source.krate);
    let (forbid, deny) = (listed("forbid-unsafe"), listed("deny-unsafe"));
    if source.path == format!("crates/{}/src/lib.rs", source.krate) {
        for (wanted, attribute) in [(forbid, "#![forbid(unsafe_code)]"), (deny, "#![deny(unsafe_code)]")] {
            if wanted && !source.text.contains(attribute) {
                report.fail(&source.path, format!("lacks `{attribute}`"));
            }
        }
    }
    let allowed = !(forbid || deny) || config.lists_file("unsafe-files", &source.path);
    for (at, token) in source.code.iter().enumerate() {
        if token.kind != Kind::Word || token.text != "unsafe" {
            continue;
        }
        let next = source.word(at + 1);
        // A type such as `unsafe extern "C" fn(…)` does nothing by itself.
        if !matches!(next, "{" | "impl") {
            continue;
        }
        if !allowed && !source.in_test(token.line) {
            report.fail(place(source, token.line), "unsafe code is not allowed here (xtask/deps.toml)");
        } else if source.krate == "macros" {
            // Quoted code: the reason stands where the macro's contract is documented.
        } else if !source.in_test(token.line) && !explained(source, token.line) {
            report.fail(place(source, token.line), "unsafe without a `// SAFETY:` line above it");
        }
    }
}

/// Whether a SAFETY comment stands on the line, or above the statement that the line belongs to.
fn explained(source: &Source<'_>, line: usize) -> bool {
    let lines: Vec<&str> = source.text.lines().collect();
    let says = |n: usize| lines.get(n).is_some_and(|l| l.contains("SAFETY"));
    let mut at = line - 1;
    if says(at) {
        return true;
    }
    // Go up over the statement's earlier lines and the comment; stop at its beginning.
    for distance in 1..15 {
        if at == 0 {
            return false;
        }
        at -= 1;
        if says(at) {
            return true;
        }
        let text = lines[at].trim();
        let comment = text.starts_with("//") || text.starts_with("#[");
        // Very near, a reason may speak of a few statements at once.
        if distance > 3 && !comment && (text.is_empty() || text.ends_with(';') || text.ends_with('}')) {
            return false;
        }
    }
    false
}

fn gate(source: &Source<'_>, config: &Config, report: &mut Report) {
    let exempt = matches!(source.krate.as_str(), "host" | "testkit" | "xtask" | "fuzz" | "macros");
    if exempt || source.path.ends_with("/build.rs") || config.lists_file("gate-files", &source.path) {
        return;
    }
    for (at, token) in source.code.iter().enumerate() {
        if token.kind != Kind::Word || source.in_test(token.line) {
            continue;
        }
        let before = if at > 0 { source.word(at - 1) } else { "" };
        let hit = match token.text {
            "std" | "core" if before != "::" && source.word(at + 1) == "::" => gated_path(source, at + 2),
            "libc" | "rustix" | "nix" if before != "::" && source.word(at + 1) == "::" => Some(token.text),
            name if PRINTING.contains(&name) && source.word(at + 1) == "!" => Some(name),
            _ => None,
        };
        if let Some(name) = hit {
            report.fail(place(source, token.line), format!("`{name}` touches the outside world: go through taipan-host"));
        }
    }
}

/// The gated name that a path or import beginning after `std::` reaches, if any.
fn gated_path<'a>(source: &Source<'a>, at: usize) -> Option<&'a str> {
    let head = |at: usize| -> Option<&'a str> {
        let name = source.word(at);
        if GATED.contains(&name) && !duration_only(source, at) {
            return Some(name);
        }
        if name == "io" && source.word(at + 1) == "::" {
            let names = group(source, at + 2);
            return names.into_iter().map(|i| source.word(i)).find(|name| STREAMS.contains(name));
        }
        None
    };
    group(source, at).into_iter().find_map(head)
}

/// `std::time::Duration` is a number, not a clock.
fn duration_only(source: &Source<'_>, at: usize) -> bool {
    source.word(at) == "time" && group(source, at + 2).into_iter().all(|i| source.word(i) == "Duration")
}

/// The first names of a path: of each member when it is a `{…}` group.
fn group(source: &Source<'_>, at: usize) -> Vec<usize> {
    if source.word(at) != "{" {
        return vec![at];
    }
    let end = source.closing(at);
    let mut members = vec![at + 1];
    let mut depth = 0;
    for i in at + 1..end {
        match source.word(i) {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => members.push(i + 1),
            _ => {}
        }
    }
    members
}
