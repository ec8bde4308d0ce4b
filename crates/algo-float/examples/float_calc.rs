//! Differential check against the reference: one request a line, fields separated by tabs, doubles as hexadecimal bits.
use std::io::{BufRead, Write};

#[path = "../tests/it/ops.rs"]
mod ops;

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        writeln!(out, "{}", ops::run(&line.split('\t').collect::<Vec<_>>())).unwrap();
    }
}
