//! Linking: code objects from what the compiler made, or what was serialised; constants become objects.
//!
//! Strings that look like identifiers are interned, as CPython's compiler does, so that names compare by address.

use super::image::{self, Image, damaged};
use super::linked::Source;
use super::*;
use crate::types::bytes::PyBytes;
use crate::types::float::PyFloat;
use crate::types::set::PyFrozenSet;
use crate::types::slice::new_slice;
use crate::types::str::intern;
use crate::types::{self};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use taipan_bytecode::linetable::{Location, Reader, Writer};
use taipan_bytecode::serial::ReadError;
use taipan_bytecode::serial::image::{Cursor, RawConst};
use taipan_bytecode::{Const, Op, decode};

/// Make a code object; its body is linked when it is needed. Raises `MemoryError`.
pub fn link(spec: CodeSpec, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let filename = str_of(&spec.filename, cx)?;
    link_in(spec, &filename, cx)
}

/// As [`link`], with another `co_filename` than the spec's, for this code and all code in its constants.
pub fn link_in(spec: CodeSpec, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    shell_of(&Arc::new(spec), filename, cx)
}

/// What a code object shows without its body.
pub(super) struct Shape {
    pub name: Own<PyStr>,
    pub qualname: Own<PyStr>,
    pub firstlineno: i32,
    pub flags: u32,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub ntemps: u32,
    pub nlocalsplus: i32,
    pub nlocals: i32,
    pub ncellvars: i32,
    pub nfreevars: i32,
}

fn shell_of(spec: &Arc<CodeSpec>, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let count = |bit: u8| spec.locals.iter().filter(|l| l.kind & bit != 0).count() as i32;
    let shape = Shape {
        name: PyStr::new_interned(&spec.name, cx)?,
        qualname: PyStr::new_interned(&spec.qualname, cx)?,
        firstlineno: spec.firstlineno,
        flags: spec.flags,
        argcount: spec.argcount,
        posonlyargcount: spec.posonlyargcount,
        kwonlyargcount: spec.kwonlyargcount,
        ntemps: spec.ntemps,
        nlocalsplus: spec.locals.len() as i32,
        nlocals: count(local_kind::LOCAL),
        ncellvars: count(local_kind::CELL),
        nfreevars: count(local_kind::FREE),
    };
    shell(shape, Source::Spec(spec.clone()), filename, cx)
}

/// A code object whose body waits.
pub(super) fn shell(s: Shape, source: Source, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let bit = |f: u32| u32::from(s.flags & f != 0);
    let code = cx.new_object(PyCode {
        head: VarHead { head: Object::placeholder(), size: Cell::new(((size_of::<PyCode>() - PUBLIC_BYTES) / 2) as isize) },
        co_consts: Field::new(PyTuple::empty()),
        co_names: Field::new(PyTuple::empty()),
        co_exceptiontable: FieldCell::empty(),
        co_flags: Cell::new(s.flags as i32),
        co_argcount: s.argcount as i32,
        co_posonlyargcount: s.posonlyargcount as i32,
        co_kwonlyargcount: s.kwonlyargcount as i32,
        co_stacksize: s.ntemps as i32,
        co_firstlineno: s.firstlineno,
        co_nlocalsplus: s.nlocalsplus,
        co_framesize: s.nlocalsplus + s.ntemps as i32 + FRAME_HEADER as i32,
        co_nlocals: s.nlocals,
        co_ncellvars: s.ncellvars,
        co_nfreevars: s.nfreevars,
        co_version: Cell::new(0),
        co_localsplusnames: Field::new(PyTuple::empty()),
        co_localspluskinds: FieldCell::empty(),
        co_filename: FieldCell::new(Some(filename.clone().into_object())),
        co_name: Field::new(s.name),
        co_qualname: Field::new(s.qualname),
        co_linetable: FieldCell::empty(),
        co_weakreflist: WeakList::new(),
        co_executors: Cell::new(std::ptr::null_mut()),
        co_cached: Cell::new(std::ptr::null_mut()),
        co_instrumentation_version: Cell::new(0),
        co_monitoring: MonitoringBox::new(),
        co_unique_id: Cell::new(0),
        co_firsttraceable: Cell::new(0),
        co_extra: Cell::new(std::ptr::null_mut()),
        simple_args: Cell::new(NOT_SIMPLE),
        total_args: s.argcount.saturating_add(s.kwonlyargcount).saturating_add(bit(flags::VARARGS) + bit(flags::VARKEYWORDS)),
        exec: Cell::new(std::ptr::null()),
        entry: Cell::new(std::ptr::null()),
        cells: Cell::new(std::ptr::null_mut()),
        body: Body::new(source),
    })?;
    if crate::watchers::CODE.any() {
        crate::watchers::code_event(true, &code, cx);
    }
    Ok(code)
}

/// All that a body consists of, as objects.
pub(super) struct Parts {
    pub consts: Own<PyTuple>,
    pub names: Own<PyTuple>,
    pub local_names: Own<PyTuple>,
    pub kinds: Vec<u8>,
    pub words: Cow<'static, [u32]>,
    pub linetable: Cow<'static, [u8]>,
    pub exceptions: Vec<ExceptionEntry>,
    pub ncells: usize,
}

/// Link the body of a code object that is not linked yet. Runs no Python code. Raises `MemoryError`.
#[cold]
#[inline(never)]
pub(super) fn link_now(code: &PyCode, cx: &mut Cx) -> PyResult<()> {
    let filename = match code.filename().downcast_own::<PyStr>() {
        Ok(f) => f,
        Err(_) => intern::empty(),
    };
    let parts = match code.body.get() {
        Source::Linked(_) => return Ok(()),
        Source::Spec(spec) => from_spec(spec, &filename, cx)?,
        Source::Image { image, at, nconsts, ncells } => {
            let (at, nconsts, ncells) = (*at as usize, *nconsts as usize, *ncells as usize);
            match from_image(image, at, code.nlocals(), nconsts, ncells, &filename, cx) {
                Ok(p) => p,
                Err(Failed::Raised(r)) => return Err(r),
                Err(Failed::Damaged) => return Err(damaged(cx)),
            }
        }
    };
    finish(code, parts, cx)
}

/// Slots of constants: small ints tagged, everything else borrowed from the tuple.
fn slot_of(o: &Object) -> Slot {
    match o.exact::<PyInt>().and_then(PyInt::to_i64).and_then(Slot::try_int) {
        Some(s) => s,
        None => Slot(o.as_ptr() as usize),
    }
}

pub(super) fn finish(code: &PyCode, mut p: Parts, cx: &mut Cx) -> PyResult<()> {
    if cx.interp().config.borrow().no_debug_ranges {
        p.linetable = Cow::Owned(without_columns(&p.linetable, code.co_firstlineno));
    }
    let first = first_traceable(&p.words);
    let entry = entry_words(&p.words);
    // C code reads the kinds from the object.
    let kinds = crate::types::bytes::PyBytes::new(&p.kinds, cx)?;
    let linked = Linked::new(p.words, p.linetable, p.exceptions, &p.kinds, p.ncells, p.consts.as_slice().iter().map(|o| slot_of(o)), cx)?;
    code.head.size.set(linked.words.len() as isize);
    code.co_firsttraceable.set(first as i32);
    code.exec.set(linked.exec());
    code.cells.set(linked.cells());
    let generator_like = code.is_generator_like();
    if code.co_kwonlyargcount == 0 && !code.has_flag(flags::VARARGS | flags::VARKEYWORDS) && !generator_like {
        code.simple_args.set(code.co_argcount as u32);
    }
    let entry = linked.exec().wrapping_add(entry);
    // SAFETY: the empty tuples of a fresh object: whoever saw them has none of their items; nobody borrows from a body that is not linked.
    unsafe {
        drop(code.co_consts.replace(p.consts));
        drop(code.co_names.replace(p.names));
        drop(code.co_localsplusnames.replace(p.local_names));
        drop(code.co_localspluskinds.swap(Some(kinds.into_object())));
        code.body.set_linked(linked);
    }
    code.entry.set(entry);
    Ok(())
}

/// A position table with lines only (`-X no_debug_ranges`).
fn without_columns(table: &[u8], firstlineno: i32) -> Vec<u8> {
    let mut out = Writer::new(firstlineno);
    for (location, words) in Reader::new(table, firstlineno) {
        out.push(if location.line < 0 { Location::NONE } else { Location::line(location.line) }, words);
    }
    out.finish()
}

impl PyCode {
    /// Take other constants of the same number; for a linked code object that nobody has seen yet.
    pub(super) fn adopt_consts(&self, t: &PyTuple) {
        for (i, o) in t.as_slice().iter().enumerate().take(self.co_consts.len()) {
            // SAFETY: within the slots, which nobody reads yet.
            unsafe { *(self.cells.get() as *mut Slot).offset(!(i as isize)) = slot_of(o) };
        }
        // SAFETY: nobody borrows the old tuple yet.
        drop(unsafe { self.co_consts.replace(t.new_ref()) });
    }
}

/// Words before the first instruction: a `nop` at the very beginning stands for entering the code and is not executed.
fn entry_words(words: &[u32]) -> usize {
    usize::from(words.first().is_some_and(|w| *w as u8 == Op::Nop as u8))
}

/// The first instruction that is not part of setting up the frame.
fn first_traceable(words: &[u32]) -> usize {
    let mut at = entry_words(words);
    while let Ok(i) = decode(words, at) {
        match i.op {
            Op::MakeCell | Op::CopyFreeVars => at = i.end,
            Op::ReturnGenerator => return i.end,
            _ => break,
        }
    }
    at
}

// ---- from serialised code ----

/// Why an image could not be linked.
enum Failed {
    Raised(Raised),
    Damaged,
}
impl From<Raised> for Failed {
    fn from(r: Raised) -> Self {
        Failed::Raised(r)
    }
}
impl From<ReadError> for Failed {
    fn from(_: ReadError) -> Self {
        Failed::Damaged
    }
}

/// Words in place when the address allows it.
fn words_in(bytes: &'static [u8]) -> Cow<'static, [u32]> {
    // SAFETY: any bits are a u32.
    let (before, words, after) = unsafe { bytes.align_to::<u32>() };
    if cfg!(target_endian = "little") && before.is_empty() && after.is_empty() {
        return Cow::Borrowed(words);
    }
    Cow::Owned(taipan_bytecode::serial::image::words_of(bytes).collect())
}

fn from_image(
    image: &Rc<Image>,
    at: usize,
    nlocals: usize,
    nconsts: usize,
    ncells: usize,
    filename: &Own<PyStr>,
    cx: &mut Cx,
) -> Result<Parts, Failed> {
    let mut c = image.raw().read(at);
    let mut kinds = Vec::with_capacity(nlocals);
    let mut locals = Vec::with_capacity(nlocals);
    for _ in 0..nlocals {
        let (name, kind) = c.local()?;
        locals.push(image.name(name, cx)?.into_object());
        kinds.push(kind);
    }
    let count = c.count()?;
    let mut names = Vec::with_capacity(count);
    for _ in 0..count {
        names.push(image.name(c.index()?, cx)?.into_object());
    }
    let consts = raw_items(image, nconsts, &mut c, filename, cx)?;
    let words = words_in(c.words()?);
    let linetable = Cow::Borrowed(c.bytes()?);
    let exceptions = c.exceptions()?;
    Ok(Parts {
        consts,
        names: PyTuple::from_vec(names, cx)?,
        local_names: PyTuple::from_vec(locals, cx)?,
        kinds,
        words,
        linetable,
        exceptions,
        ncells,
    })
}

fn raw_items(image: &Rc<Image>, n: usize, c: &mut Cursor<'static>, filename: &Own<PyStr>, cx: &mut Cx) -> Result<Own<PyTuple>, Failed> {
    let mut v = Vec::with_capacity(n);
    for _ in 0..n {
        v.push(raw_constant(image, c, filename, cx)?);
    }
    Ok(PyTuple::from_vec(v, cx)?)
}

fn raw_constant(image: &Rc<Image>, c: &mut Cursor<'static>, filename: &Own<PyStr>, cx: &mut Cx) -> Result<Own<Object>, Failed> {
    Ok(match c.constant()? {
        RawConst::None => types::singletons::none().own(),
        RawConst::Ellipsis => types::singletons::ellipsis().own(),
        RawConst::Bool(b) => types::boolean::from_bool(b),
        RawConst::Int(v) => PyInt::new(v, cx)?.into_object(),
        RawConst::BigInt(v) => PyInt::from_big(&v, cx)?.into_object(),
        RawConst::Float(v) => PyFloat::new(v, cx)?.into_object(),
        RawConst::Complex(re, im) => types::complex::PyComplex::new(re, im, cx)?.into_object(),
        RawConst::Name(i) => image.name(i, cx)?.into_object(),
        RawConst::Str(s) => image::text(s, cx)?.into_object(),
        RawConst::Bytes(b) => PyBytes::new(b, cx)?.into_object(),
        RawConst::Tuple(n) => raw_items(image, n, c, filename, cx)?.into_object(),
        RawConst::FrozenSet(n) => {
            let t = raw_items(image, n, c, filename, cx)?;
            PyFrozenSet::from_iterable(&t, cx)?
        }
        RawConst::Slice => {
            let t = raw_items(image, 3, c, filename, cx)?;
            let parts = t.as_slice();
            new_slice(parts[0], parts[1], parts[2], cx)?
        }
        RawConst::Code(h) => image::link(image, &h, filename, cx)?.into_object(),
    })
}

// ---- from a spec ----

fn str_of(s: &taipan_text::Wtf8Buf, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    match s.as_str() {
        Some(t) => PyStr::new(t, cx),
        None => PyStr::from_code_points(&s.code_points().collect::<Vec<_>>(), cx),
    }
}

fn looks_like_name(s: &PyStr) -> bool {
    s.as_ascii().is_some_and(|t| t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

fn names_tuple<'a>(it: impl Iterator<Item = &'a str>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut v = Vec::new();
    for n in it {
        v.push(PyStr::new_interned(n, cx)?.into_object());
    }
    PyTuple::from_vec(v, cx)
}

fn from_spec(spec: &Arc<CodeSpec>, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Parts> {
    Ok(Parts {
        consts: tuple(&spec.consts, filename, cx)?,
        names: names_tuple(spec.names.iter().map(|n| &**n), cx)?,
        local_names: names_tuple(spec.locals.iter().map(|l| &*l.name), cx)?,
        kinds: spec.locals.iter().map(|l| l.kind).collect(),
        words: Cow::Owned(spec.code.clone()),
        linetable: Cow::Owned(spec.linetable.clone()),
        exceptions: spec.exceptions.clone(),
        ncells: spec.ncells as usize,
    })
}

fn constant(c: &Const, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(match c {
        Const::None => types::singletons::none().own(),
        Const::Ellipsis => types::singletons::ellipsis().own(),
        Const::Bool(b) => types::boolean::from_bool(*b),
        Const::Int(v) => PyInt::new(*v, cx)?.into_object(),
        Const::BigInt(v) => PyInt::from_big(v, cx)?.into_object(),
        Const::Float(v) => PyFloat::new(*v, cx)?.into_object(),
        Const::Complex(re, im) => types::complex::PyComplex::new(*re, *im, cx)?.into_object(),
        Const::Str(s) => {
            let s = str_of(s, cx)?;
            if looks_like_name(&s) { intern::intern(s, cx).into_object() } else { s.into_object() }
        }
        Const::Bytes(b) => PyBytes::new(b, cx)?.into_object(),
        Const::Tuple(items) => tuple(items, filename, cx)?.into_object(),
        Const::FrozenSet(items) => {
            let t = tuple(items, filename, cx)?;
            PyFrozenSet::from_iterable(&t, cx)?
        }
        Const::Slice(parts) => {
            let [a, b, c] = &**parts;
            let (a, b, c) = (constant(a, filename, cx)?, constant(b, filename, cx)?, constant(c, filename, cx)?);
            new_slice(&a, &b, &c, cx)?
        }
        Const::Code(spec) => shell_of(spec, filename, cx)?.into_object(),
    })
}

fn tuple(items: &[Const], filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut v = Vec::with_capacity(items.len());
    for c in items {
        v.push(constant(c, filename, cx)?);
    }
    PyTuple::from_vec(v, cx)
}
