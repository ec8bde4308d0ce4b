//! Struct sequences (`PyStructSequence`, Include/structseq.h): tuples whose items also have names, some of them hidden from the tuple.
//!
//! A [`StructSeq`] is a static description and the type's storage. Invariants: the type's storage is the description's first field, so that an instance's type leads
//! back to it; an instance has room for all fields although `ob_size` counts only the visible ones.

use crate::prelude::*;
use crate::typeobj::{self, MemberDef, SlotId, SlotSpec, StaticType, TypePart, TypeSpec, flags, ready_static};
use crate::{abstract_, gc};
use std::cell::Cell;
use std::ffi::{CStr, CString, c_void};
use taipan_macros::pymethods;

/// Name and documentation of one field. An empty name: reachable by index only.
pub type FieldSpec = (&'static str, &'static str);

/// How Python code makes instances.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Constructor {
    /// Not at all (`sys.flags`).
    None,
    /// From a sequence and a dict.
    Sequence,
    /// From the value of the only field (`os.sched_param`).
    Scalar,
}

/// A struct sequence type: make it a `static`.
#[repr(C)]
pub struct StructSeq {
    storage: StaticType,
    name: &'static CStr,
    doc: &'static CStr,
    fields: &'static [FieldSpec],
    visible: usize,
    constructor: Constructor,
    ready: Cell<bool>,
}
// SAFETY: used only with the GIL held.
unsafe impl Sync for StructSeq {}

impl StructSeq {
    /// A description: dotted name, docstring, all fields, how many of them are items of the tuple.
    pub const fn new(name: &'static CStr, doc: &'static CStr, fields: &'static [FieldSpec], visible: usize) -> StructSeq {
        StructSeq { storage: StaticType::empty(), name, doc, fields, visible, constructor: Constructor::Sequence, ready: Cell::new(false) }
    }

    /// As [`StructSeq::new`], for a type without a constructor (`sys.flags`).
    pub const fn without_new(name: &'static CStr, doc: &'static CStr, fields: &'static [FieldSpec], visible: usize) -> StructSeq {
        StructSeq { storage: StaticType::empty(), name, doc, fields, visible, constructor: Constructor::None, ready: Cell::new(false) }
    }

    /// A type with one field, whose constructor takes that field's value.
    pub const fn scalar(name: &'static CStr, doc: &'static CStr, fields: &'static [FieldSpec; 1]) -> StructSeq {
        StructSeq { storage: StaticType::empty(), name, doc, fields, visible: 1, constructor: Constructor::Scalar, ready: Cell::new(false) }
    }

    /// The type; readied on first use.
    pub fn ty(&'static self, cx: &mut Cx) -> PyResult<&'static PyType> {
        if !self.ready.get() {
            ready_static(self.spec(), cx)?;
            self.finish(cx)?;
            if !self.name.to_bytes().starts_with(b"sys.") {
                // CPython makes these at run time: their attributes can be set.
                self.storage.ty.tp_flags.set(self.storage.ty.tp_flags.get() & !flags::IMMUTABLETYPE);
            }
            self.ready.set(true);
        }
        Ok(&self.storage.ty)
    }

    fn unnamed(&self) -> usize {
        self.fields.iter().filter(|f| f.0.is_empty()).count()
    }

    /// The type's specification; leaked once, as static types live for ever.
    fn spec(&'static self) -> &'static TypeSpec {
        let named = self.fields.iter().enumerate().filter(|(_, f)| !f.0.is_empty());
        let mut members: Vec<MemberDef> = named.map(|(i, f)| member(i, f)).collect();
        members.push(MemberDef { name: std::ptr::null(), type_: 0, offset: 0, flags: 0, doc: std::ptr::null() });
        let own = TypePart { members: Box::leak(members.into_boxed_slice()), ..EMPTY_PART };
        let can_new = self.constructor != Constructor::None;
        let new = SlotSpec { id: SlotId::tp_new, func: structseq_new as *const () };
        let new = TypePart { slots: Box::leak(Box::new([new])), ..EMPTY_PART };
        let parts: Vec<TypePart> = if can_new { vec![own, Methods::PART, new] } else { vec![own, Methods::PART] };
        Box::leak(Box::new(TypeSpec {
            doc: Some(self.doc),
            itemsize: 8,
            base: Some(PyTuple::ty),
            dealloc: Some(dealloc),
            traverse: Some(traverse),
            parts: Box::leak(parts.into_boxed_slice()),
            ..TypeSpec::plain(self.name, flags::HAVE_GC | flags::TUPLE_SUBCLASS | if can_new { 0 } else { flags::DISALLOW_INSTANTIATION }, size_of::<PyTuple>() as isize, &self.storage)
        }))
    }

    fn finish(&'static self, cx: &mut Cx) -> PyResult<()> {
        let t = &self.storage.ty;
        let Some(d) = t.tp_dict.own() else { return Ok(()) };
        for (n, v) in [("n_sequence_fields", self.visible), ("n_fields", self.fields.len()), ("n_unnamed_fields", self.unnamed())] {
            let v = PyInt::new(v as i64, cx)?;
            d.set_text(n, v.into_object(), cx)?;
        }
        let mut names = Vec::new();
        for f in self.fields.iter().take(self.visible).filter(|f| !f.0.is_empty()) {
            names.push(PyStr::new_interned(f.0, cx)?.into_object());
        }
        let names = PyTuple::from_vec(names, cx)?;
        d.set_text("__match_args__", names.into_object(), cx)?;
        typeobj::modified(t);
        Ok(())
    }

    /// An instance from the values of all fields in order; missing ones at the end are `None`.
    pub fn make(&'static self, values: impl IntoIterator<Item = Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let t = self.ty(cx)?;
        self.build(t, values, cx)
    }

    fn build(&self, t: &PyType, values: impl IntoIterator<Item = Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = self.fields.len();
        let o = typeobj::alloc::alloc_untracked(t, n, cx)?;
        // SAFETY: a fresh zeroed tuple with room for `n` items; each is written once, then the visible size is set and the object tracked.
        unsafe {
            let items = (o.as_ptr() as *mut u8).add(size_of::<PyTuple>()) as *mut *mut Object;
            let mut values = values.into_iter();
            for i in 0..n {
                *items.add(i) = values.next().unwrap_or_else(|| none().own()).into_raw();
            }
            (*(o.as_ptr() as *const VarHead)).size.set(self.visible as isize);
            o.cast_unchecked::<PyTuple>().cached_hash().set(-1);
            gc::track(o.as_ptr());
            Ok(o.cast_own_unchecked::<PyTuple>())
        }
    }

    /// An instance of a struct sequence type whose fields C code will set; raises `TypeError` for another type.
    pub fn blank(t: &PyType, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Some(s) = StructSeq::of_type(t) else {
            return Err(cx.type_error(format_args!("expected a struct sequence type, got {}", t.name())));
        };
        let o = typeobj::alloc::alloc_untracked(t, s.fields.len(), cx)?;
        // SAFETY: a fresh zeroed tuple; destructor and traversal allow fields that are null.
        unsafe {
            (*(o.as_ptr() as *const VarHead)).size.set(s.visible as isize);
            o.cast_unchecked::<PyTuple>().cached_hash().set(-1);
            gc::track(o.as_ptr());
            Ok(o.cast_own_unchecked::<PyTuple>())
        }
    }

    /// Make a type that C code owns a subclass that adds nothing (`PyStructSequence_InitType`).
    pub fn lend(&'static self, t: &PyType, cx: &mut Cx) -> PyResult<()> {
        let own = self.ty(cx)?;
        t.tp_name.set(self.name.as_ptr());
        t.tp_doc.set(self.doc.as_ptr());
        t.tp_basicsize.set(own.tp_basicsize.get());
        t.tp_itemsize.set(own.tp_itemsize.get());
        t.tp_dealloc.set(Some(dealloc));
        t.tp_traverse.set(Some(traverse));
        t.tp_flags.set(t.tp_flags.get() | flags::HAVE_GC);
        t.tp_base.set(own);
        typeobj::ready_foreign(t, cx)
    }

    /// The description of an object's type, if it is a struct sequence.
    pub fn of(o: &Object) -> Option<&'static StructSeq> {
        StructSeq::of_type(o.ty())
    }

    fn of_type(t: &PyType) -> Option<&'static StructSeq> {
        // SAFETY: only types made here have this destructor, and their storage begins a `StructSeq`.
        t.tp_dealloc.get().is_some_and(|f| f as usize == dealloc as *const () as usize).then(|| unsafe { &*(own_type(t) as *const PyType as *const StructSeq) })
    }

    /// The field at `i`, hidden ones included.
    pub fn field(o: &Object, i: usize) -> Option<Own<Object>> {
        let s = StructSeq::of(o)?;
        // SAFETY: within the fields of an instance; all are set once it is visible.
        (i < s.fields.len()).then(|| unsafe { (**items(o.as_ptr()).add(i)).own() })
    }

    /// The index of a named field.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.0 == name)
    }

    /// Named fields after the visible ones, with their indexes.
    fn hidden(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.fields.iter().enumerate().skip(self.visible).map(|(i, f)| (i, f.0)).filter(|f| !f.1.is_empty())
    }

    /// `type(sequence, dict)`.
    fn from_sequence(&self, t: &PyType, seq: &Object, dict: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let name = t.tp_name_str();
        let mut values = if abstract_::iter::is_sequence(seq) || seq.ty().tp_iter.get().is_some() {
            abstract_::iter::collect(seq, cx)?
        } else {
            return Err(cx.type_error(format_args!("constructor requires a sequence")));
        };
        let dict = match dict {
            None => None,
            Some(d) => match d.downcast::<PyDict>() {
                Some(d) => Some(d),
                None => return Err(cx.type_error(format_args!("{name}() takes a dict as second arg, if any"))),
            },
        };
        let (len, min, max) = (values.len(), self.visible, self.fields.len());
        if min != max {
            if len < min {
                return Err(cx.type_error(format_args!("{name}() takes an at least {min}-sequence ({len}-sequence given)")));
            }
            if len > max {
                return Err(cx.type_error(format_args!("{name}() takes an at most {max}-sequence ({len}-sequence given)")));
            }
        } else if len != min {
            return Err(cx.type_error(format_args!("{name}() takes a {min}-sequence ({len}-sequence given)")));
        }
        let mut found = 0;
        for i in len..max {
            let v = match dict {
                Some(d) if !self.fields[i].0.is_empty() => d.get_text(self.fields[i].0, cx)?,
                _ => None,
            };
            found += v.is_some() as usize;
            values.push(v.unwrap_or_else(|| none().own()));
        }
        if dict.is_some_and(|d| d.len() > found) {
            return Err(cx.type_error(format_args!("{name}() got duplicate or unexpected field name(s)")));
        }
        self.build(t, values, cx)
    }
}

const EMPTY_PART: TypePart = TypePart { slots: &[], methods: &[], getsets: &[], members: &[] };

fn member(i: usize, f: &FieldSpec) -> MemberDef {
    let leak = |s: &str| Box::leak(CString::new(s).unwrap_or_default().into_boxed_c_str()).as_ptr();
    MemberDef {
        name: leak(f.0),
        type_: 6, // _Py_T_OBJECT
        offset: (size_of::<PyTuple>() + i * 8) as isize,
        flags: 1, // Py_READONLY
        doc: if f.1.is_empty() { std::ptr::null() } else { leak(f.1) },
    }
}

/// The struct sequence type itself of a struct sequence type or of its lent subclass ([`StructSeq::lend`]).
fn own_type(t: &PyType) -> &PyType {
    t.base().filter(|b| !std::ptr::eq(*b, PyTuple::ty())).unwrap_or(t)
}

/// # Safety
/// `obj` is a tuple.
unsafe fn items(obj: *mut Object) -> *mut *mut Object {
    (obj as *mut u8).wrapping_add(size_of::<PyTuple>()) as *mut *mut Object
}

unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying instance; every field is released once.
    unsafe {
        gc::untrack(obj);
        let n = StructSeq::of(&*obj).map_or(0, |s| s.fields.len());
        for i in 0..n {
            let p = *items(obj).add(i);
            if !p.is_null() {
                Object::decref(p);
            }
        }
        typeobj::alloc::free_instance(obj);
    }
}

unsafe extern "C" fn traverse(obj: *mut Object, visit: crate::field::VisitProc, arg: *mut c_void) -> i32 {
    // SAFETY: called by the collector with a live instance.
    unsafe {
        let n = StructSeq::of(&*obj).map_or(0, |s| s.fields.len());
        for i in 0..n {
            let p = *items(obj).add(i);
            if !p.is_null() {
                let r = visit(p, arg);
                if r != 0 {
                    return r;
                }
            }
        }
        0
    }
}

unsafe extern "C" fn structseq_new(cls: *mut PyType, args: *mut Object, kwargs: *mut Object) -> *mut Object {
    // SAFETY: the contract of `tp_new`: a tuple and a dict or null; the type's storage begins a `StructSeq`.
    unsafe {
        let cx = &mut Cx::assume();
        let s = &*(own_type(&*cls) as *const PyType as *const StructSeq);
        let args = (*args).cast_unchecked::<PyTuple>();
        let kw = kwargs.as_ref().and_then(|k| k.downcast::<PyDict>());
        crate::err::result_into_raw(new_from_args(s, &*cls, args, kw, cx))
    }
}

fn scalar_from_args(s: &StructSeq, cls: &PyType, args: &PyTuple, kw: Option<&PyDict>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let (func, field) = (cls.name(), s.fields[0].0);
    let total = args.len() + kw.map_or(0, |k| k.len());
    if total > 1 {
        return Err(cx.type_error(format_args!("{func}() takes at most 1 argument ({total} given)")));
    }
    let named = match kw {
        Some(k) => k.get_text(field, cx)?,
        None => None,
    };
    if let Some(v) = args.get(0).map(|o| o.own()).or(named) {
        return s.build(cls, vec![v], cx);
    }
    if total == 1 {
        return Err(cx.type_error(format_args!("{func}() got an unexpected keyword argument")));
    }
    Err(cx.type_error(format_args!("{func}() missing required argument '{field}' (pos 1)")))
}

fn new_from_args(s: &StructSeq, cls: &PyType, args: &PyTuple, kw: Option<&PyDict>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    if s.constructor == Constructor::Scalar {
        return scalar_from_args(s, cls, args, kw, cx);
    }
    let mut given = [args.get(0).map(|o| o.own()), args.get(1).map(|o| o.own())];
    let total = args.len() + kw.map_or(0, |k| k.len());
    if total > 2 {
        return Err(cx.type_error(format_args!("structseq() takes at most 2 arguments ({total} given)")));
    }
    if let Some(k) = kw {
        let mut at = 0;
        while let Some((key, value, _)) = k.next_own(&mut at) {
            let key = abstract_::str(&key, cx)?.to_string();
            let slot = match key.as_str() {
                "sequence" => 0,
                "dict" => 1,
                _ => return Err(cx.type_error(format_args!("structseq() got an unexpected keyword argument '{key}'"))),
            };
            if given[slot].is_some() {
                return Err(cx.type_error(format_args!("argument for structseq() given by name ('{key}') and position ({})", slot + 1)));
            }
            given[slot] = Some(value);
        }
    }
    let [Some(seq), dict] = &given else {
        return Err(cx.type_error(format_args!("structseq() missing required argument 'sequence' (pos 1)")));
    };
    s.from_sequence(cls, seq, dict.as_deref(), cx)
}

/// The methods; the layout is the tuple's.
#[repr(transparent)]
pub struct Methods(PyTuple);
// SAFETY: it is a tuple.
unsafe impl PyLayout for Methods {}
// SAFETY: struct sequences are tuples; the methods find the rest through the type.
unsafe impl PyTyped for Methods {
    fn ty() -> &'static PyType {
        PyTuple::ty()
    }
}

impl Methods {
    fn seq(&self, cx: &mut Cx) -> PyResult<&'static StructSeq> {
        match StructSeq::of(self.as_object()) {
            Some(s) => Ok(s),
            None => Err(cx.type_error(format_args!("not a struct sequence"))),
        }
    }
}

#[pymethods]
impl Methods {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let s = self.seq(cx)?;
        let named: Vec<&str> = s.fields.iter().map(|f| f.0).filter(|n| !n.is_empty()).collect();
        let mut parts: Vec<Own<PyStr>> = vec![PyStr::new(&format!("{}(", self.as_object().ty().tp_name_str()), cx)?];
        for (i, v) in self.0.as_slice().iter().enumerate() {
            // As the reference does, the names are counted without the unnamed fields.
            let sep = if i > 0 { ", " } else { "" };
            parts.push(PyStr::new(&format!("{sep}{}=", named.get(i).unwrap_or(&"")), cx)?);
            parts.push(abstract_::repr(v, cx)?);
        }
        parts.push(PyStr::new(")", cx)?);
        let refs: Vec<&PyStr> = parts.iter().map(|p| &**p).collect();
        PyStr::concat_all(&refs, cx).map(Own::into_object)
    }

    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = self.seq(cx)?;
        if s.constructor == Constructor::Scalar {
            let value = PyTuple::from_slice(self.0.as_slice(), cx)?;
            return PyTuple::from_slice(&[self.as_object().ty().as_object(), &value], cx);
        }
        let visible = PyTuple::from_slice(self.0.as_slice(), cx)?;
        let d = PyDict::new(cx)?;
        for (i, name) in s.hidden() {
            if let Some(v) = StructSeq::field(self.as_object(), i) {
                d.set_text(name, v, cx)?;
            }
        }
        let args = PyTuple::from_slice(&[visible.as_object(), &d], cx)?;
        PyTuple::from_slice(&[self.as_object().ty().as_object(), &args], cx)
    }

    /// __replace__($self, /, **changes)
    /// --
    ///
    /// Return a copy of the structure with new values for the specified fields.
    #[method("__replace__(*args, **kwargs)", nosig)]
    fn replace(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let s = self.seq(cx)?;
        let ty = self.as_object().ty();
        if !args.0.is_empty() {
            return Err(cx.type_error(format_args!("__replace__() takes no positional arguments")));
        }
        if s.unnamed() > 0 {
            return Err(cx.type_error(format_args!("__replace__() is not supported for {} because it has unnamed field(s)", ty.tp_name_str())));
        }
        let rest = kwargs.to_dict(cx)?;
        let mut values = Vec::with_capacity(s.fields.len());
        for (i, f) in s.fields.iter().enumerate() {
            let key = PyStr::new_interned(f.0, cx)?;
            match rest.remove(&key, cx)? {
                Some(v) => values.push(v),
                None => values.push(StructSeq::field(self.as_object(), i).unwrap_or_else(|| none().own())),
            }
        }
        if !rest.is_empty() {
            let names = abstract_::iter::to_list(&rest, cx)?;
            let shown = abstract_::repr(&names, cx)?;
            return Err(cx.type_error(format_args!("Got unexpected field name(s): {shown}")));
        }
        s.build(ty, values, cx).map(Own::into_object)
    }
}
