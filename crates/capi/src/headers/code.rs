//! `code.h`: code objects. C code gives CPython's bytecode with them, which is not run: see `taipan_object::types::code::foreign`.

use crate::border::{bad_internal_call, text, want};
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::attr;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code::PyCode;
use taipan_object::types::code::foreign::{Described, describe};

type Part<'a> = Option<&'a Object>;

/// The arguments that are objects, checked.
struct Objects<'a> {
    consts: &'a PyTuple,
    names: &'a PyTuple,
    varnames: &'a PyTuple,
    freevars: &'a PyTuple,
    cellvars: &'a PyTuple,
    filename: &'a PyStr,
    name: &'a PyStr,
    qualname: &'a PyStr,
    linetable: &'a PyBytes,
}

fn checked<'a>(tuples: [Part<'a>; 5], texts: [Part<'a>; 3], bytes: [Part<'a>; 3], cx: &mut Cx) -> PyResult<Objects<'a>> {
    let [code, linetable, table] = bytes;
    let (Some(_), Some(linetable), Some(_)) = (code.and_then(|c| c.downcast::<PyBytes>()), linetable.and_then(|l| l.downcast::<PyBytes>()), table.and_then(|t| t.downcast::<PyBytes>()))
    else {
        return Err(bad_internal_call(cx));
    };
    let [consts, names, varnames, freevars, cellvars] = tuples;
    let [filename, name, qualname] = texts;
    Ok(Objects {
        consts: want(consts, cx)?,
        names: want(names, cx)?,
        varnames: want(varnames, cx)?,
        freevars: want(freevars, cx)?,
        cellvars: want(cellvars, cx)?,
        filename: want(filename, cx)?,
        name: want(name, cx)?,
        qualname: want(qualname, cx)?,
        linetable,
    })
}

/// Positional, positional-only and keyword-only parameters.
fn build(o: &Objects<'_>, [args, posonly, kwonly]: [c_int; 3], flags: c_int, line: c_int, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let d = Described {
        argcount: args,
        posonlyargcount: posonly,
        kwonlyargcount: kwonly,
        flags,
        consts: o.consts,
        names: o.names,
        varnames: o.varnames,
        freevars: o.freevars,
        cellvars: o.cellvars,
        filename: o.filename,
        name: o.name,
        qualname: o.qualname,
        firstlineno: line,
        linetable: o.linetable.as_bytes(),
    };
    describe(&d, cx)
}

fn empty(file: &str, function: &str, line: c_int, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let (file, name, none) = (PyStr::new(file, cx)?, PyStr::new_interned(function, cx)?, PyTuple::from_vec(Vec::new(), cx)?);
    let d = Described {
        argcount: 0,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        flags: 3,
        consts: &none,
        names: &none,
        varnames: &none,
        freevars: &none,
        cellvars: &none,
        filename: &file,
        name: &name,
        qualname: &name,
        firstlineno: line,
        // The instructions, all on the first line.
        linetable: &[0x80 | 13 << 3 | 1, 0],
    };
    describe(&d, cx)
}

capi! {
    /// A code object that runs nothing, for tracebacks of C code.
    fn PyCode_NewEmpty(file: *const c_char, function: *const c_char, line: c_int) -> PyResult<Own<PyCode>> = |cx| { empty(&text(file), &text(function), line.max(0), cx) }
    /// A code object from its parts.
    fn PyUnstable_Code_New(argcount: c_int, kwonly: c_int, nlocals: c_int, stacksize: c_int, flags: c_int, code: Option<&Object>, consts: Option<&Object>, names: Option<&Object>, varnames: Option<&Object>, freevars: Option<&Object>, cellvars: Option<&Object>, filename: Option<&Object>, name: Option<&Object>, qualname: Option<&Object>, line: c_int, linetable: Option<&Object>, exceptions: Option<&Object>) -> PyResult<Own<PyCode>> = |cx| {
        let o = checked([consts, names, varnames, freevars, cellvars], [filename, name, qualname], [code, linetable, exceptions], cx)?;
        build(&o, [argcount, 0, kwonly], flags, line, cx)
    }
    /// A code object from its parts, with positional-only parameters.
    fn PyUnstable_Code_NewWithPosOnlyArgs(argcount: c_int, posonly: c_int, kwonly: c_int, nlocals: c_int, stacksize: c_int, flags: c_int, code: Option<&Object>, consts: Option<&Object>, names: Option<&Object>, varnames: Option<&Object>, freevars: Option<&Object>, cellvars: Option<&Object>, filename: Option<&Object>, name: Option<&Object>, qualname: Option<&Object>, line: c_int, linetable: Option<&Object>, exceptions: Option<&Object>) -> PyResult<Own<PyCode>> = |cx| {
        let o = checked([consts, names, varnames, freevars, cellvars], [filename, name, qualname], [code, linetable, exceptions], cx)?;
        build(&o, [argcount, posonly, kwonly], flags, line, cx)
    }
    /// `co_code`.
    fn PyCode_GetCode(c: &PyCode) -> PyResult<Own<Object>> = |cx| { attr::get_text(c, "co_code", cx) }
    /// `co_varnames`.
    fn PyCode_GetVarnames(c: &PyCode) -> PyResult<Own<PyTuple>> = |cx| { c.varnames(cx) }
    /// `co_cellvars`.
    fn PyCode_GetCellvars(c: &PyCode) -> PyResult<Own<PyTuple>> = |cx| { c.cellvars(cx) }
    /// `co_freevars`.
    fn PyCode_GetFreevars(c: &PyCode) -> PyResult<Own<PyTuple>> = |cx| { c.freevars(cx) }
    /// The line of a byte offset, -1 for none.
    fn PyCode_Addr2Line(c: &PyCode, at: c_int) -> c_int = |_| { if at < 0 { c.firstlineno() } else { c.line_at(at / 2) } }
    /// Line and columns of a byte offset: 1, or 0 for a negative one.
    fn PyCode_Addr2Location(c: &PyCode, at: c_int, line: *mut c_int, column: *mut c_int, end_line: *mut c_int, end_column: *mut c_int) -> c_int = |_| {
        if at < 0 {
            (*line, *end_line) = (c.firstlineno(), c.firstlineno());
            (*column, *end_column) = (0, 0);
            return 1;
        }
        let l = c.location_at(at as usize / 2);
        (*line, *end_line, *column, *end_column) = (l.line, l.end_line, l.column, l.end_column);
        1
    }
}
