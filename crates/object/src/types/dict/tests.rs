//! The tables against a plain model, and the aliasing of instance values. What Python sees is tested by programs.

use super::keys::Keys;
use super::*;
use crate::testing::with_cx;
use crate::types::int::PyInt;
use crate::types::set::PySet;
use crate::types::str::PyStr;
use std::collections::HashMap;

/// Xorshift: repeatable noise.
struct Rng(u64);
impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn int(n: u64, cx: &mut Cx) -> Own<Object> {
    PyInt::new(n as i64, cx).expect("memory").into_object()
}

fn text(s: &str, cx: &mut Cx) -> Own<PyStr> {
    PyStr::new(s, cx).expect("memory")
}

/// Key number `n`: a string, or an int; every third int differs from others in high bits only.
fn key(n: u64, strings: bool, cx: &mut Cx) -> Own<Object> {
    match n {
        n if strings && n % 50 != 49 => text(&format!("key{n}"), cx).into_object(),
        n if n % 3 == 0 => int(n << 24, cx),
        n => int(n, cx),
    }
}

fn value_of(o: &Object) -> u64 {
    o.downcast::<PyInt>().and_then(|i| i.to_i64()).expect("an int") as u64
}

/// The dict's items in order, by key number.
fn check_order(d: &PyDict, model: &HashMap<u64, (u64, u64)>, strings: bool, cx: &mut Cx) {
    let mut want: Vec<_> = model.iter().map(|(k, (v, stamp))| (*stamp, *k, *v)).collect();
    want.sort();
    let (mut at, mut back) = (0, d.walk_end());
    for (i, (_, k, v)) in want.iter().enumerate() {
        let (dk, dv, _) = d.next_own(&mut at).expect("an item");
        assert_eq!(quiet_eq(&dk, &key(*k, strings, cx)), Some(true));
        assert_eq!(value_of(&dv), *v);
        let (rk, ..) = d.prev_own(&mut back).expect("an item");
        assert_eq!(quiet_eq(&rk, &key(want[want.len() - 1 - i].1, strings, cx)), Some(true));
    }
    assert!(d.next_own(&mut at).is_none() && d.prev_own(&mut back).is_none());
}

fn run(strings: bool, range: u64, ops: usize, seed: u64, cx: &mut Cx) {
    let d = PyDict::new(cx).expect("memory");
    let mut model: HashMap<u64, (u64, u64)> = HashMap::new();
    let mut rng = Rng(seed);
    for stamp in 0..ops as u64 {
        let n = rng.below(range);
        let k = key(n, strings, cx);
        match rng.below(20) {
            0..=9 => {
                let v = rng.below(100_000);
                d.set_own(&k, int(v, cx), cx).expect("set");
                model.entry(n).or_insert((0, stamp)).0 = v;
            }
            10..=15 => assert_eq!(d.remove(&k, cx).expect("remove").is_some(), model.remove(&n).is_some()),
            16 | 17 => assert_eq!(d.get(&k, cx).expect("get").map(|v| value_of(&v)), model.get(&n).map(|m| m.0)),
            18 => {
                if let Some((k, _)) = d.pop_last(cx).unwrap() {
                    let last = *model.iter().max_by_key(|m| m.1.1).expect("not empty").0;
                    assert_eq!(quiet_eq(&k, &key(last, strings, cx)), Some(true));
                    model.remove(&last);
                }
            }
            _ => {
                let c = d.copy(cx).expect("copy");
                assert!(c.equals(&d, cx).expect("equals"));
            }
        }
        assert_eq!(d.len(), model.len());
    }
    check_order(&d, &model, strings, cx);
    d.clear_items(cx);
    assert!(d.is_empty() && d.get(&key(1, strings, cx), cx).expect("get").is_none());
}

#[test]
fn agrees_with_a_model() {
    with_cx(|cx| {
        for seed in 1..8u64 {
            for strings in [false, true] {
                for (range, ops) in [(6, 300), (20, 600), (60, 1500), (400, 3000)] {
                    run(strings, range, ops, seed * 7919, cx);
                }
            }
            run(seed % 2 == 0, 3000, 9000, seed, cx);
        }
    });
}

#[test]
fn popitem_of_a_large_dict_is_linear() {
    with_cx(|cx| {
        let d = PyDict::new(cx).expect("memory");
        for i in 0..100_000 {
            d.set_own(&int(i, cx), int(i, cx), cx).expect("set");
        }
        while let Some((k, _)) = d.pop_last(cx).unwrap() {
            assert_eq!(value_of(&k) as usize, d.len());
        }
    });
}

#[test]
fn versions_follow_the_key_set() {
    with_cx(|cx| {
        let d = PyDict::new(cx).expect("memory");
        let (a, b) = (text("a", cx), text("b", cx));
        d.set_own(&a, int(1, cx), cx).expect("set");
        let v = d.keys_version();
        let ix = d.lookup_index_str(&a).expect("there");
        d.set_own(&a, int(2, cx), cx).expect("set");
        assert_eq!((v, value_of(d.value_at(ix, cx).expect("value"))), (d.keys_version(), 2));
        d.set_own(&b, int(3, cx), cx).expect("set");
        let w = d.keys_version();
        assert!(v != 0 && w != 0 && v != w);
        d.remove(&a, cx).expect("remove");
        assert_ne!(d.keys_version(), w);
    });
}

#[test]
fn split_dicts_alias_and_diverge() {
    with_cx(|cx| {
        let k = Keys::new_split(3);
        let mut block = vec![0u64; InlineValues::bytes_for(3) / 8];
        // SAFETY: room for three values; the block outlives its use.
        let vals = unsafe {
            InlineValues::init_at(block.as_mut_ptr() as *mut u8, 3, true);
            &*(block.as_ptr() as *const InlineValues)
        };
        let names = ["x", "y", "z", "w"].map(|s| text(s, cx));
        // SAFETY: a live block.
        let keys = unsafe { &*k };
        for n in &names[..2] {
            keys.push_shared(n);
        }
        // Values arrive in another order than the keys.
        vals.store(1, int(10, cx).into_raw());
        vals.store(0, int(20, cx).into_raw());
        keys.retain();
        let d = PyDict::new(cx).expect("memory");
        d.alias(keys, vals);
        let mut at = 0;
        assert!(d.next_own(&mut at).expect("y").0.is(&names[1]) && d.next_own(&mut at).expect("x").0.is(&names[0]));
        d.set_own(&names[2], int(30, cx), cx).expect("set");
        assert_eq!((vals.len(), d.len(), keys.nentries()), (3, 3, 3));
        assert!(d.remove(&names[1], cx).expect("remove").is_some() && vals.cell(1).get().is_null());
        assert_eq!(d.get_str(&names[0], cx).map(value_of), Some(20));
        // A fourth name does not fit: the dict takes everything over.
        d.set_own(&names[3], int(40, cx), cx).expect("set");
        assert!(!vals.is_valid() && vals.is_empty() && d.split_values().is_none());
        let seen: Vec<u64> = std::iter::from_fn({
            let (d, mut at) = (d.clone(), 0);
            move || d.next_own(&mut at)
        })
        .map(|i| value_of(&i.1))
        .collect();
        assert_eq!(seen, [20, 30, 40]);
        // SAFETY: our hold.
        unsafe { Keys::release(k) };
    });
}

#[test]
fn sets_keep_cpythons_order() {
    with_cx(|cx| {
        let order = |items: &[i64], cx: &mut Cx| -> Vec<i64> {
            let s = PySet::new(cx).expect("memory");
            for &i in items {
                s.add(&PyInt::new(i, cx).expect("memory"), cx).expect("add");
            }
            let mut at = 0;
            std::iter::from_fn(|| s.next_own(&mut at)).filter_map(|(k, _)| k.downcast::<PyInt>().and_then(|i| i.to_i64())).collect()
        };
        // Recorded from CPython 3.14.
        assert_eq!(order(&[3, 1, 2], cx), [1, 2, 3]);
        assert_eq!(order(&(0..100).step_by(7).collect::<Vec<_>>(), cx), [0, 98, 35, 70, 7, 42, 77, 14, 49, 84, 21, 56, 91, 28, 63]);
    });
}

#[test]
fn int_keys_need_no_object() {
    with_cx(|cx| {
        assert_eq!([0, 7, -1, -2, (1 << 61) - 1, 1 << 61, -(1 << 61), i64::MIN].map(hash_i64), [0, 7, -2, -2, 0, 1, -2, -4]);
        let d = PyDict::new(cx).expect("memory");
        assert_eq!(d.get_i64(1, cx).map(|v| v.is_none()), Ok(true));
        for n in [1i64, 5000, -1, i64::MIN] {
            let k = PyInt::new(n, cx).expect("memory");
            d.set_own(&k, int(n as u64 % 1000, cx), cx).expect("set");
        }
        d.set_own(&text("s", cx), int(9, cx), cx).expect("set");
        assert_eq!(d.get_i64(5000, cx).map(|v| v.map(value_of)), Ok(Some(0)));
        assert_eq!(d.get_i64(-2, cx).map(|v| v.map(value_of)), Ok(None));
        assert!(d.replace_i64(-1, int(77, cx)).is_ok() && d.replace_i64(6, int(1, cx)).is_err());
        assert_eq!(d.get_i64(-1, cx).map(|v| v.map(value_of)), Ok(Some(77)));
        let s = PySet::from_iterable(&d, cx).expect("set");
        assert_eq!((s.contains_i64(5000), s.contains_i64(5001)), (Ok(true), Ok(false)));
    });
}
