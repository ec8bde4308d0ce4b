//! The module `_opcode`: facts about CPython's instruction set, which `opcode` and `dis` show. Taipan's own instructions are another set (`bytecode`).

mod table;

use table::Shape;
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code::{Shown, listing};

/// The effect of an instruction on the stack; `None` when the opcode has none.
fn effect(opcode: i32, oparg: i64, jump: bool) -> Option<i64> {
    let key = u16::try_from(opcode).ok()?;
    let row = table::EFFECTS.binary_search_by_key(&key, |r| r.0).ok().and_then(|i| table::EFFECTS.get(i))?;
    let base = if jump { row.2 } else { row.3 } as i64;
    Some(base + match row.1 {
        Shape::Fixed => 0,
        Shape::Plus => oparg,
        Shape::Minus => -oparg,
        Shape::MinusTwice => -2 * oparg,
        Shape::PlusBit => oparg & 1,
        Shape::MinusBit => -(oparg & 1),
        Shape::Unpack => (oparg & 0xff) + (oparg >> 8),
    })
}

fn is_in(list: &[u16], opcode: i32) -> bool {
    u16::try_from(opcode).is_ok_and(|n| list.binary_search(&n).is_ok())
}

fn names(list: &[&str], cx: &mut Cx) -> PyResult<Own<PyList>> {
    let v = list.iter().map(|n| PyStr::new_interned(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    PyList::from_vec(v, cx)
}

#[pymodule(name = "_opcode", doc = "Opcode support module.")]
pub mod opcode {
    use super::*;

    // Instructions are specialised, with and (were it so) without the GIL.
    #[constant]
    const ENABLE_SPECIALIZATION: i64 = 1;
    #[constant]
    const ENABLE_SPECIALIZATION_FT: i64 = 1;

    /// Taipan's own instructions in the bytes of co_code, for dis: (start, end, opcode, name, operands), each operand
    /// a kind ('register', 'name', 'const', 'target' or 'number') and a value; places count in words.
    #[function("_instructions(code, /)")]
    fn instructions(code: &PyBytes, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let mut out = Vec::new();
        for i in listing(code.as_bytes()) {
            let mut operands = Vec::with_capacity(i.operands.len());
            for o in &i.operands {
                let (kind, value) = match *o {
                    Shown::Register(n) => ("register", n.into()),
                    Shown::Name(n) => ("name", n.into()),
                    Shown::Const(n) => ("const", n.into()),
                    Shown::Target(n) => ("target", n),
                    Shown::Number(n) => ("number", n.into()),
                };
                let (kind, value) = (PyStr::new_interned(kind, cx)?, PyInt::new(value, cx)?);
                operands.push(PyTuple::from_slice(&[&kind, &value], cx)?.into_object());
            }
            let (start, end) = (PyInt::new(i.start as i64, cx)?, PyInt::new(i.end as i64, cx)?);
            let (opcode, name) = (PyInt::new(i.opcode.into(), cx)?, PyStr::new_interned(i.name, cx)?);
            let operands = PyTuple::from_vec(operands, cx)?;
            out.push(PyTuple::from_slice(&[&start, &end, &opcode, &name, &operands], cx)?.into_object());
        }
        PyList::from_vec(out, cx)
    }

    /// Compute the stack effect of the opcode.
    #[function("stack_effect(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(opcode: i32, oparg: NoneOr<i32>, jump: &Object, cx: &mut Cx) -> PyResult<i64> {
        let jump = if jump.is_none() || jump.is(boolean::true_()) {
            true
        } else if jump.is(boolean::false_()) {
            false
        } else {
            return Err(cx.value_error(format_args!("stack_effect: jump must be False, True or None")));
        };
        match effect(opcode, oparg.0.unwrap_or(0) as i64, jump) {
            Some(n) => Ok(n),
            None => Err(cx.value_error(format_args!("invalid opcode or oparg"))),
        }
    }
    /// Return True if opcode is valid, False otherwise.
    #[function("is_valid(opcode)")]
    fn is_valid(opcode: i32) -> bool {
        is_in(table::VALID, opcode)
    }
    /// Return True if the opcode uses its oparg, False otherwise.
    #[function("has_arg(opcode)")]
    fn has_arg(opcode: i32) -> bool {
        is_in(table::HAS_ARG, opcode)
    }
    /// Return True if the opcode accesses a constant, False otherwise.
    #[function("has_const(opcode)")]
    fn has_const(opcode: i32) -> bool {
        is_in(table::HAS_CONST, opcode)
    }
    /// Return True if the opcode accesses an attribute by name, False otherwise.
    #[function("has_name(opcode)")]
    fn has_name(opcode: i32) -> bool {
        is_in(table::HAS_NAME, opcode)
    }
    /// Return True if the opcode has a jump target, False otherwise.
    #[function("has_jump(opcode)")]
    fn has_jump(opcode: i32) -> bool {
        is_in(table::HAS_JUMP, opcode)
    }
    /// Return True if the opcode accesses a free variable, False otherwise.
    ///
    /// Note that 'free' in this context refers to names in the current scope
    /// that are referenced by inner scopes or names in outer scopes that are
    /// referenced from this scope. It does not include references to global
    /// or builtin scopes.
    #[function("has_free(opcode)")]
    fn has_free(opcode: i32) -> bool {
        is_in(table::HAS_FREE, opcode)
    }
    /// Return True if the opcode accesses a local variable, False otherwise.
    #[function("has_local(opcode)")]
    fn has_local(opcode: i32) -> bool {
        is_in(table::HAS_LOCAL, opcode)
    }
    /// Return True if the opcode sets an exception handler, False otherwise.
    #[function("has_exc(opcode)")]
    fn has_exc(opcode: i32) -> bool {
        is_in(table::HAS_EXC, opcode)
    }
    /// Return a list of names of the unary intrinsics.
    #[function("get_intrinsic1_descs()")]
    fn get_intrinsic1_descs(cx: &mut Cx) -> PyResult<Own<PyList>> {
        names(table::INTRINSICS_1, cx)
    }
    /// Return a list of names of the binary intrinsics.
    #[function("get_intrinsic2_descs()")]
    fn get_intrinsic2_descs(cx: &mut Cx) -> PyResult<Own<PyList>> {
        names(table::INTRINSICS_2, cx)
    }
    /// Return a list of special method names.
    #[function("get_special_method_names()")]
    fn get_special_method_names(cx: &mut Cx) -> PyResult<Own<PyList>> {
        names(table::SPECIAL_METHODS, cx)
    }
    /// Return array of symbols of binary ops.
    ///
    /// Indexed by the BINARY_OP oparg value.
    #[function("get_nb_ops()")]
    fn get_nb_ops(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        for (name, symbol) in table::NB_OPS {
            let (a, b) = (PyStr::new_interned(name, cx)?, PyStr::new_interned(symbol, cx)?);
            let t = PyTuple::from_slice(&[&a, &b], cx)?;
            l.push(t.into_object(), cx)?;
        }
        Ok(l)
    }
    /// Return the specialization stats
    #[function("get_specialization_stats()")]
    fn get_specialization_stats() {}
    /// Return the executor object at offset in code if exists, None otherwise.
    #[function("get_executor(code, offset)")]
    fn get_executor(code: &Object, _offset: i32, cx: &mut Cx) -> PyResult<()> {
        if !code.is_a::<taipan_object::types::code::PyCode>() {
            return Err(cx.type_error(format_args!("expected a code object, not '{}'", code.ty().name())));
        }
        Err(cx.value_error(format_args!("no executor at given byte offset")))
    }
}
