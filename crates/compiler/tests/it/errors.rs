//! Errors and warnings: `tests/data/errors.txt` holds sources with what CPython 3.14 says of them.
//!
//! A case is the source, then a line `=> ok` or `=> message|line|offset`, then a line `-> message|line` for each
//! warning, then `----`. Only errors that the compiler finds are here; the parser's are its own tests' matter.

fn outcome(source: &str) -> Vec<String> {
    let parsed = match taipan_syntax::parse(source, taipan_syntax::Mode::Exec, &Default::default()) {
        Ok(parsed) => parsed,
        Err(error) => return vec![format!("parse: {}", error.error.message)],
    };
    match taipan_compiler::compile(&parsed.tree, &taipan_compiler::Options::new("errors.py")) {
        Ok((code, warnings)) => {
            let mut lines = vec!["=> ok".to_owned()];
            lines.extend(warnings.iter().map(|w| format!("-> {}|{}", w.message, w.span.lineno)));
            if let Err(error) = taipan_bytecode::verify::verify(&code) {
                lines.push(error.to_string());
            }
            lines
        }
        Err(error) => {
            let span = error.span.unwrap_or_default();
            vec![format!("=> {}|{}|{}", error.message, span.lineno, span.col_offset + 1)]
        }
    }
}

#[test]
fn errors_are_cpythons() {
    let text = include_str!("../data/errors.txt");
    let mut failures = Vec::new();
    let mut count = 0;
    for case in text.split("----\n").filter(|case| !case.is_empty()) {
        let (source, expected) = case.split_once("=> ").unwrap();
        let expected: Vec<&str> = expected.lines().collect();
        let mut now = outcome(source);
        now[0] = now[0].trim_start_matches("=> ").to_owned();
        count += 1;
        if now != expected {
            failures.push(format!("{source}expected {expected:?}\n     got {now:?}"));
        }
    }
    assert!(count > 100);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn deep_nesting_is_a_recursion_error() {
    // Run on a stack of the size that threads get.
    let run = |source: String| {
        std::thread::Builder::new()
            .stack_size(8 << 20)
            .spawn(move || {
                let Ok(parsed) = taipan_syntax::parse(&source, taipan_syntax::Mode::Exec, &Default::default()) else {
                    return "parse".to_owned();
                };
                match taipan_compiler::compile(&parsed.tree, &taipan_compiler::Options::new("deep.py")) {
                    Ok(_) => "ok".to_owned(),
                    Err(error) => error.message,
                }
            })
            .unwrap()
            .join()
            .unwrap()
    };
    // Chains are no nesting.
    assert_eq!(run(format!("x = {}1", "a + ".repeat(900))), "ok");
    assert_eq!(run(format!("if a: pass\n{}", "elif b: pass\n".repeat(900))), "ok");
    for source in [
        format!("x = {}1", "-".repeat(3000)),
        format!("x = a{}", ".b".repeat(3000)),
        format!("x = {}1", "lambda: ".repeat(3000)),
        format!("x = a{}", "()".repeat(3000)),
    ] {
        let result = run(source);
        assert!(matches!(result.as_str(), "ok" | "parse") || result.contains("recursion depth"), "{result}");
    }
}
