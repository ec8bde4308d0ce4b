//! `type.__new__`: making a class from name, bases and namespace.

use super::subtype;
use crate::args::{Args, Kwargs};
use crate::err::result_from_raw;
use crate::prelude::*;
use crate::typeobj::slots::update::fixup_all;
use crate::typeobj::*;
use crate::types::descr::{self, member_code as code};
use crate::types::{cell::PyCell, static_method};
use std::ffi::CString;
use taipan_macros::pymethods;

/// The most derived metatype of `meta` and the bases' types. Raises `TypeError` on a conflict.
pub fn calculate_metaclass<'a>(meta: &'a PyType, bases: &'a PyTuple, cx: &mut Cx) -> PyResult<&'a PyType> {
    let mut winner = meta;
    for b in bases.as_slice() {
        let t = b.ty();
        if winner.is_subtype(t) {
            continue;
        }
        if t.is_subtype(winner) {
            winner = t;
            continue;
        }
        return Err(cx.type_error(format_args!(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
        )));
    }
    Ok(winner)
}

#[pymethods(NEW)]
impl PyType {
    #[slot(tp_new)]
    fn tp_new(meta: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let [name, bases, ns] = args.0 else {
            return Err(cx.type_error(format_args!("type.__new__() takes exactly 3 arguments ({} given)", args.0.len())));
        };
        fn want<'a, T: PyTyped>(o: &'a Object, n: usize, what: &str, cx: &mut Cx) -> PyResult<&'a T> {
            o.downcast::<T>().ok_or_else(|| cx.type_error(format_args!("type.__new__() argument {n} must be {what}, not {}", o.ty().tp_name_str())))
        }
        let name = want::<PyStr>(name, 1, "str", cx)?;
        let bases = want::<PyTuple>(bases, 2, "tuple", cx)?;
        let ns = want::<PyDict>(ns, 3, "dict", cx)?;
        let bases = if bases.is_empty() { PyTuple::from_slice(&[object_type().as_object()], cx)? } else { check_bases(bases, cx)? };
        let winner = calculate_metaclass(meta, &bases, cx)?;
        if !std::ptr::eq(winner, meta) {
            let mine = PyType::ty().tp_new.get().map(|f| f as usize);
            let Some(f) = winner.tp_new.get() else {
                return Err(cx.type_error(format_args!("cannot create '{}' instances", winner.tp_name_str())));
            };
            if Some(f as usize) != mine {
                let t = args.to_tuple(cx)?;
                let d = if kw.is_empty() { None } else { Some(kw.to_dict(cx)?) };
                let d = d.as_ref().map_or(std::ptr::null_mut(), |d| d.as_object().as_ptr());
                // SAFETY: the slot's contract.
                return unsafe { result_from_raw(f(winner as *const PyType as *mut PyType, t.as_object().as_ptr(), d)) };
            }
        }
        new_class(winner, name, &bases, ns, kw, cx)
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        match args.0.len() {
            1 if !kw.is_empty() => Err(cx.type_error(format_args!("type.__init__() takes no keyword arguments"))),
            1 | 3 => Ok(()),
            _ => Err(cx.type_error(format_args!("type.__init__() takes 1 or 3 arguments"))),
        }
    }
}

/// Bases must be types; objects with `__mro_entries__` were to be resolved before.
fn check_bases(bases: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    for b in bases.as_slice() {
        if !b.is_a::<PyType>() && crate::attr::has(b, name!(cx, "__mro_entries__"), cx)? {
            return Err(cx.type_error(format_args!("type() doesn't support MRO entry resolution; use types.new_class()")));
        }
    }
    Ok(bases.new_ref())
}

/// What `__slots__` asks for.
struct Slots {
    /// Mangled names, sorted; none when there is no `__slots__`.
    names: Option<Vec<Own<PyStr>>>,
    add_dict: bool,
    add_weak: bool,
}

/// Make the class. `meta` is the final metatype. Runs `__set_name__` and `__init_subclass__`.
pub fn new_class(meta: &PyType, name: &PyStr, bases: &PyTuple, ns: &PyDict, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let base = best_base(bases, cx)?;
    let dict = if ns.is_exact::<PyDict>() {
        ns.copy(cx)?
    } else {
        let d = PyDict::new(cx)?;
        d.update(ns, cx)?;
        d
    };
    let slots = read_slots(name, base, bases, &dict, cx)?;
    let nslots = slots.names.as_ref().map_or(0, |n| n.len());
    let obj = match meta.tp_alloc.get() {
        // SAFETY: the slot's contract.
        Some(f) => unsafe { result_from_raw(f(meta as *const PyType as *mut PyType, nslots as isize))? },
        None => alloc_instance(meta, nslots, cx)?,
    };
    // SAFETY: an instance of a metatype.
    let h = unsafe { obj.cast_unchecked::<PyHeapType>() };
    fill_head(h, name, base, bases, &dict, cx)?;
    fill_namespace(h, &dict, cx)?;
    // Before the members of `__slots__` go in, which may have the cells' names.
    let cell = take_cell(&dict, "__classcell__", cx)?;
    let dict_cell = take_cell(&dict, "__classdictcell__", cx)?;
    lay_out(h, base, &slots, cx)?;
    warn_odd_keys(&dict, name, cx)?;
    // Already the metatype's `mro()` may run functions that use `__class__`.
    if let Some(c) = cell {
        drop(c.replace(Some(obj.clone())));
    }
    if let Some(c) = dict_cell {
        drop(c.replace(Some(dict.clone().into_object())));
    }
    ready_class(h, meta, bases, cx)?;
    fixup_all(h, cx);
    if h.slots.ty.has(flags::INLINE_VALUES) {
        let names = static_attributes(&dict, cx)?;
        crate::instance::init_class(h, names.as_deref(), cx)?;
    }
    set_names(&obj, &dict, cx)?;
    init_subclass(&obj, kw, cx)?;
    Ok(obj)
}

/// The names that methods of the class assign on `self`, if the compiler noted them.
fn static_attributes(dict: &PyDict, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
    Ok(dict.get(name!(cx, "__static_attributes__"), cx)?.and_then(|t| t.downcast_own::<PyTuple>().ok()))
}

fn utf8(name: &PyStr, cx: &mut Cx) -> PyResult<CString> {
    let s = name.utf8_cached(cx)?.to_vec();
    CString::new(s).map_err(|_| cx.value_error(format_args!("type name must not contain null characters")))
}

/// Name, bases and the connection of the embedded tables.
fn fill_head(h: &PyHeapType, name: &PyStr, base: &PyType, bases: &PyTuple, dict: &Own<PyDict>, cx: &mut Cx) -> PyResult<()> {
    let t = &h.slots.ty;
    t.tp_flags.set(flags::HEAPTYPE | flags::BASETYPE);
    let text = utf8(name, cx)?;
    let raw = text.into_raw();
    h.ht_tpname.set(raw);
    t.tp_name.set(raw);
    h.ht_name.set(Some(name.as_object().own()), cx);
    t.tp_as_async.set(&h.slots.as_async);
    t.tp_as_number.set(&h.slots.as_number);
    t.tp_as_sequence.set(&h.slots.as_sequence);
    t.tp_as_mapping.set(&h.slots.as_mapping);
    t.tp_as_buffer.set(&h.slots.as_buffer);
    t.tp_bases.set(Some(bases.new_ref()), cx);
    base.as_object().incref();
    t.tp_base.set(base);
    t.tp_dict.set(Some(dict.clone()), cx);
    Ok(())
}

/// Free the C strings of a dying class.
pub(super) fn free_texts(h: &PyHeapType) {
    let p = h.ht_tpname.replace(std::ptr::null_mut());
    if !p.is_null() {
        // SAFETY: made by `CString::into_raw` in `fill_head` (C-made heap types keep theirs elsewhere).
        drop(unsafe { CString::from_raw(p) });
    }
    let doc = h.slots.ty.tp_doc.replace(std::ptr::null());
    if !doc.is_null() {
        // SAFETY: likewise, in `fill_namespace`.
        drop(unsafe { CString::from_raw(doc as *mut _) });
    }
}

/// `__module__`, `__qualname__`, `__doc__`, and the methods that are static or class methods without saying so.
fn fill_namespace(h: &PyHeapType, dict: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let qn = name!(cx, "__qualname__");
    match dict.remove(qn, cx)? {
        Some(q) => {
            if !q.is_a::<PyStr>() {
                return Err(cx.type_error(format_args!("type __qualname__ must be a str, not {}", q.ty().tp_name_str())));
            }
            h.ht_qualname.set(Some(q), cx);
        }
        None => h.ht_qualname.set(h.ht_name.own(), cx),
    }
    let mn = name!(cx, "__module__");
    if !dict.contains(mn, cx)? {
        if let Some(g) = crate::thread::current_globals(cx) {
            if let Some(m) = g.get(name!(cx, "__name__"), cx)? {
                dict.set(mn, &m, cx)?;
            }
        }
    }
    if let Some(doc) = dict.get(name!(cx, "__doc__"), cx)? {
        if let Some(s) = doc.downcast::<PyStr>() {
            // Text behind a zero is there for `__doc__` only.
            let text = s.utf8_cached(cx)?;
            let end = text.iter().position(|b| *b == 0).unwrap_or(text.len());
            h.slots.ty.tp_doc.set(CString::new(&text[..end]).unwrap_or_default().into_raw());
        }
    }
    let function = |f: &Object| f.ty().tp_name_str() == "function";
    let new = name!(cx, "__new__");
    if let Some(f) = dict.get(new, cx)?.filter(|f| function(f)) {
        let f = static_method::new_staticmethod(&f, cx)?;
        dict.set(new, &f, cx)?;
    }
    for n in [name!(cx, "__init_subclass__"), name!(cx, "__class_getitem__")] {
        if let Some(f) = dict.get(n, cx)?.filter(|f| function(f)) {
            let f = static_method::new_classmethod(&f, cx)?;
            dict.set(n, &f, cx)?;
        }
    }
    Ok(())
}

fn take_cell(dict: &PyDict, key: &str, cx: &mut Cx) -> PyResult<Option<Own<PyCell>>> {
    let k = PyStr::new_interned(key, cx)?;
    let Some(c) = dict.remove(&k, cx)? else { return Ok(None) };
    match c.downcast_own::<PyCell>() {
        Ok(c) => Ok(Some(c)),
        Err(c) => Err(cx.type_error(format_args!("{key} must be a nonlocal cell, not <class '{}'>", c.ty().tp_name_str()))),
    }
}

fn may_add_dict(base: &PyType) -> bool {
    base.tp_dictoffset.get() == 0 && !base.has(flags::MANAGED_DICT)
}
fn may_add_weak(base: &PyType) -> bool {
    base.tp_weaklistoffset.get() == 0 && base.tp_itemsize.get() == 0 && !base.has(flags::MANAGED_WEAKREF)
}

fn read_slots(cls: &PyStr, base: &PyType, bases: &PyTuple, dict: &PyDict, cx: &mut Cx) -> PyResult<Slots> {
    let (can_dict, can_weak) = (may_add_dict(base), may_add_weak(base));
    let Some(v) = dict.get(name!(cx, "__slots__"), cx)? else {
        return Ok(Slots { names: None, add_dict: can_dict, add_weak: can_weak });
    };
    let listed: Vec<Own<Object>> = if v.is_a::<PyStr>() { vec![v] } else { crate::abstract_::iter::collect(&v, cx)? };
    if !listed.is_empty() && base.tp_itemsize.get() != 0 {
        return Err(cx.type_error(format_args!("nonempty __slots__ not supported for subtype of '{}'", base.tp_name_str())));
    }
    let mut out = Slots { names: None, add_dict: false, add_weak: false };
    let mut names: Vec<Own<PyStr>> = Vec::new();
    for s in listed {
        let Ok(s) = s.downcast_own::<PyStr>().map_err(|s| cx.type_error(format_args!("__slots__ items must be strings, not '{}'", s.ty().tp_name_str()))) else {
            // SAFETY: the closure raised.
            return Err(unsafe { Raised::assume() });
        };
        if !crate::types::str::is_identifier(&s) {
            return Err(cx.type_error(format_args!("__slots__ must be identifiers")));
        }
        if s.eq_text("__dict__") {
            if !can_dict || out.add_dict {
                return Err(cx.type_error(format_args!("__dict__ slot disallowed: we already got one")));
            }
            out.add_dict = true;
            continue;
        }
        if s.eq_text("__weakref__") {
            if !can_weak || out.add_weak {
                return Err(cx.type_error(format_args!("__weakref__ slot disallowed: we already got one")));
            }
            out.add_weak = true;
            continue;
        }
        let m = mangle(cls, &s, cx)?;
        if dict.contains(&m, cx)? && !s.eq_text("__qualname__") && !s.eq_text("__classcell__") && !s.eq_text("__classdictcell__") {
            return Err(cx.value_error(format_args!("'{s}' in __slots__ conflicts with class variable")));
        }
        names.push(m);
    }
    names.sort_by(|a, b| a.code_points().cmp(b.code_points()));
    out.names = Some(names);
    // Other bases may bring a dict or weak references along.
    for other in bases.as_slice().iter().filter_map(|b| b.downcast::<PyType>()).filter(|b| !std::ptr::eq(*b, base)) {
        out.add_dict |= can_dict && !may_add_dict(other);
        out.add_weak |= can_weak && (other.tp_weaklistoffset.get() != 0 || other.has(flags::MANAGED_WEAKREF));
    }
    Ok(out)
}

/// `__x` in class `C` becomes `_C__x`.
fn mangle(cls: &PyStr, name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let (c, n) = (cls.to_string_lossy(), name.to_string_lossy());
    let stripped = c.trim_start_matches('_');
    let s = if n.starts_with("__") && !n.ends_with("__") && !n.contains('.') && !stripped.is_empty() { format!("_{stripped}{n}") } else { n };
    PyStr::new_interned(&s, cx)
}

/// Sizes, offsets, members, flags and the slots that every Python class has.
fn lay_out(h: &PyHeapType, base: &PyType, slots: &Slots, cx: &mut Cx) -> PyResult<()> {
    let t = &h.slots.ty;
    let mut offset = base.tp_basicsize.get();
    t.tp_itemsize.set(base.tp_itemsize.get());
    if let Some(names) = &slots.names {
        // SAFETY: `new_class` allocated one row per name behind the struct.
        let rows = unsafe { (h as *const PyHeapType as *mut u8).offset(t.as_object().ty().tp_basicsize.get()) as *mut MemberDef };
        for (i, n) in names.iter().enumerate() {
            let Ok(text) = CString::new(n.to_string_lossy()) else {
                return Err(cx.type_error(format_args!("__slots__ must be identifiers")));
            };
            // Rows live as long as the class; their names are interned for good, as member names are few.
            // SAFETY: within the allocated rows.
            unsafe { rows.add(i).write(MemberDef { name: text.into_raw(), type_: code::OBJECT_EX, offset, flags: 0, doc: std::ptr::null() }) };
            offset += 8;
        }
        let tuple = PyTuple::from_exact(names.iter().map(|n| n.as_object().own()), cx)?;
        h.ht_slots.set(Some(tuple.into_object()), cx);
    }
    let mut f = t.tp_flags.get();
    t.tp_dictoffset.set(base.tp_dictoffset.get());
    t.tp_weaklistoffset.set(base.tp_weaklistoffset.get());
    f |= base.tp_flags.get() & (flags::MANAGED_DICT | flags::MANAGED_WEAKREF);
    if slots.add_dict {
        f |= flags::MANAGED_DICT | flags::HAVE_GC;
        t.tp_dictoffset.set(-1);
    }
    if slots.add_weak {
        f |= flags::MANAGED_WEAKREF | flags::HAVE_GC;
        t.tp_weaklistoffset.set(-(alloc::WEAKREF_BEFORE as isize));
    }
    if f & flags::MANAGED_DICT != 0 && base.tp_itemsize.get() == 0 && inline_fits(base, offset) {
        f |= flags::INLINE_VALUES;
    }
    // Instances know their class, which may know them: every class made by Python takes part in collections.
    f |= flags::HAVE_GC;
    t.tp_basicsize.set(offset);
    t.tp_flags.set(f);
    t.tp_dealloc.set(Some(subtype::DEALLOC));
    t.tp_new.set(base.tp_new.get());
    t.tp_alloc.set(Some(alloc::generic_alloc));
    t.tp_free.set(Some(alloc::generic_free));
    if f & flags::HAVE_GC != 0 {
        t.tp_traverse.set(Some(subtype::subtype_traverse));
        t.tp_clear.set(Some(subtype::subtype_clear));
    }
    descriptors(h, base, slots, cx)
}

/// Inline values lie behind the object, so the base must have a plain, fixed layout.
fn inline_fits(base: &PyType, offset: isize) -> bool {
    (base.has(flags::INLINE_VALUES) || !base.has(flags::MANAGED_DICT)) && offset == base.tp_basicsize.get() && solid_is_object(base)
}
fn solid_is_object(base: &PyType) -> bool {
    base.tp_basicsize.get() == object_type().tp_basicsize.get()
}

/// Member descriptors for `__slots__`, getsets for `__dict__` and `__weakref__`.
fn descriptors(h: &PyHeapType, base: &PyType, slots: &Slots, cx: &mut Cx) -> PyResult<()> {
    let t = &h.slots.ty;
    let Some(dict) = t.tp_dict.own() else { return Ok(()) };
    for m in subtype::own_members(h) {
        let d = descr::new_member(t, m, cx)?;
        let n = descr::c_name(m.name, cx)?;
        dict.set(&n, &d, cx)?;
    }
    if slots.add_dict {
        let n = name!(cx, "__dict__");
        if !dict.contains(n, cx)? {
            let d = descr::new_getset(t, crate::types::object_::dict_getset(), cx)?;
            dict.set(n, &d, cx)?;
        }
    }
    if slots.add_weak {
        let n = name!(cx, "__weakref__");
        if !dict.contains(n, cx)? {
            let d = descr::new_getset(t, crate::types::object_::weakref_getset(), cx)?;
            dict.set(n, &d, cx)?;
        }
    }
    let _ = base;
    Ok(())
}

/// MRO (by the metatype's `mro()` if it is overridden), inheritance, registration.
fn ready_class(h: &PyHeapType, meta: &PyType, bases: &PyTuple, cx: &mut Cx) -> PyResult<()> {
    let t = &h.slots.ty;
    let mro = compute_mro(t, meta, bases, cx)?;
    t.tp_mro.set(Some(mro), cx);
    hash_rule(t, cx)?;
    inherit(t, cx);
    // A heap type fills its slots from its dunders only; inherited table pointers stay its own.
    t.tp_flags.set(t.tp_flags.get() | flags::READY);
    let doc = name!(cx, "__doc__");
    if let Some(d) = t.tp_dict.own() {
        if !d.contains(doc, cx)? {
            d.set(doc, crate::types::none(), cx)?;
        }
    }
    for b in bases.as_slice() {
        if let Some(b) = b.downcast::<PyType>() {
            add_subclass(b, t, cx)?;
        }
    }
    Ok(())
}

/// A class with `__eq__` and without `__hash__` is unhashable.
fn hash_rule(t: &PyType, cx: &mut Cx) -> PyResult<()> {
    let Some(d) = t.tp_dict.own() else { return Ok(()) };
    let (eq, hash) = (name!(cx, "__eq__"), name!(cx, "__hash__"));
    if d.contains(eq, cx)? && !d.contains(hash, cx)? {
        d.set(hash, crate::types::none(), cx)?;
    }
    Ok(())
}

/// The MRO of a class: C3, or what the metatype's `mro()` gives, checked.
pub(super) fn compute_mro(t: &PyType, meta: &PyType, bases: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let types: Vec<&PyType> = bases.as_slice().iter().filter_map(|b| b.downcast::<PyType>()).collect();
    let custom = if std::ptr::eq(meta, PyType::ty()) { None } else { lookup(meta, name!(cx, "mro"), cx).map(|f| f.own()) };
    let default = lookup(PyType::ty(), name!(cx, "mro"), cx).map(|f| f.own());
    match custom {
        Some(f) if default.is_none_or(|d| !d.is(&f)) => {
            let r = crate::call::call(&f, &[t.as_object()], cx)?;
            let mro = crate::abstract_::iter::to_tuple(&r, cx)?;
            let solid = solid_base(t);
            for c in mro.as_slice() {
                let Some(c) = c.downcast::<PyType>() else {
                    return Err(cx.type_error(format_args!("mro() returned a non-class ('{}')", c.ty().tp_name_str())));
                };
                if !solid.is_subtype(solid_base(c)) {
                    return Err(cx.type_error(format_args!("mro() returned base with unsuitable layout ('{}')", c.tp_name_str())));
                }
            }
            Ok(mro)
        }
        _ => {
            let v = c3_merge(t, &types, cx)?;
            PyTuple::from_vec(v, cx)
        }
    }
}

/// A namespace should have string keys only.
fn warn_odd_keys(dict: &PyDict, name: &PyStr, cx: &mut Cx) -> PyResult<()> {
    if dict.is_str_only() {
        return Ok(());
    }
    let mut at = 0;
    while let Some((k, _, _)) = dict.next_own(&mut at) {
        if !k.is_a::<PyStr>() {
            return crate::warn::warn(crate::types::exc::RuntimeWarning(), format_args!("non-string key in the __dict__ of class {name}"), 1, cx);
        }
    }
    Ok(())
}

/// Call `__set_name__` of the values in the namespace.
fn set_names(cls: &Object, dict: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let snapshot = dict.copy(cx)?;
    let mut pos = 0;
    while let Some((k, v, _)) = snapshot.next_own(&mut pos) {
        let Some(f) = crate::call::lookup_special(&v, name!(cx, "__set_name__"), cx)? else { continue };
        if let Err(r) = crate::call::call(&f, &[cls, &k], cx) {
            let e = cx.take_raised(r);
            let key = crate::abstract_::repr(&k, cx)?;
            let owner = cls.downcast::<PyType>().map_or(String::new(), |t| t.tp_name_str().to_owned());
            let note = PyStr::new(&format!("Error calling __set_name__ on '{}' instance {key} in '{owner}'", v.ty().tp_name_str()), cx)?;
            crate::call::call_method(&e, name!(cx, "add_note"), &[&note], cx)?;
            return Err(cx.set_raised(e));
        }
    }
    Ok(())
}

/// `super(cls, cls).__init_subclass__(**kwargs)`.
fn init_subclass(cls: &Object, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    let Some(t) = cls.downcast::<PyType>() else { return Ok(()) };
    let Some(mro) = t.tp_mro.own() else { return Ok(()) };
    if !mro.as_slice().iter().any(|c| c.is(cls)) {
        // A metatype's `mro()` left the class itself out.
        let n = t.tp_name_str();
        return Err(cx.type_error(format_args!("super(type, obj): obj (type {n}) is not an instance or subtype of type ({n}).")));
    }
    let n = name!(cx, "__init_subclass__");
    for b in mro.as_slice().iter().skip(1) {
        let f = b.downcast::<PyType>().and_then(|b| b.tp_dict.own()).map(|d| d.get(n, cx)).transpose()?.flatten();
        let Some(f) = f else { continue };
        let bound = match f.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: bound to the class.
            Some(get) => unsafe { result_from_raw(get(f.as_ptr(), std::ptr::null_mut(), cls.as_ptr()))? },
            None => f,
        };
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(&bound, &[], vals, names.as_deref(), cx)?;
        return Ok(());
    }
    Ok(())
}
