//! Development tool: parse mutated files, to find crashes, hangs and slow error paths.
//!
//! `mutate COUNT SEED FILE…` makes COUNT mutants of the files (bytes deleted, doubled, swapped, replaced; lines moved)
//! and prints how many parsed, and the slowest.

use std::time::Instant;

use taipan_syntax::lex::tokenize::TokenSource;
use taipan_syntax::{Mode, Options, parse};

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

const BYTES: &[u8] = b"()[]{}:,;.=+-*/@&|^~<>!\\#'\"fbrtu019_xj \t\n\r\x0c$?\xc3\xa9\xe2";

fn mutate(data: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(6) {
        let at = random.below(data.len());
        match random.below(6) {
            0 => drop(data.drain(at..(at + 1 + random.below(20)).min(data.len()))),
            1 => {
                let piece = data[at..(at + 1 + random.below(40)).min(data.len())].to_vec();
                let to = random.below(data.len());
                data.splice(to..to, piece);
            }
            2 => {
                let other = random.below(data.len());
                data.swap(at, other);
            }
            3 => data.truncate(at.max(1)),
            4 => data.insert(at, BYTES[random.below(BYTES.len())]),
            _ => data[at] = BYTES[random.below(BYTES.len())],
        }
        if data.is_empty() {
            data.push(b'x');
        }
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().and_then(|a| a.parse().ok()).expect("COUNT");
    let seed: u64 = args.next().and_then(|a| a.parse().ok()).expect("SEED");
    let mut random = Random(seed | 1);
    let files: Vec<Vec<u8>> = args.filter_map(|path| std::fs::read(path).ok()).filter(|d| !d.is_empty()).collect();
    let (mut parsed, mut slowest) = (0, (0.0, String::new()));
    for round in 0..count {
        let mut data = files[random.below(files.len())].clone();
        mutate(&mut data, &mut random);
        let text = String::from_utf8_lossy(&data).into_owned();
        let start = Instant::now();
        let result = parse(&text, [Mode::Exec, Mode::Single][round % 2], &Options::default());
        let per_byte = start.elapsed().as_nanos() as f64 / (text.len() + 2000) as f64;
        let message = result.as_ref().map_or_else(|e| e.error.to_string(), |_| "parsed".into());
        parsed += usize::from(result.is_ok());
        if per_byte > slowest.0 {
            slowest = (per_byte, format!("{} bytes: {message}", text.len()));
        }
        TokenSource::new(&text, true).tokens().for_each(drop);
    }
    println!("{count} mutants, {parsed} parsed; slowest {:.0} ns/byte ({})", slowest.0, slowest.1);
}
