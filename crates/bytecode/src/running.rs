//! Opcodes that stand only in the copy of the code that runs: specialised forms, and forms whose operands are known to be temps or locals.
//!
//! Nothing outside the running machine sees them: `co_code`, `dis` and `.pyc` files show the table's instructions ([`crate::ops`]).
//!
//! A *shape* says of a register operand whether it is a temp or a local. Handlers are compiled once per shape: a temp that is written has nothing to release, a local that is read is
//! not consumed, and neither is asked about at run time.

use crate::Op;

/// What a shape says of an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// Nothing, or the operand is no register.
    Any,
    /// Not negative.
    Temp,
    /// Negative.
    Local,
}

impl At {
    const fn fits(self, operand: i8) -> bool {
        match self {
            At::Any => true,
            At::Temp => operand >= 0,
            At::Local => operand < 0,
        }
    }
}

macro_rules! running {
    (
        specialised { $($(#[$m:meta])* $name:ident;)* }
        shaped { $($shape:ident = $of:path [$a:ident $b:ident $c:ident];)* }
    ) => {
        #[allow(clippy::upper_case_acronyms, dead_code)]
        #[repr(u8)]
        enum Number { Last = Op::COUNT as u8 - 1, $($name,)* $($shape,)* End }

        /// Opcode numbers of the specialised forms and of the shapes, behind the table's.
        #[allow(non_upper_case_globals)]
        pub mod sop {
            use super::Number;
            $($(#[$m])* pub const $name: u8 = Number::$name as u8;)*
            $(
                #[doc = concat!("[`", stringify!($of), "`] with operands ", stringify!($a), ", ", stringify!($b), ", ", stringify!($c), ".")]
                pub const $shape: u8 = Number::$shape as u8;
            )*
        }

        /// The rows: opcode, what it is a shape of, what it says of the three operands.
        const SHAPES: &[(u8, u8, [At; 3])] = &[$((sop::$shape, $of as u8, [At::$a, At::$b, At::$c]),)*];
        const _: () = assert!((Number::End as usize) < 256);
    };
}

running! {
    specialised {
        /// An inline value of the instance.
        LoadAttrInline;
        /// A `__slots__` member.
        LoadAttrSlot;
        /// A module's variable.
        LoadAttrModule;
        /// An attribute of a class.
        LoadAttrClass;
        /// A class variable, through an instance that has none of the name.
        LoadAttrClassVar;
        /// An inline value of the instance is set.
        StoreAttrInline;
        /// A `__slots__` member is set.
        StoreAttrSlot;
        /// A method of a class whose instances have no attribute of the name.
        LoadMethodInstance;
        /// A method of a class whose instances have no `__dict__`.
        LoadMethodPlain;
        /// An inline value of the instance, to be called.
        LoadMethodInline;
        /// A module's function.
        LoadMethodModule;
        /// An attribute of a class, to be called.
        LoadMethodClass;
        /// A property whose getter is a Python function: its frame is pushed.
        LoadAttrProperty;
        /// A class method, through the class or an instance that has no attribute of the name.
        LoadMethodClassMethod;
        /// A static method, likewise.
        LoadMethodStatic;
        /// A missing attribute of instances whose class has a Python `__getattr__`: its frame is pushed.
        LoadAttrHook;
        /// Several types come here: the common cache.
        LoadAttrAny;
        /// The same for methods.
        LoadMethodAny;
        /// The same for stores.
        StoreAttrAny;
        /// A native callee, through the handler in the cell.
        CallKnown;
        /// The same for methods.
        CallMethodKnown;
        /// An attribute that C functions compute (`PyGetSetDef`).
        LoadAttrGetSet;
        /// Such an attribute is set.
        StoreAttrGetSet;
        /// A field of a C struct (`PyMemberDef`) that is no object.
        LoadAttrMember;
        /// Such a field is set.
        StoreAttrMember;
        /// A method of a class whose instances have a `__dict__`, which this one has not made yet.
        LoadMethodNoDict;
        /// A class method of C code, through the class: the descriptor, with the class in self's place.
        LoadMethodClassDescr;
        /// The first of the moves in front of a call of a native function, which takes its arguments from the variables: moves and call in one. The move's unused operand says how.
        CallBorrowed;
        /// The first of three moves that exchange two variables by way of a temp: all of them at once. The others stay, for whoever runs them one by one.
        Swap;
        /// The append of a comprehension's variable that the `for_iter` behind it sets anew. That stays, for who comes without an append.
        AppendNext;
        /// An iterator whose `tp_iternext` is not known to the loop: it is called.
        ForIterSlot;
        /// A list's iterator.
        ForIterList;
        /// A range's iterator.
        ForIterRange;
    }
    shaped {
        MoveTL = Op::Move [Temp Local Any];
        MoveLT = Op::Move [Local Temp Any];
        MoveLL = Op::Move [Local Local Any];
        PopT = Op::Pop [Temp Any Any];
        LoadConstT = Op::LoadConst [Temp Any Any];
        LoadIntT = Op::LoadInt [Temp Any Any];
        LoadGlobalT = Op::LoadGlobal [Temp Any Any];
        LoadDerefT = Op::LoadDeref [Temp Any Any];
        LoadAttrInlineTL = sop::LoadAttrInline [Temp Local Any];
        LoadAttrInlineTT = sop::LoadAttrInline [Temp Temp Any];
        LoadAttrSlotTL = sop::LoadAttrSlot [Temp Local Any];
        LoadAttrModuleTT = sop::LoadAttrModule [Temp Temp Any];
        LoadAttrClassVarTL = sop::LoadAttrClassVar [Temp Local Any];
        StoreAttrInlineLT = sop::StoreAttrInline [Local Temp Any];
        StoreAttrInlineLL = sop::StoreAttrInline [Local Local Any];
        StoreAttrSlotLT = sop::StoreAttrSlot [Local Temp Any];
        StoreAttrSlotLL = sop::StoreAttrSlot [Local Local Any];
        LoadMethodInstanceL = sop::LoadMethodInstance [Any Local Any];
        LoadMethodPlainL = sop::LoadMethodPlain [Any Local Any];
        LoadMethodInlineL = sop::LoadMethodInline [Any Local Any];
        LoadAttrAnyTL = sop::LoadAttrAny [Temp Local Any];
        LoadMethodAnyL = sop::LoadMethodAny [Any Local Any];
        LoadSubscrTL = Op::LoadSubscr [Temp Local Any];
        LoadSubscrTT = Op::LoadSubscr [Temp Temp Any];
        LoadSubscrKT = Op::LoadSubscrK [Temp Any Any];
        AddT = Op::Add [Temp Any Any];
        AddKT = Op::AddK [Temp Any Any];
        SubT = Op::Sub [Temp Any Any];
        SubKT = Op::SubK [Temp Any Any];
        MulT = Op::Mul [Temp Any Any];
        CallKnownT = sop::CallKnown [Temp Any Any];
        CallMethodKnownT = sop::CallMethodKnown [Temp Any Any];
    }
}

/// For every opcode, the shapes of it: a position in [`SHAPES`] and how many lie there one after the other.
const BY_OPCODE: [(u8, u8); 256] = {
    let mut t = [(0, 0); 256];
    let mut i = 0;
    while i < SHAPES.len() {
        let of = SHAPES[i].1 as usize;
        if t[of].1 == 0 {
            t[of].0 = i as u8;
        }
        assert!(t[of].0 as usize + t[of].1 as usize == i, "shapes of one instruction must lie together");
        t[of].1 += 1;
        i += 1;
    }
    t
};

/// The opcode to run `op` with the operands of `word`: a shape that fits, or `op` itself. Not for prefixed instructions.
#[inline]
pub fn shaped(op: u8, word: u32) -> u8 {
    let (first, n) = BY_OPCODE[op as usize];
    for &(number, _, [a, b, c]) in &SHAPES[first as usize..first as usize + n as usize] {
        if a.fits((word >> 8) as i8) && b.fits((word >> 16) as i8) && c.fits((word >> 24) as i8) {
            return number;
        }
    }
    op
}

/// Whether `words` begin with the moves of `a, b = b, a`.
fn swap(words: &[u32]) -> bool {
    let &[first, second, third, ..] = words else { return false };
    let to = |word: u32| (word >> 8) as i8;
    let from = |word: u32| (word >> 16) as i8;
    [first, second, third].iter().all(|word| *word as u8 == Op::Move as u8)
        && to(first) >= 0
        && from(first) < 0
        && from(second) < 0
        && (to(second), to(third), from(third)) == (from(first), from(second), to(first))
}

/// Whether `words` begin with the append of a variable that the `for_iter` behind it sets.
fn append_next(words: &[u32]) -> bool {
    let &[append, next, ..] = words else { return false };
    let variable = (append >> 16) as i8;
    append as u8 == Op::ListAppend as u8 && next as u8 == Op::ForIter as u8 && variable < 0 && (next >> 8) as i8 == variable
}

/// Choose the shapes of all instructions of `words`, a whole code's, which the verifier has seen.
pub fn shape(words: &mut [u32]) {
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        let Some(op) = Op::from_u8(word as u8) else { return };
        if op != Op::Wide {
            let run = if swap(&words[at..]) {
                sop::Swap
            } else if append_next(&words[at..]) {
                sop::AppendNext
            } else {
                shaped(op as u8, word)
            };
            words[at] = word & !0xff | run as u32;
            at += op.info().words();
        } else {
            // The prefixed instruction stays as it is.
            let Some(op) = words.get(at + 1).and_then(|w| Op::from_u8(*w as u8)) else { return };
            at += 1 + op.info().words();
        }
    }
}
