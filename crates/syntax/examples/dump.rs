//! Development tool: parse files and print what CPython's `ast.dump` would, to compare with the reference.
//!
//! `dump [-w] FILE…` prints one line per file; `dump --time FILE…` only measures;
//! `dump --incomplete FILE` says of snippets whether they are complete; `dump --tokens FILE…` prints what `_tokenize` gives; `dump --snippets FILE` reads
//! snippets (each after a line `MODE LENGTH`) and prints the tree or the error, one per line.

use std::io::Write;
use std::time::Instant;

use taipan_syntax::lex::tokenize::TokenSource;
use taipan_syntax::{ErrorKind, Mode, Options, SyntaxError, Warning, dump, parse};

fn show_error(error: &SyntaxError) -> String {
    format!(
        "{:?} {:?} {} {} {} {} {:?}",
        error.kind, error.message, error.lineno, error.offset, error.end_lineno, error.end_offset, error.text
    )
}

fn show_warnings(warnings: &[Warning]) -> String {
    warnings.iter().map(|w| format!(" W{} {:?}", w.lineno, w.message)).collect()
}

/// Print `show` of each snippet of a file: a line `MODE LENGTH`, then so many bytes.
fn for_each_snippet(path: &str, show: impl Fn(Mode, &str) -> String) {
    let data = std::fs::read(path).expect("snippet file");
    let mut rest = &data[..];
    let mut out = std::io::BufWriter::new(std::io::stdout());
    while let Some(newline) = rest.iter().position(|&b| b == b'\n') {
        let head = String::from_utf8_lossy(&rest[..newline]).into_owned();
        let (mode, length) = head.split_once(' ').expect("MODE LENGTH");
        let length: usize = length.parse().expect("length");
        let body = String::from_utf8_lossy(&rest[newline + 1..newline + 1 + length]).into_owned();
        rest = &rest[newline + 1 + length..];
        let mode = match mode {
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            "func_type" => Mode::FuncType,
            _ => Mode::Exec,
        };
        writeln!(out, "{}", show(mode, &body)).expect("stdout");
    }
}

/// Options from the environment: `FEATURE_VERSION=9`, `TYPE_COMMENTS=1`.
fn options() -> Options {
    let variable = |name| std::env::var(name).ok();
    let mut options = Options::default();
    if let Some(minor) = variable("FEATURE_VERSION").and_then(|v| v.parse().ok()) {
        options.feature_version = minor;
    }
    options.type_comments = variable("TYPE_COMMENTS").is_some();
    options
}

fn snippets(path: &str) {
    let options = options();
    for_each_snippet(path, |mode, body| match parse(body, mode, &options) {
        Ok(parsed) => format!("OK {}{}", dump::dump(&parsed.tree, true), show_warnings(&parsed.warnings)),
        Err(e) => format!("ERR {}{}", show_error(&e.error), show_warnings(&e.warnings)),
    });
}

fn incomplete(path: &str) {
    let options = Options { allow_incomplete_input: true, dont_imply_dedent: true, ..Options::default() };
    for_each_snippet(path, |mode, body| match parse(body, mode, &options) {
        Ok(_) => "OK".into(),
        Err(e) => {
            let class = match e.error.kind {
                ErrorKind::Syntax => "SyntaxError",
                ErrorKind::Indentation => "IndentationError",
                ErrorKind::Tab => "TabError",
                ErrorKind::IncompleteInput => "_IncompleteInputError",
                _ => "other",
            };
            format!("ERR {class} {} {}", e.error.lineno, e.error.offset)
        }
    });
}

fn tokens(paths: &[String]) {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for path in paths {
        let text = std::fs::read_to_string(path).expect("source file");
        writeln!(out, "FILE {path}").expect("stdout");
        for token in TokenSource::new(&text, true).tokens() {
            match token {
                Ok(t) => writeln!(out, "{} {:?} {:?} {:?} {:?}", t.kind, t.string, t.start, t.end, t.line),
                Err(e) => writeln!(out, "{:?} {:?} {} {} {:?}", e.kind, e.message, e.lineno, e.offset, e.text),
            }
            .expect("stdout");
        }
    }
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|a| a == "--snippets") {
        return snippets(&args[1]);
    }
    if args.first().is_some_and(|a| a == "--incomplete") {
        return incomplete(&args[1]);
    }
    if args.first().is_some_and(|a| a == "--tokens") {
        return tokens(&args[1..]);
    }
    let timing = args.first().is_some_and(|a| a == "--time");
    if timing {
        args.remove(0);
    }
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let options = options();
    let (mut bytes, mut nanos, mut dropping) = (0u64, 0u128, 0u128);
    for path in &args {
        let data = std::fs::read(path).expect("source file");
        let Ok(text) = String::from_utf8(data) else {
            writeln!(out, "{path}: not UTF-8").expect("stdout");
            continue;
        };
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let start = Instant::now();
        let parsed = parse(text, Mode::Exec, &options);
        nanos += start.elapsed().as_nanos();
        bytes += text.len() as u64;
        match &parsed {
            Ok(_) if timing => {}
            Ok(parsed) => {
                writeln!(out, "{path}: {}{}", dump::dump(&parsed.tree, true), show_warnings(&parsed.warnings))
                    .expect("stdout");
            }
            Err(e) => {
                writeln!(out, "{path}: {}{}", show_error(&e.error), show_warnings(&e.warnings)).expect("stdout");
            }
        }
        let start = Instant::now();
        drop(parsed);
        dropping += start.elapsed().as_nanos();
    }
    if timing {
        let per_byte = nanos as f64 / bytes.max(1) as f64;
        println!(
            "{bytes} bytes, parse {:.1} ms, {per_byte:.2} ns/byte; drop {:.1} ms",
            nanos as f64 / 1e6,
            dropping as f64 / 1e6
        );
    }
}
