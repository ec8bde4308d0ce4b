//! Identities of big integers on random operands: division, text and bytes go there and back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use taipan_algo_int::{Endian, add, divmod_floor, from_bytes, from_str_radix, mul, to_radix};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let at = usize::from(*first) * rest.len() / 255;
    let a = from_bytes(&rest[..at], Endian::Big, true);
    let b = from_bytes(&rest[at..], Endian::Little, true);
    if let Some((q, r)) = divmod_floor(a.view(), b.view()) {
        assert_eq!(add(mul(q.view(), b.view()).view(), r.view()), a, "q * b + r == a");
    }
    let base = u32::from(first % 35) + 2;
    let mut text = Vec::new();
    to_radix(a.view(), base, false, &mut text);
    assert_eq!(from_str_radix(&text, base, 0).ok(), Some(a), "text in base {base}");
});
