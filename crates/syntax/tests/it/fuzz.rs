//! Broken and extreme source never crashes, hangs or overflows the stack.

use taipan_syntax::lex::tokenize::TokenSource;
use taipan_syntax::{Mode, Options, parse};

/// xorshift64*: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    }
}

const PIECES: &[&str] = &[
    "(", ")", "[", "]", "{", "}", ":", ",", ";", ".", "=", "==", ":=", "->", "+", "*", "**", "/", "//", "@", "&", "|",
    "~", "<", ">", "!=", "!", "...", "\\", "\\\n", "#", "'", "\"", "'''", "\"\"\"", "f'", "f\"\"\"", "t'", "rb'", "0x",
    "1_", "1e", "0777", "99", "if ", "else ", "elif ", "for ", " in ", "while ", "def ", "class ", "return ", "lambda ",
    " not ", " and ", " or ", " is ", "import ", "from ", " as ", "try:", "except ", "finally:", "with ", "async ",
    "await ", "yield ", "None", "match ", "case ", "type ", "_", "print ", "x", "é", "€", "\u{FEFF}", "\u{200b}", "\n",
    "\n    ", "\n\t", "\n  ", " ", "\t", "\x0c", "\r", "\r\n", "\x01", "{{", "}}", "{x!r:", "{x=}", "\\N{", "\\xZ", "$", "?",
];

const MODES: [Mode; 4] = [Mode::Exec, Mode::Eval, Mode::Single, Mode::FuncType];

fn check(source: &str, mode: Mode, options: &Options) {
    match parse(source, mode, options) {
        Ok(parsed) => drop(parsed),
        Err(e) => assert!(!e.error.message.is_empty(), "{source:?}"),
    }
}

#[test]
fn random_pieces() {
    let mut random = Random(0x5EED_0001);
    let options = [
        Options::default(),
        Options { type_comments: true, feature_version: 7, ..Options::default() },
        Options { allow_incomplete_input: true, dont_imply_dedent: true, ..Options::default() },
    ];
    for round in 0..3_000 {
        let length = 1 + random.next(40);
        let source: String = (0..length).map(|_| PIECES[random.next(PIECES.len())]).collect();
        check(&source, MODES[round % 4], &options[round % 3]);
        for token in TokenSource::new(&source, round % 2 == 0).tokens().take(10_000) {
            drop(token);
        }
    }
}

#[test]
fn mutated_source() {
    let seed = include_str!("data/snippets.txt").replace("%%% exec\n", "");
    let pieces: Vec<&str> = seed.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
    let mut random = Random(0x5EED_0002);
    for round in 0..1_500 {
        let at = random.next(pieces.len());
        let mut part: Vec<&str> = pieces[at..(at + 60).min(pieces.len())].to_vec();
        for _ in 0..1 + random.next(4) {
            let at = random.next(part.len());
            match random.next(3) {
                0 => drop(part.remove(at)),
                1 => part.insert(at, PIECES[random.next(PIECES.len())]),
                _ => part[at] = PIECES[random.next(PIECES.len())],
            }
            if part.is_empty() {
                break;
            }
        }
        check(&part.concat(), MODES[round % 4], &Options::default());
    }
}

#[test]
fn deep_and_long_source() {
    let deep = [
        "(".repeat(100_000),
        "[".repeat(150) + "$",
        "-".repeat(100_000) + "1",
        "not ".repeat(900) + "1 $",
        "lambda:".repeat(900) + "1",
        "lambda:".repeat(900) + "$",
        String::from("a") + &".b".repeat(300_000),
        String::from("a") + &"()".repeat(7_000) + " $",
        "1+".repeat(7_000) + "1",
        "1+".repeat(300_000) + "1 $",
        "a if b else ".repeat(900) + "$",
        "a**".repeat(900) + "$",
        String::from("if a: b\n") + &"elif a: b\n".repeat(20_000),
        "f'{".repeat(300),
        "[x for x in ".repeat(150) + "$",
        "{1:".repeat(150) + "$",
        "f(a=".repeat(150) + "b c" + &")".repeat(150),
        String::from("match x:\n case ") + &"(".repeat(150) + "a $",
        String::from("match x:\n case a") + &".b".repeat(20_000) + ": pass",
        (0..101).map(|i| " ".repeat(i) + "if 1:\n").collect(),
        "x = ".repeat(50_000) + "1",
        "a, ".repeat(50_000) + "b c",
        "a < ".repeat(50_000) + "b",
        "async ".repeat(10_000),
        "with (".repeat(150),
    ];
    // As much stack as a main thread has; an unoptimised build needs it.
    let run = move || deep.iter().for_each(|source| check(source, Mode::Exec, &Options::default()));
    std::thread::Builder::new().stack_size(8 << 20).spawn(run).expect("a thread").join().expect("no crash");
}
