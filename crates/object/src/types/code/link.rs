//! Linking: a [`CodeSpec`] becomes a code object, its constants become objects.
//!
//! Strings that look like identifiers are interned, as CPython's compiler does, so that names compare by address.

use super::*;
use crate::types::bytes::PyBytes;
use crate::types::float::PyFloat;
use crate::types::set::PyFrozenSet;
use crate::types::slice::new_slice;
use crate::types::str::intern;
use crate::types::{self};
use taipan_bytecode::{Const, Op, decode};

/// Make a code object. Nested code is linked with it. Raises `MemoryError`.
pub fn link(spec: Arc<CodeSpec>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let filename = str_of(&spec.filename, cx)?;
    link_in(spec, &filename, cx)
}

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

/// Make a constant. `intern_all`: strings inside become names whatever they look like.
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
        Const::Code(spec) => link_in(Arc::new((**spec).clone()), filename, cx)?.into_object(),
    })
}

fn tuple(items: &[Const], filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut v = Vec::with_capacity(items.len());
    for c in items {
        v.push(constant(c, filename, cx)?);
    }
    PyTuple::from_vec(v, cx)
}

/// As [`link`], with another `co_filename` than the spec's, for this code and all code in its constants.
pub fn link_in(spec: Arc<CodeSpec>, filename: &Own<PyStr>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let consts = tuple(&spec.consts, filename, cx)?;
    let names = names_tuple(spec.names.iter().map(|n| &**n), cx)?;
    let local_names = names_tuple(spec.locals.iter().map(|l| &*l.name), cx)?;
    let (name, qualname) = (PyStr::new_interned(&spec.name, cx)?, PyStr::new_interned(&spec.qualname, cx)?);
    let slots: Box<[Slot]> = spec
        .consts
        .iter()
        .zip(consts.as_slice())
        .map(|(c, o)| match c {
            Const::Int(v) => Slot::try_int(*v).unwrap_or(Slot(o.as_ptr() as usize)),
            _ => Slot(o.as_ptr() as usize),
        })
        .collect();
    let count = |bit: u8| spec.locals.iter().filter(|l| l.kind & bit != 0).count() as i32;
    let total_args = spec.total_args() as u32;
    let generator_like = spec.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0;
    let simple = spec.kwonlyargcount == 0 && spec.flags & (flags::VARARGS | flags::VARKEYWORDS) == 0 && !generator_like;
    let frame_words = spec.locals.len() + spec.ntemps as usize + FRAME_HEADER;
    let exec: Box<[Cell<u32>]> = spec.code.iter().map(|w| Cell::new(*w)).collect();
    let cells: Box<[Cell<CacheCell>]> = (0..spec.ncells).map(|_| Cell::default()).collect();
    cx.new_object(PyCode {
        head: VarHead { head: Object::placeholder(), size: Cell::new(spec.code.len() as isize) },
        co_consts: Field::new(consts),
        co_names: Field::new(names),
        co_exceptiontable: FieldCell::empty(),
        co_flags: Cell::new(spec.flags as i32),
        co_argcount: spec.argcount as i32,
        co_posonlyargcount: spec.posonlyargcount as i32,
        co_kwonlyargcount: spec.kwonlyargcount as i32,
        co_stacksize: spec.ntemps as i32,
        co_firstlineno: spec.firstlineno,
        co_nlocalsplus: spec.locals.len() as i32,
        co_framesize: frame_words as i32,
        co_nlocals: count(local_kind::LOCAL),
        co_ncellvars: count(local_kind::CELL),
        co_nfreevars: count(local_kind::FREE),
        co_version: Cell::new(0),
        co_localsplusnames: Field::new(local_names),
        co_localspluskinds: FieldCell::empty(),
        co_filename: FieldCell::new(Some(filename.clone().into_object())),
        co_name: Field::new(name),
        co_qualname: Field::new(qualname),
        co_linetable: FieldCell::empty(),
        co_weakreflist: WeakList::new(),
        co_executors: Cell::new(std::ptr::null_mut()),
        co_cached: Cell::new(std::ptr::null_mut()),
        co_instrumentation_version: Cell::new(0),
        co_monitoring: MonitoringBox::new(),
        co_unique_id: Cell::new(0),
        co_firsttraceable: Cell::new(first_traceable(&spec) as i32),
        co_extra: Cell::new(std::ptr::null_mut()),
        simple_args: if simple { spec.argcount } else { NOT_SIMPLE },
        total_args,
        exec: exec.as_ptr() as *const u32,
        entry: (exec.as_ptr() as *const u32).wrapping_add(entry_words(&spec)),
        slots: slots.as_ptr(),
        cells: cells.as_ptr() as *mut CacheCell,
        linked: Linked { spec, exec, cells, slots },
        varnames: FieldCell::empty(),
        cellvars: FieldCell::empty(),
        freevars: FieldCell::empty(),
    })
}

/// Words before the first instruction: a `nop` at the very beginning stands for entering the code and is not executed.
fn entry_words(spec: &CodeSpec) -> usize {
    usize::from(spec.code.first().is_some_and(|w| *w as u8 == Op::Nop as u8))
}

/// The first instruction that is not part of setting up the frame.
fn first_traceable(spec: &CodeSpec) -> usize {
    let mut at = entry_words(spec);
    while let Ok(i) = decode(&spec.code, at) {
        match i.op {
            Op::MakeCell | Op::CopyFreeVars => at = i.end,
            Op::ReturnGenerator => return i.end,
            _ => break,
        }
    }
    at
}

/// `code.replace(…)`: names, file, first line, flags and constants can change; the instructions and what they refer to belong together and cannot.
pub(super) fn replaced(code: &PyCode, changes: &PyDict, cx: &mut Cx) -> PyResult<Own<PyCode>> {
    let mut spec = (**code.spec_arc()).clone();
    let mut filename = code.filename().downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("co_filename must be a string")))?;
    let mut consts = None;
    let mut pos = 0;
    while let Some((k, v, _)) = changes.next_own(&mut pos) {
        let key = k.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
        let text = || v.downcast::<PyStr>().map(|s| s.to_string_lossy().into_boxed_str());
        let int = |cx: &mut Cx| crate::abstract_::number::index(&v, cx).map(|i| i.to_i64().unwrap_or(0));
        match key.as_str() {
            "co_name" | "co_qualname" => match text() {
                Some(t) if key == "co_name" => spec.name = t,
                Some(t) => spec.qualname = t,
                None => return Err(cx.type_error(format_args!("replace() argument '{key}' must be str, not {}", v.ty().tp_name_str()))),
            },
            "co_filename" => match v.downcast::<PyStr>() {
                Some(s) => filename = s.new_ref(),
                None => return Err(cx.type_error(format_args!("replace() argument 'co_filename' must be str, not {}", v.ty().tp_name_str()))),
            },
            "co_firstlineno" => spec.firstlineno = int(cx)? as i32,
            "co_flags" => spec.flags = int(cx)? as u32,
            "co_consts" => match v.exact::<PyTuple>() {
                Some(t) if t.len() == spec.consts.len() => consts = Some(t.new_ref()),
                Some(_) => return Err(cx.value_error(format_args!("co_consts must keep its length"))),
                None => return Err(cx.type_error(format_args!("replace() argument 'co_consts' must be tuple, not {}", v.ty().tp_name_str()))),
            },
            _ => {
                let now = crate::attr::get_opt(code.as_object(), &*crate::attr::as_name(&k, cx)?, cx)?;
                match now {
                    Some(n) if crate::abstract_::eq(&n, &v, cx)? => {}
                    Some(_) => return Err(cx.value_error(format_args!("{key} cannot be replaced in Taipan's code objects"))),
                    None => return Err(cx.type_error(format_args!("replace() got an unexpected keyword argument '{key}'"))),
                }
            }
        }
    }
    let new = link_in(Arc::new(spec), &filename, cx)?;
    if let Some(t) = consts {
        new.adopt_consts(&t);
    }
    Ok(new)
}

impl PyCode {
    /// Take other constants of the same number; for a code object that nobody has seen yet.
    pub(super) fn adopt_consts(&self, t: &PyTuple) {
        for (i, o) in t.as_slice().iter().enumerate() {
            let s = match o.exact::<PyInt>().and_then(PyInt::to_i64).and_then(Slot::try_int) {
                Some(s) => s,
                None => Slot(o.as_ptr() as usize),
            };
            // SAFETY: within the slots, which nobody reads yet.
            unsafe { *(self.slots as *mut Slot).add(i) = s };
        }
        // SAFETY: nobody borrows the old tuple yet.
        drop(unsafe { self.co_consts.replace(t.new_ref()) });
    }
}
