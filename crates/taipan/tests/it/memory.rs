//! A limit on memory: programs that reach it get MemoryError, can handle it, and go on.

use std::process::Command;

fn run(limit: &str, program: &str) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_taipan")).args(["-X", limit, "-c", program]).output().expect("it starts");
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

const PROGRAM: &str = r#"
def large(kept):
    while True:
        kept.append(bytearray(1 << 20))
def small(kept):
    while True:
        kept.append([len(kept)])
def table(kept):
    d = {}
    kept.append(d)
    n = 0
    while True:
        d[str(n)] = n = n + 1
def text(kept):
    kept.append("")
    while True:
        kept[0] += "ab" * 100_000
def instances(kept):
    class C:
        def __init__(self):
            self.a, self.b = [], {}
    while True:
        kept.append(C())
def at_once(kept):
    return "x" * (1 << 40)
def nested(kept):
    def down(n):
        kept.append(bytes(50_000))
        return down(n + 1)
    import sys
    sys.setrecursionlimit(100_000)
    down(0)

for f in (large, small, table, text, instances, at_once, nested):
    for again in range(2):
        kept = []
        try:
            f(kept)
        except MemoryError as e:
            print(f.__name__, type(e).__name__, e.__traceback__ is not None)
        kept.clear()
print(sum(range(1000)))
"#;

#[test]
fn memory_errors_are_clean() {
    let (out, err, code) = run("memory_limit=48M", PROGRAM);
    let mut expected = String::new();
    for f in ["large", "small", "table", "text", "instances", "at_once", "nested"] {
        expected.push_str(&format!("{f} MemoryError True\n").repeat(2));
    }
    expected.push_str("499500\n");
    assert_eq!((out, err, code), (expected, String::new(), Some(0)));
}

#[test]
fn an_unhandled_memory_error_is_reported() {
    let (out, err, code) = run("memory_limit=32M", "kept = []\nwhile True:\n    kept.append(bytes(100_000))\n");
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(err.ends_with("MemoryError\n"), "{err}");
}

#[test]
fn the_limit_is_a_number_of_bytes() {
    let (_, err, code) = run("memory_limit=much", "pass");
    assert_eq!(code, Some(1));
    assert!(err.contains("memory_limit"), "{err}");
    assert_eq!(run("memory_limit=1G", "print(1)"), ("1\n".into(), String::new(), Some(0)));
}
