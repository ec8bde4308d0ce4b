//! Patterns compiled and matched by the reference (`gen/record.py`), matched by us; and code that no compiler emits.

use taipan_algo_sre::*;

mod malformed;

pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 != 0 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

fn show(found: bool, groups: usize, scratch: &Scratch) -> String {
    if !found {
        return "-".into();
    }
    let (start, end) = scratch.span();
    let mut out = format!("{start},{end}");
    for group in 1..=groups {
        match scratch.group(group) {
            Some((start, end)) => out.push_str(&format!(";{start},{end}")),
            None => out.push_str(";-1,-1"),
        }
    }
    format!("{out};{}", scratch.last_index().unwrap_or(0))
}

trait Kind: Copy {
    fn run(p: &Program, text: &[Self], request: Request, scratch: &mut Scratch) -> bool;
}

macro_rules! kinds {
    ($($unit:ty)*) => {$(
        impl Kind for $unit {
            fn run(p: &Program, text: &[Self], request: Request, scratch: &mut Scratch) -> bool {
                run(p, text, request, scratch, &mut NoEnv).unwrap()
            }
        }
    )*};
}

kinds!(u8 u16 u32);

fn results<T: Kind>(p: &Program, text: &[T]) -> String {
    let n = text.len();
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for (pos, end) in [(0, n), (1, n), (0, n.saturating_sub(1)), (2, n + 5), (3, 1)] {
        for mode in [Mode::Match, Mode::FullMatch, Mode::Search] {
            let found = T::run(p, text, Request { mode, pos, end, must_advance: false }, &mut scratch);
            out.push(show(found, p.groups(), &scratch));
        }
    }
    let (mut pos, mut must_advance, mut all) = (0, false, Vec::new());
    while pos <= n && T::run(p, text, Request { mode: Mode::Search, pos, end: n, must_advance }, &mut scratch) {
        all.push(show(true, p.groups(), &scratch));
        let (start, end) = scratch.span();
        (pos, must_advance) = (end, start == end);
    }
    out.push(all.join(" "));
    out.join("|")
}

fn hex_words(field: &str, separator: char) -> Vec<u32> {
    field.split(separator).filter(|word| !word.is_empty()).map(|word| u32::from_str_radix(word, 16).unwrap()).collect()
}

fn check(line: &str) -> Result<(), String> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [groups, _kind, code, text, crc, source] = fields[..] else { panic!("{line}") };
    let text = hex_words(text, ',');
    let program = Program::new(&hex_words(code, ' '), groups.parse().unwrap()).map_err(|e| format!("{e:?} {source}"))?;
    let mut answers = vec![results(&program, &text)];
    if let Ok(units) = text.iter().map(|&ch| u16::try_from(ch)).collect::<Result<Vec<_>, _>>() {
        answers.push(results(&program, &units));
    }
    if let Ok(units) = text.iter().map(|&ch| u8::try_from(ch)).collect::<Result<Vec<_>, _>>() {
        answers.push(results(&program, &units));
    }
    for answer in &answers {
        if format!("{:08x}", crc32(answer.as_bytes())) != crc {
            let text: String = text.iter().filter_map(|&ch| char::from_u32(ch)).collect();
            return Err(format!("{source}\n on {text:?}\n gives {}", answers.join("\n       ")));
        }
    }
    Ok(())
}

fn check_all(lines: &str) {
    let wrong: Vec<String> = lines.lines().filter_map(|line| check(line).err()).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}

#[test]
fn patterns_match_as_the_reference() {
    check_all(include_str!("patterns.txt"));
    if let Ok(path) = std::env::var("TAIPAN_SRE_PATTERNS") {
        check_all(&std::fs::read_to_string(path).unwrap());
    }
}
