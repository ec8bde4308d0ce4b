//! Differential check against the reference: each input line is a list of integers, the output line its comparisons in order and
//! the sorted permutation.
use std::io::{BufRead, Write};

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let keys: Vec<(i64, usize)> =
            line.split_whitespace().enumerate().map(|(i, w)| (w.parse().unwrap(), i)).collect();
        let mut sorted = keys.clone();
        let mut hash = 0u64;
        let mut count = 0;
        let done: Result<(), ()> = taipan_algo_hash::sort(&mut sorted, |a, b| {
            hash = (hash * 1_000_003 + a.1 as u64 * 7919 + b.1 as u64) % ((1 << 40) - 87);
            count += 1;
            Ok(a.0 < b.0)
        });
        done.unwrap();
        let order: Vec<String> = sorted.iter().map(|k| k.1.to_string()).collect();
        writeln!(out, "{count} {hash} {}", order.join(" ")).unwrap();
    }
}
