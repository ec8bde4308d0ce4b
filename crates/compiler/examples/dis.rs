//! `dis FILE…`: compile files (`-` for standard input) and print their disassembly; a development tool.
//!
//! `--check DIR…` compiles and verifies every `.py` file below the directories and prints only what fails.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // Deep recursion is bounded by a depth limit that fits a main thread's stack; be as strict here.
    if args.first().is_some_and(|a| a == "--check") {
        let mut paths = Vec::new();
        for root in &args[1..] {
            files(Path::new(root), &mut paths);
        }
        paths.sort();
        return check(&paths);
    }
    if args.first().is_some_and(|a| a == "--errors") {
        return errors(&args[1]);
    }
    if args.first().is_some_and(|a| a == "--lines") {
        for path in &args[1..] {
            let Ok(source) = std::fs::read_to_string(path) else { continue };
            let Ok(parsed) = taipan_syntax::parse(&source, taipan_syntax::Mode::Exec, &Default::default()) else {
                continue;
            };
            let options = taipan_compiler::Options::new(path.as_str());
            let Ok((code, _)) = taipan_compiler::compile(&parsed.tree, &options) else { continue };
            let mut lines = Vec::new();
            show_lines(&code, &mut lines);
            lines.sort();
            println!("== {path}\n{}", lines.join("\n"));
        }
        return;
    }
    if args.first().is_some_and(|a| a == "--symtable") {
        for path in &args[1..] {
            let Ok(source) = std::fs::read_to_string(path) else { continue };
            let Ok(parsed) = taipan_syntax::parse(&source, taipan_syntax::Mode::Exec, &Default::default()) else {
                continue;
            };
            let options = taipan_compiler::Options::new(path.as_str());
            println!("== {path}");
            match taipan_compiler::symbol_table(&parsed.tree, &options) {
                Ok(table) => show_entry(&taipan_compiler::symtable::view::entries(&table)),
                Err(error) => println!("{error}"),
            }
        }
        return;
    }
    let shape_only = args.first().is_some_and(|a| a == "--shape");
    for arg in args.into_iter().filter(|a| a != "--shape") {
        let mut source = String::new();
        let read = match arg.as_str() {
            "-" => std::io::stdin().read_to_string(&mut source).map(|_| ()),
            path => std::fs::read_to_string(path).map(|text| source = text),
        };
        if let Err(error) = read {
            println!("{arg}: {error}");
            continue;
        }
        let parsed = match taipan_syntax::parse(&source, taipan_syntax::Mode::Exec, &Default::default()) {
            Ok(parsed) => parsed,
            Err(error) => {
                println!("{arg}: {:?}", error.error);
                continue;
            }
        };
        match taipan_compiler::compile(&parsed.tree, &taipan_compiler::Options::new(arg.as_str())) {
            Err(error) => println!("{arg}: {error}"),
            Ok((code, warnings)) if shape_only => {
                let mut lines = Vec::new();
                shape(&code, &mut lines);
                lines.sort();
                println!("== {arg}\n{}", lines.join("\n"));
                for warning in warnings {
                    let span = warning.span;
                    println!("warning: {} {} {}", warning.message, span.lineno, span.col_offset + 1);
                }
            }
            Ok((code, warnings)) => {
                print!("{}", taipan_bytecode::dis::disassemble(&code));
                for warning in warnings {
                    println!("warning: {} {:?}", warning.message, warning.span);
                }
                if let Err(error) = taipan_bytecode::verify::verify(&code) {
                    println!("VERIFY: {error}");
                }
            }
        }
    }
}

/// Lines that have code, for each code object.
fn show_lines(code: &taipan_bytecode::CodeSpec, out: &mut Vec<String>) {
    let reader = taipan_bytecode::linetable::Reader::new(&code.linetable, code.firstlineno);
    let mut lines: Vec<i32> = reader.map(|(location, _)| location.line).filter(|&line| line > 0).collect();
    lines.sort_unstable();
    lines.dedup();
    out.push(format!("{} {} {lines:?}", code.qualname, code.firstlineno));
    for constant in &code.consts {
        if let taipan_bytecode::Const::Code(inner) = constant {
            show_lines(inner, out);
        }
    }
}

fn show_entry(entry: &taipan_compiler::symtable::view::Entry) {
    let mut symbols: Vec<String> = entry.symbols.iter().map(|(name, flags)| format!("{name}={flags:x}")).collect();
    symbols.sort();
    let varnames: Vec<&str> = entry.varnames.iter().map(|n| n.as_str()).collect();
    println!(
        "{} {} {} {} [{}] {}",
        entry.kind,
        entry.name,
        entry.lineno,
        u8::from(entry.nested),
        symbols.join(","),
        varnames.join(",")
    );
    entry.children.iter().for_each(show_entry);
}

/// Outcomes for the snippets in a file, separated by NUL.
fn errors(path: &str) {
    let Ok(text) = std::fs::read_to_string(path) else { return };
    for (index, source) in text.split('\0').enumerate() {
        if source.is_empty() {
            continue;
        }
        let parsed = match taipan_syntax::parse(source, taipan_syntax::Mode::Exec, &Default::default()) {
            Ok(parsed) => parsed,
            Err(error) => {
                println!("{index} {}|{}|{} []", error.error.message, error.error.lineno, error.error.offset);
                continue;
            }
        };
        let shown = match taipan_compiler::compile(&parsed.tree, &taipan_compiler::Options::new("f")) {
            Ok((code, mut warnings)) => {
                if let Err(error) = taipan_bytecode::verify::verify(&code) {
                    println!("{index} VERIFY {error}");
                    continue;
                }
                warnings.sort_by(|a, b| a.message.cmp(&b.message));
                let warnings: Vec<String> =
                    warnings.iter().map(|w| format!("'{}@{}'", w.message, w.span.lineno)).collect();
                format!("ok [{}]", warnings.join(", "))
            }
            Err(error) => match error.span {
                Some(span) => format!("{}|{}|{} []", error.message, span.lineno, span.col_offset + 1),
                None => format!("{error} []"),
            },
        };
        println!("{index} {shown}");
    }
}

/// What CPython's code objects must agree with, one line a code object.
fn shape(code: &taipan_bytecode::CodeSpec, lines: &mut Vec<String>) {
    let list = |names: Vec<&str>| names.join(",");
    let docstring = match code.consts.first() {
        Some(taipan_bytecode::Const::Str(text)) if code.flags & taipan_bytecode::flags::HAS_DOCSTRING != 0 => {
            text.to_string().len()
        }
        _ => 0,
    };
    lines.push(format!(
        "{}|{}|{}|{:x}|{}/{}/{}|{}|{}|{}|{docstring}",
        code.qualname,
        code.name,
        code.firstlineno,
        code.flags & !taipan_bytecode::flags::FUTURE_MASK,
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        list({
            let mut names: Vec<&str> = code.varnames().collect();
            let args = (code.argcount + code.kwonlyargcount) as usize;
            names[args..].sort_unstable();
            names
        }),
        list(code.cellvars().collect()),
        list(code.freevars().collect()),
    ));
    for constant in &code.consts {
        if let taipan_bytecode::Const::Code(inner) = constant {
            shape(inner, lines);
        }
    }
}

fn files(root: &Path, out: &mut Vec<PathBuf>) {
    if root.is_file() {
        out.push(root.to_path_buf());
    }
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "py") {
            out.push(path);
        }
    }
}

fn check(paths: &[PathBuf]) {
    let (mut parsing, mut compiling, mut verifying) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut writing, mut reading, mut size) = (Duration::ZERO, Duration::ZERO, 0);
    let (mut count, mut failures, mut unparsed) = (0, 0, 0);
    for path in paths {
        let Ok(source) = std::fs::read_to_string(path) else { continue };
        let start = Instant::now();
        let parsed = match taipan_syntax::parse(&source, taipan_syntax::Mode::Exec, &Default::default()) {
            Ok(parsed) => parsed,
            Err(error) => {
                println!("{}: parse: {}", path.display(), error.error.message);
                unparsed += 1;
                continue;
            }
        };
        parsing += start.elapsed();
        let start = Instant::now();
        let options = taipan_compiler::Options::new(path.to_string_lossy().as_ref());
        let result = taipan_compiler::compile(&parsed.tree, &options);
        compiling += start.elapsed();
        count += 1;
        match result {
            Err(error) => {
                failures += 1;
                println!("{}: {error}", path.display());
            }
            Ok((code, _)) => {
                let start = Instant::now();
                if let Err(error) = taipan_bytecode::verify::verify(&code) {
                    failures += 1;
                    println!("{}: {error}", path.display());
                }
                verifying += start.elapsed();
                let start = Instant::now();
                let bytes = taipan_bytecode::serial::to_bytes(&code);
                writing += start.elapsed();
                size += bytes.len();
                let start = Instant::now();
                let read = taipan_bytecode::serial::from_bytes(&bytes);
                reading += start.elapsed();
                if read.as_ref() != Ok(&code) {
                    failures += 1;
                    println!("{}: serialisation differs", path.display());
                }
            }
        }
    }
    println!("{count} files, {unparsed} not parsed, {failures} failures");
    println!("parse {parsing:?}, compile {compiling:?}, verify {verifying:?}, write {writing:?}, read {reading:?}, {size} bytes");
}
