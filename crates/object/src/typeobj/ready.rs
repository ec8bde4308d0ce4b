//! Readying: from a `TypeSpec` (or a C extension's half-filled `PyTypeObject`) to a usable type (`PyType_Ready`).

use super::layout::*;
use super::slots::{self, SLOT_DEFS};
use super::{SlotId, TypeSpec, c3_merge, flags, object_type};
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::types::{builtin, descr};

/// Ready all types of a list, in order; bases must come first.
pub fn ready_all(specs: &[&'static TypeSpec], cx: &mut Cx) -> PyResult<()> {
    specs.iter().try_for_each(|s| ready_static(s, cx))
}

/// Fill the static type from its spec and ready it. Does nothing when it is ready.
pub fn ready_static(spec: &'static TypeSpec, cx: &mut Cx) -> PyResult<()> {
    prepare_static(spec);
    let t = &spec.storage.ty;
    if t.has(flags::READY) {
        return Ok(());
    }
    ready_with(t, |cx| {
        for part in spec.parts {
            add_tables(t, part.methods, part.members, part.getsets, cx)?;
        }
        for (name, make) in spec.attrs {
            let v = make(cx)?;
            set_attr(t, name, &v, cx)?;
        }
        Ok(())
    }, cx)
}

fn set_attr(t: &PyType, name: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
    let name = PyStr::new_interned(name, cx)?;
    dict(t, cx)?.set(&name, v, cx)
}

fn dict(t: &PyType, cx: &mut Cx) -> PyResult<Own<PyDict>> {
    match t.tp_dict.own() {
        Some(d) => Ok(d),
        None => {
            let d = PyDict::new(cx)?;
            t.tp_dict.set(Some(d.clone()), cx);
            Ok(d)
        }
    }
}

/// Fill the static type's sizes, flags and own slots, so that instances can be made; `ready_static` does the rest.
pub fn prepare_static(spec: &'static TypeSpec) {
    let t = &spec.storage.ty;
    if t.has(flags::READY) || t.tp_basicsize.get() != 0 {
        return;
    }
    t.tp_name.set(spec.name.as_ptr());
    t.tp_doc.set(spec.doc.map_or(std::ptr::null(), |d| d.as_ptr()));
    t.tp_basicsize.set(spec.basicsize);
    t.tp_itemsize.set(spec.itemsize);
    t.tp_dictoffset.set(spec.dictoffset);
    t.tp_weaklistoffset.set(spec.weaklistoffset);
    t.tp_vectorcall_offset.set(spec.vectorcall_offset);
    let immutable = if spec.flags & flags::MUTABLE == 0 { flags::IMMUTABLETYPE } else { 0 };
    t.tp_flags.set(spec.flags | flags::STATIC_BUILTIN | immutable);
    t.tp_base.set(match spec.base {
        Some(b) => b(),
        None if std::ptr::eq(t, object_type()) => std::ptr::null(),
        None => object_type(),
    });
    t.tp_dealloc.set(spec.dealloc);
    t.tp_traverse.set(spec.traverse);
    t.tp_clear.set(spec.clear);
    for part in spec.parts {
        for s in part.slots {
            // SAFETY: `#[pymethods]` checked the signature.
            unsafe { spec.storage.set_slot(s.id, s.func) };
        }
    }
}

/// Ready a type that C code filled (`PyType_Ready`).
pub fn ready_foreign(t: &PyType, cx: &mut Cx) -> PyResult<()> {
    if t.has(flags::READY) {
        return Ok(());
    }
    // Nothing that C code left in `tp_cache` is called.
    t.construct.set(None);
    if !t.has(flags::HEAPTYPE | flags::MUTABLE) {
        t.tp_flags.set(t.tp_flags.get() | flags::IMMUTABLETYPE);
        if t.as_object().refcount() == 0 || !t.as_object().is_immortal() {
            t.as_object().immortalise();
        }
    }
    if let Some(b) = t.base().filter(|b| !b.has(flags::READY)) {
        ready_foreign(b, cx)?;
    }
    // SAFETY: null-terminated tables, as PyType_Ready demands.
    let tables = unsafe { (until_null(t.tp_methods.get(), |m| m.ml_name.is_null()), until_null(t.tp_members.get(), |m| m.name.is_null()), until_null(t.tp_getset.get(), |m| m.name.is_null())) };
    ready_with(t, |cx| add_tables(t, tables.0, tables.1, tables.2, cx), cx)
}

unsafe fn until_null<T>(p: *const T, end: fn(&T) -> bool) -> &'static [T] {
    if p.is_null() {
        return &[];
    }
    let mut n = 0;
    // SAFETY: the table ends with a null row.
    unsafe {
        while !end(&*p.add(n)) {
            n += 1;
        }
        std::slice::from_raw_parts(p, n)
    }
}

/// The common course: base, metatype, dict, bases, MRO, inheritance.
fn ready_with(t: &PyType, fill: impl FnOnce(&mut Cx) -> PyResult<()>, cx: &mut Cx) -> PyResult<()> {
    t.tp_flags.set(t.tp_flags.get() | flags::READYING);
    if t.tp_base.get().is_null() && !std::ptr::eq(t, object_type()) {
        t.tp_base.set(object_type());
    }
    if let Some(b) = t.base().filter(|_| t.as_object().has_no_type()) {
        t.as_object().set_ty_uncounted(b.as_object().ty());
    }
    if t.tp_bases.is_empty() {
        let bases = match t.base() {
            Some(b) => PyTuple::from_slice(&[b.as_object()], cx)?,
            None => PyTuple::empty(),
        };
        t.tp_bases.set(Some(bases), cx);
    }
    if t.has(flags::HAVE_VECTORCALL) && t.tp_vectorcall_offset.get() > 0 && t.tp_call.get().is_none() {
        t.tp_call.set(Some(crate::call::call_through_vector));
    }
    let d = dict(t, cx)?;
    add_new(t, &d, cx)?;
    add_wrappers(t, &d, cx)?;
    fill(cx)?;
    add_dict_attribute(t, &d, cx)?;
    set_doc(t, &d, cx)?;
    set_module(t, &d, cx)?;
    let bases = t.tp_bases.own().unwrap_or_else(PyTuple::empty);
    let base_types: Vec<&PyType> = bases.as_slice().iter().filter_map(|b| b.downcast::<PyType>()).collect();
    let mro = c3_merge(t, &base_types, cx)?;
    let mro = PyTuple::from_vec(mro, cx)?;
    t.tp_mro.set(Some(mro), cx);
    inherit(t, cx);
    finish_hash(t, &d, cx)?;
    add_to_bases(t, cx)?;
    t.tp_flags.set((t.tp_flags.get() & !flags::READYING) | flags::READY);
    Ok(())
}

/// `__new__` for types with a `tp_new` of their own.
fn add_new(t: &PyType, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let own = t.tp_new.get();
    if t.has(flags::DISALLOW_INSTANTIATION) {
        t.tp_new.set(None);
        return Ok(());
    }
    match own {
        Some(_) => {
            let n = crate::name!(cx, "__new__");
            if d.get_str(n, cx).is_none() {
                let f = builtin::new_wrapper(t, cx)?;
                d.set(n, &f, cx)?;
            }
        }
        None => {
            let base_is_object = t.base().is_some_and(|b| std::ptr::eq(b, object_type()));
            if base_is_object && !t.has(flags::HEAPTYPE | flags::MODULE_TYPE) {
                // Static types that say nothing cannot be instantiated.
                t.tp_flags.set(t.tp_flags.get() | flags::DISALLOW_INSTANTIATION);
            } else if let Some(b) = t.base() {
                t.tp_new.set(b.tp_new.get());
            }
        }
    }
    Ok(())
}

/// Wrapper descriptors for the slots that the type fills itself.
fn add_wrappers(t: &PyType, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
    for def in SLOT_DEFS {
        if def.wrap == slots::wrap::Wrap::None {
            continue;
        }
        let f = t.slot_ptr(def.id);
        if f.is_null() {
            continue;
        }
        let name = slots::update::def_name(def, cx);
        if d.get_str(&name, cx).is_some() {
            continue;
        }
        if f == crate::abstract_::hash_not_implemented_slot as *const () {
            d.set(&name, crate::types::none(), cx)?;
        } else {
            let w = descr::new_wrapper(t, &name, def, f, cx)?;
            d.set(&name, &w, cx)?;
        }
    }
    Ok(())
}

/// Descriptors for methods, members and attributes.
pub fn add_tables(t: &PyType, methods: &'static [MethodDef], members: &'static [MemberDef], getsets: &'static [GetSetDef], cx: &mut Cx) -> PyResult<()> {
    let d = dict(t, cx)?;
    for m in methods.iter().take_while(|m| !m.ml_name.is_null()) {
        let o = descr::new_for_method(t, m, cx)?;
        let name = descr::c_name(m.ml_name, cx)?;
        if m.ml_flags & METH_COEXIST != 0 || d.get_str(&name, cx).is_none() {
            d.set(&name, &o, cx)?;
        }
    }
    for m in members.iter().take_while(|m| !m.name.is_null()) {
        let name = descr::c_name(m.name, cx)?;
        if d.get_str(&name, cx).is_none() {
            let o = descr::new_member(t, m, cx)?;
            d.set(&name, &o, cx)?;
        }
    }
    for g in getsets.iter().take_while(|g| !g.name.is_null()) {
        let name = descr::c_name(g.name, cx)?;
        if d.get_str(&name, cx).is_none() {
            let o = descr::new_getset(t, g, cx)?;
            d.set(&name, &o, cx)?;
        }
    }
    Ok(())
}

/// Types whose instances have a dict show it as `__dict__` unless they say otherwise.
fn add_dict_attribute(t: &PyType, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let n = crate::name!(cx, "__dict__");
    if t.tp_dictoffset.get() > 0 && t.base().is_none_or(|b| b.tp_dictoffset.get() == 0) && d.get_str(n, cx).is_none() {
        let g = descr::new_getset(t, crate::types::object_::dict_getset(), cx)?;
        d.set(n, &g, cx)?;
    }
    Ok(())
}

/// `__doc__` in the dict: the text after the signature, or None.
fn set_doc(t: &PyType, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let n = crate::name!(cx, "__doc__");
    if d.get_str(n, cx).is_some() {
        return Ok(());
    }
    let v = descr::doc_object(t.name(), t.tp_doc.get(), cx)?;
    d.set(n, &v, cx)
}

/// `__module__` in the dict of a type that CPython makes on the heap: its instances show it too.
fn set_module(t: &PyType, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
    if !t.has(flags::MODULE_TYPE) {
        return Ok(());
    }
    let n = crate::name!(cx, "__module__");
    let Some((module, _)) = t.tp_name_str().rsplit_once('.').filter(|_| d.get_str(n, cx).is_none()) else { return Ok(()) };
    let v = PyStr::new_interned(module, cx)?;
    d.set(n, &v, cx)
}

/// A type with `__eq__` but without `__hash__` is unhashable.
fn finish_hash(t: &PyType, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
    let n = crate::name!(cx, "__hash__");
    if t.tp_hash.get().is_none() && d.get_str(n, cx).is_none() {
        d.set(n, crate::types::none(), cx)?;
        t.tp_hash.set(Some(crate::abstract_::hash_not_implemented_slot));
    }
    Ok(())
}

/// Register with every base's `tp_subclasses`.
pub fn add_to_bases(t: &PyType, cx: &mut Cx) -> PyResult<()> {
    let bases = t.tp_bases.own().unwrap_or_else(PyTuple::empty);
    for b in bases.as_slice() {
        if let Some(b) = b.downcast::<PyType>() {
            add_subclass(b, t, cx)?;
        }
    }
    Ok(())
}

/// Note `t` in `base.tp_subclasses`: address -> weak reference.
pub fn add_subclass(base: &PyType, t: &PyType, cx: &mut Cx) -> PyResult<()> {
    let d = match base.tp_subclasses.own() {
        Some(d) => d,
        None => {
            let d = PyDict::new(cx)?.into_object();
            base.tp_subclasses.set(Some(d.clone()), cx);
            d
        }
    };
    let Some(d) = d.downcast::<PyDict>() else { return Ok(()) };
    let key = crate::types::int::PyInt::new(t as *const PyType as i64, cx)?;
    let w = crate::weakref::new_ref(t.as_object(), None, cx)?;
    d.set(&key, &w, cx)
}

/// Forget `t` in `base.tp_subclasses`.
pub fn remove_subclass(base: &PyType, t: &PyType, cx: &mut Cx) -> PyResult<()> {
    let Some(d) = base.tp_subclasses.own() else { return Ok(()) };
    let Some(d) = d.downcast::<PyDict>() else { return Ok(()) };
    let key = crate::types::int::PyInt::new(t as *const PyType as i64, cx)?;
    drop(d.remove(&key, cx)?);
    Ok(())
}

/// Take over slots, flags and sizes from the MRO (`inherit_special`, `inherit_slots`).
pub fn inherit(t: &PyType, cx: &mut Cx) {
    let Some(mro) = t.tp_mro.own() else { return };
    if let Some(b) = t.base() {
        inherit_special(t, b);
    }
    for b in mro.as_slice().iter().skip(1) {
        if let Some(b) = b.downcast::<PyType>() {
            inherit_slots(t, b);
            inherit_pattern_flags(t, b);
        }
    }
    if let Some(b) = t.base() {
        share_tables(t, b);
    }
    if t.tp_alloc.get().is_none() {
        t.tp_alloc.set(Some(super::alloc::generic_alloc));
    }
    if t.tp_free.get().is_none() {
        t.tp_free.set(Some(super::alloc::generic_free));
    }
    let _ = cx;
}

fn inherit_special(t: &PyType, b: &PyType) {
    let (tf, bf) = (t.tp_flags.get(), b.tp_flags.get());
    let mut add = 0;
    if tf & flags::HAVE_GC == 0 && bf & flags::HAVE_GC != 0 && t.tp_traverse.get().is_none() && t.tp_clear.get().is_none() {
        add |= flags::HAVE_GC;
        t.tp_traverse.set(b.tp_traverse.get());
        t.tp_clear.set(b.tp_clear.get());
    }
    if t.tp_basicsize.get() == 0 {
        t.tp_basicsize.set(b.tp_basicsize.get());
    }
    if t.tp_itemsize.get() == 0 {
        t.tp_itemsize.set(b.tp_itemsize.get());
    }
    if t.tp_weaklistoffset.get() == 0 {
        t.tp_weaklistoffset.set(b.tp_weaklistoffset.get());
    }
    if t.tp_dictoffset.get() == 0 {
        t.tp_dictoffset.set(b.tp_dictoffset.get());
    }
    if t.tp_vectorcall_offset.get() == 0 {
        t.tp_vectorcall_offset.set(b.tp_vectorcall_offset.get());
    }
    const FAST: u64 = flags::LONG_SUBCLASS | flags::LIST_SUBCLASS | flags::TUPLE_SUBCLASS | flags::BYTES_SUBCLASS | flags::UNICODE_SUBCLASS
        | flags::DICT_SUBCLASS | flags::BASE_EXC_SUBCLASS | flags::TYPE_SUBCLASS | flags::MATCH_SELF | flags::ITEMS_AT_END;
    add |= bf & FAST;
    add |= bf & (flags::MANAGED_DICT | flags::MANAGED_WEAKREF | flags::INLINE_VALUES);
    t.tp_flags.set(tf | add);
}

/// What a class is to patterns, a sequence or a mapping, comes from the first class in the MRO that is either.
fn inherit_pattern_flags(t: &PyType, b: &PyType) {
    const KINDS: u64 = flags::SEQUENCE | flags::MAPPING;
    let tf = t.tp_flags.get();
    if tf & KINDS == 0 {
        t.tp_flags.set(tf | b.tp_flags.get() & KINDS);
    }
}

/// Copy what the type does not have and the base defines itself: what the base got from its own base is left to that one's turn, so that an ancestor which
/// comes later in the MRO but defines the slot wins over an inherited one.
macro_rules! copy_defined {
    ($t:expr, $b:expr, $bb:expr; $($f:ident)*) => { $(
        if $t.$f.get().is_none() {
            let f = $b.$f.get();
            let inherited = $bb.and_then(|bb| bb.$f.get());
            if f.map(|f| f as usize) != inherited.map(|f| f as usize) {
                $t.$f.set(f);
            }
        }
    )* };
}

/// A type without a table of its own uses its base's. Tables are shared only after all inheriting: nothing may be filled into another type's table.
fn share_tables(t: &PyType, b: &PyType) {
    macro_rules! share {
        ($($field:ident)*) => { $( if t.$field.get().is_null() { t.$field.set(b.$field.get()); } )* };
    }
    share!(tp_as_number tp_as_async tp_as_sequence tp_as_mapping tp_as_buffer);
}

fn inherit_slots(t: &PyType, b: &PyType) {
    macro_rules! table {
        ($field:ident; $($f:ident)*) => {
            // SAFETY: tables live as long as their types.
            if let (Some(bt), Some(tt)) = unsafe { (b.$field.get().as_ref(), t.$field.get().as_ref()) } {
                if !std::ptr::eq(tt, bt) {
                    // SAFETY: as above.
                    let bbt = b.base().and_then(|bb| unsafe { bb.$field.get().as_ref() });
                    copy_defined!(tt, bt, bbt; $($f)*);
                }
            }
        };
    }
    table!(tp_as_number; nb_add nb_subtract nb_multiply nb_remainder nb_divmod nb_power nb_negative nb_positive nb_absolute nb_bool nb_invert
        nb_lshift nb_rshift nb_and nb_xor nb_or nb_int nb_float nb_inplace_add nb_inplace_subtract nb_inplace_multiply nb_inplace_remainder
        nb_inplace_power nb_inplace_lshift nb_inplace_rshift nb_inplace_and nb_inplace_xor nb_inplace_or nb_floor_divide nb_true_divide
        nb_inplace_floor_divide nb_inplace_true_divide nb_index nb_matrix_multiply nb_inplace_matrix_multiply);
    table!(tp_as_async; am_await am_aiter am_anext am_send);
    table!(tp_as_sequence; sq_length sq_concat sq_repeat sq_item sq_ass_item sq_contains sq_inplace_concat sq_inplace_repeat);
    table!(tp_as_mapping; mp_length mp_subscript mp_ass_subscript);
    table!(tp_as_buffer; bf_getbuffer bf_releasebuffer);
    if t.tp_getattr.get().is_none() && t.tp_getattro.get().is_none() {
        t.tp_getattr.set(b.tp_getattr.get());
        t.tp_getattro.set(b.tp_getattro.get());
    }
    if t.tp_setattr.get().is_none() && t.tp_setattro.get().is_none() {
        t.tp_setattr.set(b.tp_setattr.get());
        t.tp_setattro.set(b.tp_setattro.get());
    }
    copy_defined!(t, b, b.base(); tp_dealloc tp_repr tp_str tp_iter tp_iternext tp_descr_get tp_descr_set tp_init tp_alloc tp_is_gc tp_finalize tp_del);
    if t.tp_call.get().is_none() {
        t.tp_call.set(b.tp_call.get());
        // A class with a `__call__` of its own loses it again when its slots are filled.
        if b.has(flags::HAVE_VECTORCALL) {
            t.tp_flags.set(t.tp_flags.get() | flags::HAVE_VECTORCALL);
        }
    }
    if t.tp_descr_get.get().is_some_and(|f| b.tp_descr_get.get().is_some_and(|g| f as usize == g as usize))
        && t.has(flags::IMMUTABLETYPE) && b.has(flags::METHOD_DESCRIPTOR)
    {
        t.tp_flags.set(t.tp_flags.get() | flags::METHOD_DESCRIPTOR);
    }
    if t.tp_richcompare.get().is_none() && t.tp_hash.get().is_none() && !overrides_hash(t) {
        t.tp_richcompare.set(b.tp_richcompare.get());
        t.tp_hash.set(b.tp_hash.get());
    }
    let same_gc = t.tp_flags.get() & flags::HAVE_GC == b.tp_flags.get() & flags::HAVE_GC;
    if t.tp_free.get().is_none() && same_gc {
        t.tp_free.set(b.tp_free.get());
    }
}

/// Whether the type's own dict says something about comparison or hashing.
fn overrides_hash(t: &PyType) -> bool {
    // SAFETY: a short borrow without Python code.
    let cx = unsafe { &mut Cx::assume() };
    let (eq, hash) = (crate::name!(cx, "__eq__"), crate::name!(cx, "__hash__"));
    t.tp_dict.get(cx).is_some_and(|d| d.get_str(eq, cx).is_some() || d.get_str(hash, cx).is_some())
}

impl PyType {
    /// What makes instances from arguments in a row: `tp_vectorcall`, or what our own types have in its stead.
    #[inline(always)]
    pub fn constructor(&self) -> Option<VectorcallFunc> {
        self.tp_vectorcall.get().or_else(|| self.construct.get())
    }
    /// The function in a slot as an untyped pointer, null when empty.
    pub fn slot_ptr(&self, id: SlotId) -> *const () {
        super::spec::read_slot(self, id)
    }
}
