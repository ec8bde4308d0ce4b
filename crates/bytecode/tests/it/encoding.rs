//! Every instruction survives encoding, short and wide.

use taipan_bytecode::encode::{Instr, OPERANDS_MAX, decode, encode};
use taipan_bytecode::{Op, Place};

use crate::Numbers;

fn operands(op: Op, numbers: &mut Numbers, wide: bool) -> [i32; OPERANDS_MAX] {
    let info = op.info();
    let mut args = [0; OPERANDS_MAX];
    for (index, &(_, kind)) in info.operands.iter().enumerate() {
        let bits = match (info.place(index), wide) {
            (Place::Byte(_), false) => 8,
            (Place::Byte(_), true) | (Place::Pair, false) => 16,
            (Place::Triple, false) => 24,
            (Place::Pair | Place::Triple, true) | (Place::Extra, _) => 32,
        };
        let raw = numbers.below(1 << bits) as u32;
        args[index] =
            if kind.is_signed() { ((raw << (32 - bits)) as i32) >> (32 - bits) } else { raw as i32 };
    }
    args
}

#[test]
fn instructions_survive() {
    let mut numbers = Numbers::new(1);
    for round in 0..200 {
        let wide = round % 2 == 1;
        for &op in Op::ALL.iter().filter(|&&op| op != Op::Wide) {
            let args = operands(op, &mut numbers, wide);
            let cell = numbers.next() as u32;
            let mut words = vec![0];
            encode(op, &args, cell, false, &mut words);
            let instr = decode(&words, 1).unwrap();
            let expected = Instr { op, args, cell: (op.info().cells != 0).then_some(cell), start: 1, end: words.len() };
            assert_eq!(instr, expected);
            if !wide {
                assert_eq!(words.len() - 1, op.info().words(), "{}", op.name());
            }
            for cut in 1..words.len() {
                let _ = decode(&words[..cut], 1);
            }
        }
    }
}

#[test]
fn numbers_and_names_are_unique() {
    let mut names: Vec<&str> = Op::ALL.iter().map(|op| op.name()).collect();
    for (index, &op) in Op::ALL.iter().enumerate() {
        assert_eq!(Op::from_u8(index as u8), Some(op));
        assert!(!op.info().meaning.is_empty());
    }
    assert_eq!(Op::from_u8(Op::COUNT as u8), None);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), Op::COUNT);
}
