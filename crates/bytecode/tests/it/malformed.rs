//! Bytes and code from outside: refused, never a panic.

use std::sync::Arc;

use taipan_bytecode::encode::encode;
use taipan_bytecode::serial::{MAGIC, ReadError, from_bytes, to_bytes};
use taipan_bytecode::verify::verify;
use taipan_bytecode::{CodeSpec, Const, ExceptionEntry, LocalVar, Op, flags, local_kind};

use crate::Numbers;

fn code(instructions: &[(Op, &[i32])]) -> CodeSpec {
    let mut words = Vec::new();
    for (op, args) in instructions {
        encode(*op, args, 0, false, &mut words);
    }
    CodeSpec {
        name: "f".into(),
        qualname: "f".into(),
        filename: Arc::default(),
        firstlineno: 1,
        flags: flags::NEWLOCALS | flags::OPTIMIZED,
        argcount: 1,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        locals: vec![
            LocalVar { name: "a".into(), kind: local_kind::ARG_POS | local_kind::LOCAL },
            LocalVar { name: "x".into(), kind: local_kind::LOCAL },
        ],
        ntemps: 20,
        names: vec!["n".into()],
        consts: vec![Const::Int(7), Const::str("text"), Const::Float(-0.0)],
        code: words,
        ncells: 1,
        linetable: Vec::new(),
        exceptions: Vec::new(),
    }
}

const A: i32 = -2;
const X: i32 = -1;

#[test]
fn good_code_passes() {
    let good = code(&[(Op::Add, &[0, A, A]), (Op::AddK, &[X, 0, 0]), (Op::Return, &[X])]);
    assert_eq!(verify(&good), Ok(()));
}

#[test]
fn bad_code_is_refused() {
    let refused = [
        ("empty local", code(&[(Op::Return, &[X])])),
        ("empty temp", code(&[(Op::Return, &[0])])),
        ("temp read twice", code(&[(Op::Move, &[0, A]), (Op::Pop, &[0]), (Op::Return, &[0])])),
        ("temp left at return", code(&[(Op::Move, &[0, A]), (Op::ReturnNone, &[])])),
        ("temp overwritten", code(&[(Op::Move, &[0, A]), (Op::Move, &[0, A]), (Op::Return, &[0])])),
        ("runs off the end", code(&[(Op::Nop, &[])])),
        ("no code", code(&[])),
        ("local out of range", code(&[(Op::Return, &[-3])])),
        ("temp out of range", code(&[(Op::Move, &[20, A]), (Op::ReturnNone, &[])])),
        ("name out of range", code(&[(Op::LoadGlobal, &[0, 1]), (Op::Return, &[0])])),
        ("constant out of range", code(&[(Op::LoadConst, &[0, 3]), (Op::Return, &[0])])),
        ("jump out of range", code(&[(Op::Jump, &[5])])),
        ("jump into an instruction", code(&[(Op::Jump, &[1]), (Op::LoadGlobal, &[0, 0]), (Op::Return, &[0])])),
        ("no cell", code(&[(Op::LoadDeref, &[0, X]), (Op::Return, &[0])])),
        ("window outside", code(&[(Op::Move, &[15, A]), (Op::Call, &[0, 15, 9]), (Op::Return, &[0])])),
        (
            "paths differ",
            code(&[(Op::JumpIfTrue, &[A, 1]), (Op::Move, &[0, A]), (Op::Nop, &[]), (Op::ReturnNone, &[])]),
        ),
        ("not a generator", code(&[(Op::ReturnGenerator, &[]), (Op::ReturnNone, &[])])),
        ("unknown intrinsic", code(&[(Op::CallIntrinsic1, &[0, A, 99]), (Op::Return, &[0])])),
    ];
    for (what, code) in refused {
        assert!(verify(&code).is_err(), "{what}");
    }
    let mut no_cells = code(&[(Op::LoadGlobal, &[0, 0]), (Op::Return, &[0])]);
    assert_eq!(verify(&no_cells), Ok(()));
    no_cells.ncells = 0;
    assert!(verify(&no_cells).is_err());
    let mut table = code(&[(Op::LoadGlobal, &[X, 0]), (Op::ReturnNone, &[]), (Op::RaiseExc, &[0])]);
    table.exceptions = vec![ExceptionEntry { start: 0, end: 2, handler: 3, depth: 0, lasti: false }];
    assert_eq!(verify(&table), Ok(()));
    table.exceptions[0].handler = 1;
    assert!(verify(&table).is_err());
    table.exceptions[0] = ExceptionEntry { start: 0, end: 9, handler: 3, depth: 0, lasti: false };
    assert!(verify(&table).is_err());
}

#[test]
fn random_words_never_panic() {
    let mut numbers = Numbers::new(3);
    for _ in 0..20_000 {
        let mut random = code(&[]);
        for _ in 0..numbers.below(12) {
            let word = if numbers.below(3) == 0 {
                numbers.next() as u32
            } else {
                numbers.below(Op::COUNT as u64) as u32 | (numbers.below(1 << 24) as u32 & 0x0303_0303) << 8
            };
            random.code.push(word);
        }
        let _ = verify(&random);
        let _ = taipan_bytecode::dis::disassemble(&random);
    }
}

#[test]
fn bytes_survive_and_damage_is_noticed() {
    let mut inner = code(&[(Op::Return, &[A])]);
    inner.consts.push(Const::Tuple(vec![Const::None, Const::Bool(true), Const::Complex(1.0, -2.0)].into()));
    let mut outer = code(&[(Op::ReturnNone, &[])]);
    outer.consts.push(Const::Code(std::sync::Arc::new(inner)));
    outer.exceptions = vec![ExceptionEntry { start: 0, end: 1, handler: 0, depth: 3, lasti: true }];
    let bytes = to_bytes(&outer);
    assert_eq!(from_bytes(&bytes), Ok(outer.clone()));
    assert_eq!(bytes[..4], MAGIC.to_le_bytes());
    assert_eq!(from_bytes(&[0; 20]), Err(ReadError::BadMagic));
    for cut in 0..bytes.len() {
        assert!(from_bytes(&bytes[..cut]).is_err());
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(from_bytes(&longer), Err(ReadError::TrailingBytes));
    let mut numbers = Numbers::new(11);
    for _ in 0..20_000 {
        let mut damaged = bytes.clone();
        for _ in 0..=numbers.below(3) {
            let at = numbers.below(damaged.len() as u64 - 4) as usize + 4;
            damaged[at] = numbers.next() as u8;
        }
        if let Ok(code) = from_bytes(&damaged) {
            let _ = verify(&code);
        }
    }
}
