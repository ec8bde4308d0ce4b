//! Milliseconds to sort a million integers: random, ascending with noise, few values.
use std::time::Instant;
use taipan_algo_hash::{Mt19937, sort, sort_with_values};

fn main() {
    let mut r = Mt19937::from_word(1);
    let random: Vec<u64> = (0..1_000_000).map(|_| u64::from(r.next_u32())).collect();
    let noisy: Vec<u64> = (0..1_000_000).map(|i| if r.next_u32() < 1 << 26 { 0 } else { i }).collect();
    let few: Vec<u64> = (0..1_000_000).map(|_| u64::from(r.next_u32() >> 28)).collect();
    for (name, list) in [("random", random), ("noisy", noisy), ("few", few)] {
        let mut keys = list.clone();
        let start = Instant::now();
        let _ = sort(&mut keys, |a, b| Ok::<_, ()>(a < b));
        let alone = start.elapsed();
        let (mut keys, mut values) = (list.clone(), list);
        let start = Instant::now();
        let _ = sort_with_values(&mut keys, &mut values, |a, b| Ok::<_, ()>(a < b));
        println!("{name} {} {}", alone.as_millis(), start.elapsed().as_millis());
    }
}
