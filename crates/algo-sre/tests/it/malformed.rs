//! Code that no compiler emits is refused or matched without a panic; long subjects and interrupts are survived.

use taipan_algo_sre::*;

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    *state >> 33
}

/// Breaks the run off after a while: mangled code may well describe an exponential pattern.
struct Impatient(u32);

impl Env for Impatient {
    fn interrupted(&mut self) -> bool {
        self.0 += 1;
        self.0 > 0
    }

    fn stack_bytes_max(&self) -> usize {
        1 << 20
    }
}

fn search(program: &Program, text: &[u8], env: &mut dyn Env) -> Result<bool, Stop> {
    let request = Request { mode: Mode::Search, pos: 0, end: text.len(), must_advance: false };
    run(program, text, request, &mut Scratch::default(), env)
}

#[test]
fn mangled_code_never_panics() {
    let mut seed = 7;
    let (mut accepted, mut refused) = (0, 0);
    for line in include_str!("patterns.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let code = crate::hex_words(fields[2], ' ');
        for _ in 0..8 {
            let mut code = code.clone();
            for _ in 0..1 + next(&mut seed) % 3 {
                let at = next(&mut seed) as usize % code.len();
                code[at] = match next(&mut seed) % 4 {
                    0 => next(&mut seed) as u32 % 45,
                    1 => code[at].wrapping_add(next(&mut seed) as u32 % 5).wrapping_sub(2),
                    2 => u32::MAX,
                    _ => code[next(&mut seed) as usize % code.len()],
                };
            }
            match Program::new(&code, fields[0].parse().unwrap()) {
                Ok(program) => {
                    accepted += 1;
                    let _ = search(&program, b"aab aB\xe9\nabc", &mut Impatient(0));
                }
                Err(BadCode) => refused += 1,
            }
        }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted} {refused}");
}

/// `(?:(?:a?)*)*b` and kin, written by hand: REPEAT nested `depth` deep.
fn nested(depth: usize) -> Vec<u32> {
    let mut code = vec![19, 97];
    code[0] = 16;
    for _ in 0..depth {
        let mut outer = vec![23, code.len() as u32 + 3, 0, u32::MAX];
        outer.extend(&code);
        outer.push(18);
        code = outer;
    }
    code.push(1);
    code
}

#[test]
fn deep_patterns_and_long_subjects_need_no_rust_stack() {
    let deep = Program::new(&nested(3000), 0).unwrap();
    assert_eq!(search(&deep, b"aaab", &mut NoEnv), Ok(true));
    // (?:a|b)*c over a million characters.
    let code = [23, 15, 0, u32::MAX, 7, 5, 16, 97, 15, 7, 5, 16, 98, 15, 2, 0, 18, 16, 99, 1];
    let long = Program::new(&code, 0).unwrap();
    assert_eq!(search(&long, &b"ab".repeat(2000), &mut NoEnv), Ok(false));
    let mut text = b"ab".repeat(500_000);
    text.push(b'c');
    assert_eq!(search(&long, &text, &mut NoEnv), Ok(true));
}

#[test]
fn exponential_patterns_can_be_interrupted() {
    // (?:a?a?)*b written as nested repeats of options.
    let program = Program::new(&[23, 17, 0, u32::MAX, 24, 6, 0, 1, 16, 97, 1, 24, 6, 0, 1, 16, 97, 1, 18, 16, 98, 1], 0).unwrap();
    assert_eq!(search(&program, &[b'a'; 60], &mut Impatient(0)), Err(Stop::Interrupted));
}
