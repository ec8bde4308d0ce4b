//! Code objects that C code describes (`PyUnstable_Code_New`, `PyCode_NewEmpty`): names, counts and positions for tracebacks and introspection.
//!
//! The bytecode that comes with them is CPython's and is not run here: running such an object raises `AssertionError`, as running an empty one does in CPython.

use super::*;
use std::sync::Arc;
use taipan_bytecode::encode::encode;
use taipan_bytecode::{CommonConst, Const, LocalVar, Op};

/// What C says about a code object; the tuples hold str.
pub struct Described<'a> {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub flags: i32,
    pub consts: &'a PyTuple,
    pub names: &'a PyTuple,
    pub varnames: &'a PyTuple,
    pub freevars: &'a PyTuple,
    pub cellvars: &'a PyTuple,
    pub filename: &'a PyStr,
    pub name: &'a PyStr,
    pub qualname: &'a PyStr,
    pub firstlineno: i32,
    pub linetable: &'a [u8],
}

fn text(o: &Object, cx: &mut Cx) -> PyResult<Box<str>> {
    match o.downcast::<PyStr>() {
        Some(s) => Ok(s.to_string_lossy().into_boxed_str()),
        None => Err(cx.type_error(format_args!("name tuples must contain only strings, not '{}'", o.ty().tp_name_str()))),
    }
}

/// Parameters and locals as CPython lays them out: variables (those that are cells marked so), then other cells, then free variables.
fn locals(d: &Described<'_>, cx: &mut Cx) -> PyResult<Vec<LocalVar>> {
    let mut out: Vec<LocalVar> = Vec::with_capacity(d.varnames.len() + d.freevars.len() + d.cellvars.len());
    for o in d.varnames.as_slice() {
        out.push(LocalVar { name: text(o, cx)?, kind: local_kind::LOCAL });
    }
    for o in d.cellvars.as_slice() {
        let name = text(o, cx)?;
        match out.iter_mut().find(|l| l.name == name) {
            Some(l) => l.kind |= local_kind::CELL,
            None => out.push(LocalVar { name, kind: local_kind::CELL }),
        }
    }
    for o in d.freevars.as_slice() {
        out.push(LocalVar { name: text(o, cx)?, kind: local_kind::FREE });
    }
    Ok(out)
}

/// Make a code object from a description. Raises `ValueError` and `TypeError` for one that makes no sense.
pub fn describe(d: &Described<'_>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let variadic = (d.flags as u32 & flags::VARARGS != 0) as i64 + (d.flags as u32 & flags::VARKEYWORDS != 0) as i64;
    let total = i64::from(d.argcount) + i64::from(d.kwonlyargcount) + variadic;
    if d.argcount < d.posonlyargcount || d.posonlyargcount < 0 || d.kwonlyargcount < 0 || d.firstlineno < 0 {
        return Err(cx.value_error(format_args!("code: argument counts make no sense")));
    }
    if total > d.varnames.len() as i64 {
        return Err(cx.value_error(format_args!("code: varnames is too small")));
    }
    let locals = locals(d, cx)?;
    let mut names = Vec::with_capacity(d.names.len());
    for o in d.names.as_slice() {
        names.push(text(o, cx)?);
    }
    let temp = locals.len() as i32;
    let mut code = Vec::new();
    encode(Op::LoadCommonConst, &[temp, CommonConst::AssertionError as i32], 0, false, &mut code);
    encode(Op::RaiseExc, &[temp], 0, false, &mut code);
    let spec = CodeSpec {
        name: text(d.name, cx)?,
        qualname: text(d.qualname, cx)?,
        filename: Arc::new(taipan_text::Wtf8Buf::from(d.filename.to_string_lossy().as_str())),
        firstlineno: d.firstlineno,
        flags: d.flags as u32,
        argcount: d.argcount as u32,
        posonlyargcount: d.posonlyargcount as u32,
        kwonlyargcount: d.kwonlyargcount as u32,
        locals,
        ntemps: 1,
        names,
        consts: vec![Const::None; d.consts.len()],
        code,
        ncells: 0,
        linetable: d.linetable.to_vec(),
        exceptions: Vec::new(),
    };
    let made = link_in(spec, &d.filename.new_ref(), cx)?;
    // C code looks into the structure.
    made.ensure_linked(cx)?;
    made.adopt_consts(d.consts);
    Ok(made)
}
