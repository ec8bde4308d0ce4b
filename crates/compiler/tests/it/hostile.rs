//! Bad source gives an error, never a panic or a hang: mutated programs with fixed seeds, and extreme nesting.
//! What compiles must pass the verifier.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use taipan_bytecode::serial;
use taipan_compiler::{Options, compile};
use taipan_syntax::Mode;
use taipan_testkit::mutate::{Mutator, Rng};
use taipan_text::decode::decode;

/// How many mutated sources: enough for the "10,000" of the project's issue.
const CASES: u64 = 10_000;
/// A single input of a few kilobytes must not take longer, even unoptimised on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(10);

/// The programs of tests/py: dense, and of every kind of construct.
fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/py");
    let mut found: Vec<Vec<u8>> = taipan_testkit::cases(&root, "")
        .into_iter()
        .map(|case| fs::read(case.path).expect("a readable case"))
        .collect();
    assert!(found.len() > 50, "tests/py is not where it should be");
    found.sort();
    found
}

/// The whole way from bytes to verified code. Errors are fine; panics are not.
fn run(source: &[u8], mode: Mode) -> Result<(), String> {
    let mut no_codec = |name: &str, _: &[u8]| Err(format!("unknown encoding: {name}"));
    let Ok(text) = decode(source, None, &mut no_codec) else { return Ok(()) };
    let Ok(parsed) = taipan_syntax::parse(&text, mode, &taipan_syntax::Options::default()) else { return Ok(()) };
    let Ok((code, _)) = compile(&parsed.tree, &Options::new("<hostile>")) else { return Ok(()) };
    taipan_bytecode::verify::verify(&code).map_err(|error| format!("compiled code is refused: {error:?}"))
}

#[test]
fn mutated_sources_never_panic() {
    let seeds = seeds();
    let numbers: Vec<u64> = (0..CASES).collect();
    let failures = taipan_testkit::in_parallel(&numbers, |number| {
        let mut rng = Rng::new(*number ^ 0x5eed);
        let (a, b) = (rng.below(seeds.len()), rng.below(seeds.len()));
        let source = Mutator::new(*number).source(&seeds[a], &seeds[b], 1200);
        let mode = *rng.pick(&[Mode::Exec, Mode::Exec, Mode::Exec, Mode::Eval, Mode::Single]);
        let start = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| run(&source, mode)));
        let problem = match done {
            Ok(Ok(())) if start.elapsed() > TIME_MAX => "took too long".to_string(),
            Ok(Ok(())) => return Ok(()),
            Ok(Err(message)) => message,
            Err(_) => "panicked".to_string(),
        };
        Err(format!("case {number}, {mode:?}: {problem}: {:?}", String::from_utf8_lossy(&source)))
    });
    assert!(failures.is_empty(), "{} of {CASES}: {}", failures.len(), failures[..failures.len().min(5)].join("\n"));
}

#[test]
fn damaged_code_is_refused_or_harmless() {
    let written: Vec<Vec<u8>> = seeds()
        .iter()
        .filter_map(|source| {
            let text = std::str::from_utf8(source).ok()?;
            let parsed = taipan_syntax::parse(text, Mode::Exec, &taipan_syntax::Options::default()).ok()?;
            let (code, _) = compile(&parsed.tree, &Options::new("<seed>")).ok()?;
            let bytes = serial::to_bytes(&code);
            let again = serial::from_bytes(&bytes).expect("what was written can be read");
            assert_eq!(serial::to_bytes(&again), bytes, "reading and writing again changes nothing");
            taipan_bytecode::verify::verify(&again).expect("code that was read passes the verifier");
            Some(bytes)
        })
        .collect();
    assert!(written.len() > 40, "most of tests/py compiles");
    let numbers: Vec<u64> = (0..CASES).collect();
    let failures = taipan_testkit::in_parallel(&numbers, |number| {
        let data = &written[Rng::new(*number).below(written.len())];
        let damaged = Mutator::new(*number ^ 0xc0de).binary(data);
        let judge = || serial::from_bytes(&damaged).map(|code| taipan_bytecode::verify::verify(&code).is_ok());
        match catch_unwind(AssertUnwindSafe(judge)) {
            Ok(_) => Ok(()),
            Err(_) => Err(format!("case {number} panicked")),
        }
    });
    assert!(failures.is_empty(), "{} of {CASES}: {}", failures.len(), failures[..failures.len().min(5)].join("\n"));
}

#[test]
fn extreme_nesting_is_an_error() {
    // The stack that the program and its threads have; an unoptimised build needs more for the same depth.
    let stack_bytes = if cfg!(debug_assertions) { 64 << 20 } else { 8 << 20 };
    let thread = std::thread::Builder::new().stack_size(stack_bytes).spawn(nest).expect("a thread");
    thread.join().expect("no panic");
}

fn nest() {
    let n = 100_000;
    let pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("a[", "]"), ("-", "1"), ("not ", "1"), ("lambda: ", "1"), ("*", "a"), ("await ", "a")];
    for (open, close) in pairs {
        for tail in ["", "1"] {
            run(format!("{}{tail}{}", open.repeat(n), close.repeat(n)).as_bytes(), Mode::Exec).expect("no refusal");
            run(open.repeat(n).as_bytes(), Mode::Exec).expect("no refusal");
        }
    }
    let chains = ["1+", "1 if a else ", "a.", "a()", "a[0]", "a and ", "a < ", "x = ", "1**", "a, ", "'a' ", "@a\n", "x: ", "elif a: pass\n"];
    for chain in chains {
        run(chain.repeat(n / 5).as_bytes(), Mode::Exec).expect("no refusal");
        run(format!("{}1", chain.repeat(n / 5)).as_bytes(), Mode::Exec).expect("no refusal");
    }
    let blocks: String = (0..2000).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
    run(blocks.as_bytes(), Mode::Exec).expect("no refusal");
    run(format!("f'{}1{}'", "{".repeat(1000), "}".repeat(1000)).as_bytes(), Mode::Exec).expect("no refusal");
    run("f'{f\"".repeat(500).as_bytes(), Mode::Exec).expect("no refusal");
    run(format!("match a:\n case {}x{}: pass", "[".repeat(n), "]".repeat(n)).as_bytes(), Mode::Exec).expect("no refusal");
}
