//! Golden files: `tests/golden/*.txt` hold a source, a line `----`, and its disassembly.
//!
//! `TAIPAN_UPDATE_GOLDEN=1 cargo test -p taipan-compiler` writes the disassemblies anew; review the difference.

use std::path::Path;

const SEPARATOR: &str = "----\n";

fn compiled(source: &str) -> String {
    let parsed = match taipan_syntax::parse(source, taipan_syntax::Mode::Exec, &Default::default()) {
        Ok(parsed) => parsed,
        Err(error) => return format!("{:?}\n", error.error),
    };
    match taipan_compiler::compile(&parsed.tree, &taipan_compiler::Options::new("golden.py")) {
        Ok((code, warnings)) => {
            let mut out = taipan_bytecode::dis::disassemble(&code);
            for warning in warnings {
                out.push_str(&format!("warning: {} (line {})\n", warning.message, warning.span.lineno));
            }
            if let Err(error) = taipan_bytecode::verify::verify(&code) {
                out.push_str(&format!("{error}\n"));
            }
            out
        }
        Err(error) => format!("{error}\n"),
    }
}

#[test]
fn disassembly_is_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = std::env::var_os("TAIPAN_UPDATE_GOLDEN").is_some();
    let mut different = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let (source, recorded) = text.split_once(SEPARATOR).unwrap();
        let now = compiled(source);
        assert!(!now.contains("malformed code"), "{}: {now}", path.display());
        count += 1;
        if now != recorded {
            if update {
                std::fs::write(&path, format!("{source}{SEPARATOR}{now}")).unwrap();
            } else {
                different.push(path);
            }
        }
    }
    assert!(count > 10);
    assert!(different.is_empty(), "disassembly differs (TAIPAN_UPDATE_GOLDEN=1 records it): {different:?}");
}
