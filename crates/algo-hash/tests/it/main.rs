//! Hashes, random numbers and sorting against values recorded from CPython 3.14.
mod timsort;

use taipan_algo_hash::*;

#[test]
fn siphash_under_recorded_seeds() {
    let bytes: Vec<u8> = (0..=255).collect();
    let euro: Vec<u8> = "€uro".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let smile: Vec<u8> = "\u{1f600}x".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let rows: [(&[u8], i64, i64); 8] = [
        (b"", 0, 0),
        (b"a", 4644417185603328019, -123207753977932514),
        (b"abcdefgh", 4574395652268504554, -5457871895989710762),
        (b"hello world, this is it", -8912967462179499482, 2121000668242464756),
        (b"\xe9", 6047309291227476195, 5653850369683463245),
        (&euro, 7542247858446192590, 6573934580854229043),
        (&smile, -8926728262118538918, -7412435959675129227),
        (&bytes, 3579909164457460488, 938477193647182425),
    ];
    let (zero, other) = (HashSecret::from_seed(0).keys(), HashSecret::from_seed(42).keys());
    for (text, at_zero, at_42) in rows {
        assert_eq!((zero.hash(text), other.hash(text)), (at_zero, at_42), "{text:?}");
    }
    assert_eq!(HashSecret::from_seed(u32::MAX).keys().hash(b"abc"), -6122489556238538401);
}

#[test]
fn combined_hashes() {
    assert_eq!(tuple_hash(&[]), 5740354900026072187);
    assert_eq!(tuple_hash(&[1]), -6644214454873602895);
    assert_eq!(tuple_hash(&[1, 2, 3]), 529344067295497451);
    assert_eq!(tuple_hash(&[-2, 0]), 2575514064802888272);
    assert_eq!(tuple_hash(&(0..50).collect::<Vec<_>>()), 1404085563375576169);
    assert_eq!(tuple_hash(&[4, 3, 2]), 6780757389018338722); // range(3, 10, 2)
    let frozen = |items: &mut dyn Iterator<Item = i64>| {
        let mut h = FrozenSetHasher::default();
        items.for_each(|i| h.add(if i == -1 { -2 } else { i }));
        h.finish()
    };
    assert_eq!(frozen(&mut std::iter::empty()), 133146708735736);
    assert_eq!(frozen(&mut std::iter::once(1)), -558064481276695278);
    assert_eq!(frozen(&mut (-20..30)), 8659411660787841649);
    let slice = |bounds: [i64; 3]| {
        let mut h = TupleHasher::default();
        bounds.into_iter().for_each(|b| h.add(b));
        h.slice()
    };
    assert_eq!(slice([1, 2, 3]), -2340833382717974474);
    assert_eq!(slice([0, 5, 1]), -5079859079242848954);
    assert_eq!([complex_hash(1, 2), complex_hash(-2, 0), complex_hash(1, 1)], [2000007, -2, 1000004]);
    assert_eq!(complex_hash(0, -2), -2000006);
    assert_eq!(pointer_hash(0x7f00_1234_5678_9ab0), 0x07f0_0123_4567_89ab);
}

#[test]
fn mersenne_twister() {
    let mut r = Mt19937::from_key(&[12345]);
    assert_eq!([r.bits_u64(32), r.bits_u64(32), r.bits_u64(32)], [1789368711, 3146859322, 43676229]);
    assert_eq!(r.random(), 0.8201747225612886);
    let wide = r.bits(100).iter().rev().fold(0u128, |acc, &w| acc << 32 | u128::from(w));
    assert_eq!(wide, 463891852359018559288944064743);
    assert_eq!([r.bits_u64(7), r.bits_u64(64), r.bits_u64(33)], [119, 4985137385606203988, 2430986565]);
    assert!(r.bits(0).is_empty() && r.bits_u64(0) == 0);
    let mut r = Mt19937::from_key(&[5, 0, 64]);
    assert_eq!(r.random(), 0.46679953776226335);
    let (state, index) = r.state();
    assert_eq!((state[0], state[623], index), (3945862121, 2605140468, 2));
    let mut copy = Mt19937::from_state(*state, index).unwrap();
    assert_eq!(copy.next_u32(), r.next_u32());
    assert!(Mt19937::from_state([0; 624], 625).is_none());
    let mut r = Mt19937::from_key(&[]);
    assert_eq!((0..1000).map(|_| r.random()).last(), Some(0.4804125346981437));
}
