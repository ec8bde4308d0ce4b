//! `internal/pycore_code.h`: what kinds of variables a code object has. CPython's own tests compare functions by these numbers.

use crate::capi;
use std::ffi::{c_int, c_void};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::set::PySet;
use taipan_object::abstract_::sequence;

/// `_PyCode_var_counts_t`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Counts {
    total: c_int,
    locals: Locals,
    numfree: c_int,
    unbound: Unbound,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Locals {
    total: c_int,
    args: Args,
    numpure: c_int,
    cells: c_int,
    cells_args: c_int,
    cells_others: c_int,
    hidden: c_int,
    hidden_pure: c_int,
    hidden_cells: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Args {
    total: c_int,
    numposonly: c_int,
    numposorkw: c_int,
    numkwonly: c_int,
    varargs: c_int,
    varkwargs: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Unbound {
    total: c_int,
    globals: c_int,
    numglobal: c_int,
    numbuiltin: c_int,
    globals_unknown: c_int,
    numattrs: c_int,
    numunknown: c_int,
}

const _: () = assert!(size_of::<Counts>() == 23 * 4);

fn count(c: &PyCode) -> Counts {
    use bits::*;
    let n = |b: bool| c_int::from(b);
    let mut k = Counts::default();
    let a = &mut k.locals.args;
    a.numposonly = c.posonlyargcount() as c_int;
    a.numposorkw = c.argcount() as c_int - a.numposonly;
    a.numkwonly = c.kwonlyargcount() as c_int;
    (a.varargs, a.varkwargs) = (n(c.flags() & VARARGS != 0), n(c.flags() & VARKEYWORDS != 0));
    a.total = a.numposonly + a.numposorkw + a.numkwonly + a.varargs + a.varkwargs;
    let nargs = a.total as usize;
    for (i, &kind) in c.local_kinds().iter().enumerate() {
        if kind & FREE != 0 {
            k.numfree += 1;
            continue;
        }
        let (cell, hidden, arg) = (kind & CELL != 0, kind & HIDDEN != 0, i < nargs);
        k.locals.cells_args += n(cell && arg);
        k.locals.cells_others += n(cell && !arg);
        k.locals.hidden_cells += n(hidden && cell);
        k.locals.hidden_pure += n(hidden && !cell);
        k.locals.numpure += n(!cell && !hidden && !arg);
        k.locals.total += 1;
    }
    k.locals.cells = k.locals.cells_args + k.locals.cells_others;
    k.locals.hidden = k.locals.hidden_cells + k.locals.hidden_pure;
    k.unbound.total = c.names().len() as c_int;
    k.unbound.numunknown = k.unbound.total;
    k.total = k.locals.total + k.numfree + k.unbound.total;
    k
}

/// Bits of locals and code flags.
mod bits {
    pub const HIDDEN: u8 = 0x10;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
    pub const VARARGS: u32 = 4;
    pub const VARKEYWORDS: u32 = 8;
}

/// Put each name once into a set, which may be the caller's.
fn distinct(names: Vec<Own<PyStr>>, given: Option<&Object>, cx: &mut Cx) -> PyResult<Vec<Own<PyStr>>> {
    let own;
    let set: &PySet = match given.and_then(|g| g.downcast::<PySet>()) {
        Some(s) => s,
        None => {
            own = PySet::new(cx)?;
            &own
        }
    };
    let mut out = Vec::new();
    for name in names {
        if !sequence::contains(set.as_object(), name.as_object(), cx)? {
            set.add(&name, cx)?;
            out.push(name);
        }
    }
    Ok(out)
}

fn unbound(c: &PyCode, k: &mut Counts, sets: [Option<&Object>; 2], spaces: [Option<&Object>; 2], cx: &mut Cx) -> PyResult<()> {
    let globals = distinct(c.global_names(), sets[0], cx)?;
    let attrs = distinct(c.attribute_names(), sets[1], cx)?;
    let mut u = Unbound { globals: globals.len() as c_int, numattrs: attrs.len() as c_int, ..Unbound::default() };
    for name in &globals {
        let has = |space: Option<&Object>, cx: &mut Cx| match space {
            Some(s) => sequence::contains(s, name.as_object(), cx),
            None => Ok(false),
        };
        if has(spaces[0], cx)? {
            u.numglobal += 1;
        } else if has(spaces[1], cx)? {
            u.numbuiltin += 1;
        } else {
            u.globals_unknown += 1;
        }
    }
    // A name can be a global and an attribute.
    let twice = attrs.iter().filter(|a| globals.iter().any(|g| g.eq_str(a))).count() as c_int;
    u.total = k.unbound.total + twice;
    u.numunknown = u.total - u.globals - u.numattrs;
    k.unbound = u;
    k.total += twice;
    Ok(())
}

capi! {
    /// Count the variables of a code object.
    fn _PyCode_GetVarCounts(c: &PyCode, out: *mut Counts) = |_| { out.write(count(c)) }
    /// Tell globals, builtins and attributes apart.
    fn _PyCode_SetUnboundVarCounts(ts: *mut c_void, c: &PyCode, counts: *mut Counts, globalnames: Option<&Object>, attrnames: Option<&Object>, globals: Option<&Object>, builtins: Option<&Object>) -> PyResult<()> = |cx| {
        unbound(c, &mut *counts, [globalnames, attrnames], [globals, builtins], cx)
    }
}
