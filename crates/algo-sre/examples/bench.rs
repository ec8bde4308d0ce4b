//! Compare with the reference's times in a file that `gen/bench.py` wrote: all matches of each pattern, without making objects.

use std::time::{Duration, Instant};
use taipan_algo_sre::*;

fn count<T>(program: &Program, text: &[T], scratch: &mut Scratch, run: fn(&Program, &[T], Request, &mut Scratch) -> bool) -> usize {
    let (mut pos, mut must_advance, mut count) = (0, false, 0);
    while pos <= text.len() && run(program, text, Request { mode: Mode::Search, pos, end: text.len(), must_advance }, scratch) {
        let (start, end) = scratch.span();
        (pos, must_advance, count) = (end, start == end, count + 1);
    }
    count
}

fn best(mut run: impl FnMut() -> usize) -> (usize, Duration) {
    let (mut least, mut spent, mut found) = (Duration::MAX, Duration::ZERO, 0);
    let mut runs = 0;
    while spent < Duration::from_millis(150) || runs < 8 {
        runs += 1;
        let start = Instant::now();
        found = run();
        let took = start.elapsed();
        (least, spent) = (least.min(took), spent + took);
    }
    (found, least)
}

fn main() {
    let path = std::env::args().nth(1).expect("a file written by gen/bench.py");
    let (mut product, mut cases) = (0.0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let code: Vec<u32> = fields[1].split(' ').map(|word| u32::from_str_radix(word, 16).unwrap()).collect();
        let bytes: Vec<u8> = (0..fields[4].len()).step_by(2).map(|i| u8::from_str_radix(&fields[4][i..i + 2], 16).unwrap()).collect();
        let program = Program::new(&code, fields[0].parse().unwrap()).unwrap();
        let mut scratch = Scratch::default();
        let (found, took) = if bytes.is_ascii() {
            best(|| count(&program, &bytes, &mut scratch, |p, t, r, s| run(p, t, r, s, &mut NoEnv).unwrap()))
        } else {
            let text: Vec<u16> = String::from_utf8(bytes).unwrap().encode_utf16().collect();
            best(|| count(&program, &text, &mut scratch, |p, t, r, s| run(p, t, r, s, &mut NoEnv).unwrap()))
        };
        let theirs: f64 = fields[3].parse().unwrap();
        let ratio = theirs / took.as_nanos() as f64;
        let (_, compile) = best(|| Program::new(&code, fields[0].parse().unwrap()).is_ok().into());
        println!("{ratio:7.2}x {theirs:12.0} ns  {:9.0} us to compile {} matches {}", compile.as_nanos() as f64 / 1e3, found, fields[5]);
        assert_eq!(found.to_string(), fields[2]);
        (product, cases) = (product + ratio.ln(), cases + 1);
    }
    println!("{:7.2}x geometric mean of {cases}", (product / f64::from(cases)).exp());
}
