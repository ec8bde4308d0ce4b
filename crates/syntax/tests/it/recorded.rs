//! Snippets with the tree, error and warnings that the reference gave for them.

use taipan_syntax::{Mode, Options, SyntaxError, Warning, dump, parse};

const SNIPPETS: &str = include_str!("data/snippets.txt");
const EXPECTED: &str = include_str!("data/expected.txt");

fn show_error(error: &SyntaxError) -> String {
    format!(
        "ERR {:?} {:?} {} {} {} {} {:?}",
        error.kind, error.message, error.lineno, error.offset, error.end_lineno, error.end_offset, error.text
    )
}

fn show_warnings(warnings: &[Warning]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for warning in warnings {
        let text = format!(" W{} {:?}", warning.lineno, warning.message);
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    shown.concat()
}

fn answer(source: &str, mode: Mode) -> String {
    match parse(source, mode, &Options::default()) {
        Ok(parsed) => format!("OK {}{}", dump::dump(&parsed.tree, true), show_warnings(&parsed.warnings)),
        Err(e) => format!("{}{}", show_error(&e.error), show_warnings(&e.warnings)),
    }
}

#[test]
fn snippets_agree_with_the_reference() {
    let mut failures = Vec::new();
    let snippets: Vec<&str> = SNIPPETS.strip_prefix("%%% ").expect("header").split("\n%%% ").collect();
    let expected: Vec<&str> = EXPECTED.lines().collect();
    assert_eq!(snippets.len(), expected.len());
    for (index, (snippet, expected)) in snippets.iter().zip(&expected).enumerate() {
        let (mode, body) = snippet.split_once('\n').expect("mode");
        let mode = match mode {
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            "func_type" => Mode::FuncType,
            _ => Mode::Exec,
        };
        // The file's own end is no part of the last snippet.
        let last = index + 1 == snippets.len();
        let body = if last { body.strip_suffix('\n').unwrap_or(body) } else { body };
        let answer = answer(body, mode);
        if answer != *expected {
            failures.push(format!("{body:?}\n  ref {expected}\n  our {answer}"));
        }
    }
    assert!(failures.is_empty(), "{} snippets differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn incomplete_input_is_told_apart() {
    let options = Options { allow_incomplete_input: true, dont_imply_dedent: true, ..Options::default() };
    let kind = |source: &str| parse(source, Mode::Single, &options).err().map(|e| format!("{:?}", e.error.kind));
    assert_eq!(kind("x = (1,").as_deref(), Some("IncompleteInput"));
    assert_eq!(kind("'''abc").as_deref(), Some("IncompleteInput"));
    assert_eq!(kind("def f():").as_deref(), Some("IncompleteInput"));
    assert_eq!(kind("x y").as_deref(), Some("IncompleteInput"));
    assert_eq!(kind("x y\n").as_deref(), Some("Syntax"));
    assert_eq!(kind("1 +\n").as_deref(), Some("Syntax"));
    assert_eq!(kind("x]").as_deref(), Some("Syntax"));
    assert_eq!(kind("x = 1\n"), None);
}

#[test]
fn type_comments_and_versions() {
    let options = Options { type_comments: true, ..Options::default() };
    let source = "x = 1 # type: int\nfor a in b: # type: str\n  pass\ndef f(a, # type: int\n  b):\n  # type: (...) -> None\n  pass # type: ignore[x]\n";
    let parsed = parse(source, Mode::Exec, &options).expect("type comments");
    let text = dump::dump(&parsed.tree, false);
    for part in [
        "type_comment='int')",
        "type_comment='str')",
        "arg(arg='a', type_comment='int')",
        "type_comment='(...) -> None'",
        "TypeIgnore(lineno=7, tag='[x]')",
    ] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    let old = Options { feature_version: 9, ..Options::default() };
    let error = parse("match x:\n  case y: pass\n", Mode::Exec, &old).expect_err("3.9 has no match");
    assert_eq!(error.error.message, "Pattern matching is only supported in Python 3.10 and greater");
}

#[test]
fn huge_integers_are_refused() {
    let digits = "9".repeat(5000);
    let error = parse(&digits, Mode::Eval, &Options::default()).expect_err("too many digits");
    assert!(error.error.message.starts_with("Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits"));
    assert!(parse(&digits, Mode::Eval, &Options { int_digits_max: 0, ..Options::default() }).is_ok());
}
