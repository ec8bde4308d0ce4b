//! Differential check against the reference: reads `op a b …` in hexadecimal, one request a line, writes the results.
use std::io::{BufRead, Write};

#[path = "../tests/it/ops.rs"]
mod ops;

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        writeln!(out, "{}", ops::run(&line.split(' ').collect::<Vec<_>>())).unwrap();
    }
}
