//! Sorting: order of comparisons as CPython, stability, errors, nonsense comparisons.
use taipan_algo_hash::{Mt19937, sort, sort_with_values};

/// Comparisons of `list.sort` for such lists, folded: recorded by `examples/sort_trace.rs` and its twin on the reference.
fn trace(values: &[i64]) -> (usize, u64) {
    let mut keys: Vec<(i64, usize)> = values.iter().copied().zip(0..).collect();
    let (mut count, mut fold) = (0, 0u64);
    sort(&mut keys, |a, b| {
        fold = (fold * 1_000_003 + a.1 as u64 * 7919 + b.1 as u64) % ((1 << 40) - 87);
        count += 1;
        Ok::<_, ()>(a.0 < b.0)
    })
    .unwrap();
    assert!(keys.windows(2).all(|w| w[0] < w[1]), "sorted and stable");
    (count, fold)
}

fn lists() -> [Vec<i64>; 5] {
    let n = 1000i64;
    [
        (0..n).map(|i| i * i % 1009).collect(),
        (0..n).map(|i| i * i % 7).collect(),
        (0..n).map(|i| (n - i) / 3).collect(),
        (0..n).map(|i| if i % 100 < 90 { i } else { -i }).collect(),
        (0..n / 2).chain((0..n / 2).map(|i| i + i % 3)).collect(),
    ]
}

#[test]
fn comparisons_in_cpythons_order() {
    let expected = [(8506, 978305584035), (5624, 436991593662), (1665, 244620216457), (1356, 1060717661963), (3809, 429552085336)];
    for (list, expected) in lists().iter().zip(expected) {
        assert_eq!(trace(list), expected);
    }
}

#[test]
fn values_move_with_keys() {
    let mut r = Mt19937::from_word(1);
    let mut keys: Vec<u32> = (0..5000).map(|_| r.next_u32() % 300).collect();
    let mut values: Vec<(u32, usize)> = keys.iter().copied().zip(0..).collect();
    sort_with_values(&mut keys, &mut values, |a, b| Ok::<_, ()>(a < b)).unwrap();
    assert!(keys.iter().zip(&values).all(|(k, v)| *k == v.0));
    assert!(values.windows(2).all(|w| w[0] < w[1]));
}

#[test]
fn errors_and_nonsense_leave_a_permutation() {
    let mut r = Mt19937::from_word(7);
    for round in 0..600usize {
        let n = 1 + r.next_u32() as usize % 700;
        let fail_at = if round % 2 == 0 { r.next_u32() as usize % (n * 8) } else { usize::MAX };
        let mut keys: Vec<usize> = (0..n).collect();
        let runs = 1 + r.next_u32() as usize % 50;
        keys.sort_by_key(|k| (k * 7919 % runs, *k));
        let mut count = 0;
        let noise = round % 3;
        let mut flip = r.clone();
        let result = sort(&mut keys, |a, b| {
            count += 1;
            if count > fail_at {
                return Err(());
            }
            Ok(match noise {
                0 => a < b,
                1 => flip.next_u32() & 1 == 1,
                _ => (a < b) != flip.next_u32().is_multiple_of(20),
            })
        });
        assert_eq!(result.is_err(), count > fail_at);
        keys.sort_unstable();
        assert!(keys.iter().copied().eq(0..n), "round {round}");
    }
}
