//! Heap types from a `PyType_Spec` (`PyType_FromMetaclass`): what extensions of the limited API and newer Cython make.

use super::layout::*;
use super::ready::ready_foreign;
use super::{SlotId, best_base, flags, object_type};
use crate::prelude::*;
use crate::types::descr::member_code;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use taipan_abi as abi;

/// Set in a member of a spec: its offset counts from the data that the type itself adds.
const RELATIVE_OFFSET: c_int = abi::Py_RELATIVE_OFFSET;
/// Alignment of data that a type adds behind its base's.
const ALIGN: isize = 16;
const DEPRECATED_NEW: &str = "Metaclasses with custom tp_new are not supported.";

/// What the slots of a spec say besides functions.
struct Reading {
    bases: *mut Object,
    base: *const PyType,
    doc: *const c_char,
    members: *const MemberDef,
    member_count: usize,
    token: Option<*mut c_void>,
    functions: Vec<(SlotId, *const ())>,
    methods: *const MethodDef,
    getset: *const GetSetDef,
    /// `__weaklistoffset__`, `__dictoffset__`, `__vectorcalloffset__` as the members give them.
    offsets: [Option<isize>; 3],
}

macro_rules! slot_numbers {
    ($($id:ident = $n:ident;)*) => {
        /// The slot of a number of `typeslots.h`.
        fn slot_of(n: c_int) -> Option<SlotId> {
            match n { $(abi::$n => Some(SlotId::$id),)* _ => None }
        }
        /// The number of a slot, for `PyType_GetSlot`.
        pub const SLOT_NUMBERS: &[(c_int, SlotId)] = &[$((abi::$n, SlotId::$id)),*];
    };
}
slot_numbers! {
    bf_getbuffer = Py_bf_getbuffer; bf_releasebuffer = Py_bf_releasebuffer;
    mp_ass_subscript = Py_mp_ass_subscript; mp_length = Py_mp_length; mp_subscript = Py_mp_subscript;
    nb_absolute = Py_nb_absolute; nb_add = Py_nb_add; nb_and = Py_nb_and; nb_bool = Py_nb_bool; nb_divmod = Py_nb_divmod; nb_float = Py_nb_float;
    nb_floor_divide = Py_nb_floor_divide; nb_index = Py_nb_index; nb_inplace_add = Py_nb_inplace_add; nb_inplace_and = Py_nb_inplace_and;
    nb_inplace_floor_divide = Py_nb_inplace_floor_divide; nb_inplace_lshift = Py_nb_inplace_lshift; nb_inplace_multiply = Py_nb_inplace_multiply;
    nb_inplace_or = Py_nb_inplace_or; nb_inplace_power = Py_nb_inplace_power; nb_inplace_remainder = Py_nb_inplace_remainder;
    nb_inplace_rshift = Py_nb_inplace_rshift; nb_inplace_subtract = Py_nb_inplace_subtract; nb_inplace_true_divide = Py_nb_inplace_true_divide;
    nb_inplace_xor = Py_nb_inplace_xor; nb_int = Py_nb_int; nb_invert = Py_nb_invert; nb_lshift = Py_nb_lshift; nb_multiply = Py_nb_multiply;
    nb_negative = Py_nb_negative; nb_or = Py_nb_or; nb_positive = Py_nb_positive; nb_power = Py_nb_power; nb_remainder = Py_nb_remainder;
    nb_rshift = Py_nb_rshift; nb_subtract = Py_nb_subtract; nb_true_divide = Py_nb_true_divide; nb_xor = Py_nb_xor;
    nb_matrix_multiply = Py_nb_matrix_multiply; nb_inplace_matrix_multiply = Py_nb_inplace_matrix_multiply;
    sq_ass_item = Py_sq_ass_item; sq_concat = Py_sq_concat; sq_contains = Py_sq_contains; sq_inplace_concat = Py_sq_inplace_concat;
    sq_inplace_repeat = Py_sq_inplace_repeat; sq_item = Py_sq_item; sq_length = Py_sq_length; sq_repeat = Py_sq_repeat;
    tp_alloc = Py_tp_alloc; tp_call = Py_tp_call; tp_clear = Py_tp_clear; tp_dealloc = Py_tp_dealloc; tp_del = Py_tp_del; tp_descr_get = Py_tp_descr_get;
    tp_descr_set = Py_tp_descr_set; tp_getattr = Py_tp_getattr; tp_getattro = Py_tp_getattro; tp_hash = Py_tp_hash; tp_init = Py_tp_init; tp_is_gc = Py_tp_is_gc;
    tp_iter = Py_tp_iter; tp_iternext = Py_tp_iternext; tp_new = Py_tp_new; tp_repr = Py_tp_repr; tp_richcompare = Py_tp_richcompare; tp_setattr = Py_tp_setattr;
    tp_setattro = Py_tp_setattro; tp_str = Py_tp_str; tp_traverse = Py_tp_traverse; tp_free = Py_tp_free; tp_finalize = Py_tp_finalize;
    tp_vectorcall = Py_tp_vectorcall; am_await = Py_am_await; am_aiter = Py_am_aiter; am_anext = Py_am_anext; am_send = Py_am_send;
}

unsafe fn shown(p: *const c_char) -> String {
    // SAFETY: a C string.
    unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned()
}

/// Sort the slots of a spec.
unsafe fn read(spec: &abi::PyType_Spec, cx: &mut Cx) -> PyResult<Reading> {
    let null = std::ptr::null_mut;
    let mut r = Reading {
        bases: null(),
        base: std::ptr::null(),
        doc: std::ptr::null(),
        members: std::ptr::null(),
        member_count: 0,
        token: None,
        functions: Vec::new(),
        methods: std::ptr::null(),
        getset: std::ptr::null(),
        offsets: [None; 3],
    };
    let mut p = spec.slots;
    // SAFETY: a table that ends with a zero row.
    unsafe {
        while (*p).slot != 0 {
            let f = (*p).pfunc;
            match (*p).slot {
                abi::Py_tp_base => r.base = f as *const PyType,
                abi::Py_tp_bases => r.bases = f as *mut Object,
                abi::Py_tp_doc if !r.doc.is_null() => return Err(cx.system_error(format_args!("Multiple Py_tp_doc slots are not supported."))),
                abi::Py_tp_doc => r.doc = f as *const c_char,
                abi::Py_tp_members if !r.members.is_null() => return Err(cx.system_error(format_args!("Multiple Py_tp_members slots are not supported."))),
                abi::Py_tp_members => r.members = f as *const MemberDef,
                abi::Py_tp_methods => r.methods = f as *const MethodDef,
                abi::Py_tp_getset => r.getset = f as *const GetSetDef,
                abi::Py_tp_token if f.is_null() => r.token = Some(spec as *const _ as *mut c_void),
                abi::Py_tp_token => r.token = Some(f),
                n => match slot_of(n) {
                    Some(id) if !f.is_null() => r.functions.push((id, f as *const ())),
                    Some(_) => {}
                    None => return Err(cx.runtime_error(format_args!("invalid slot offset"))),
                },
            }
            p = p.add(1);
        }
        read_members(&mut r, spec, cx)?;
    }
    Ok(r)
}

/// Count members and take the special offsets out of them.
unsafe fn read_members(r: &mut Reading, spec: &abi::PyType_Spec, cx: &mut Cx) -> PyResult<()> {
    let mut m = r.members;
    // SAFETY: null or a table that ends with a null name.
    unsafe {
        while !m.is_null() && !(*m).name.is_null() {
            r.member_count += 1;
            let name = CStr::from_ptr((*m).name).to_bytes();
            let at = [&b"__weaklistoffset__"[..], b"__dictoffset__", b"__vectorcalloffset__"].iter().position(|n| *n == name);
            if (*m).flags & RELATIVE_OFFSET != 0 && spec.basicsize > 0 {
                return Err(cx.system_error(format_args!("With Py_RELATIVE_OFFSET, basicsize must be negative.")));
            }
            if (*m).flags & RELATIVE_OFFSET != 0 && ((*m).offset < 0 || (*m).offset >= -(spec.basicsize as isize)) {
                return Err(cx.system_error(format_args!("Member offset out of range (0..-basicsize)")));
            }
            if let Some(i) = at {
                let name = String::from_utf8_lossy(name);
                if (*m).type_ != member_code::SSIZET {
                    return Err(cx.system_error(format_args!("type of {name} must be Py_T_PYSSIZET")));
                }
                if (*m).flags & !RELATIVE_OFFSET != member_code::READONLY {
                    return Err(cx.system_error(format_args!("flags for {name} must be Py_READONLY or (Py_READONLY | Py_RELATIVE_OFFSET)")));
                }
                r.offsets[i] = Some((*m).offset);
            }
            m = m.add(1);
        }
    }
    Ok(())
}

/// The bases: the argument, the slots, or `object`.
unsafe fn bases_of(r: &Reading, bases: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    // SAFETY: null or objects that the spec names.
    let (slot_bases, slot_base) = unsafe { (r.bases.as_ref(), r.base.as_ref()) };
    let given = match (bases, slot_bases, slot_base) {
        (Some(b), ..) => b,
        (None, Some(b), _) => b,
        (None, None, Some(b)) => b.as_object(),
        (None, None, None) => object_type().as_object(),
    };
    match given.downcast::<PyTuple>() {
        Some(t) => Ok(t.new_ref()),
        None if given.is_a::<PyType>() => PyTuple::from_slice(&[given], cx),
        None => Err(cx.system_error(format_args!("Py_tp_bases is not a tuple"))),
    }
}

/// Size of an instance and where the type's own data begin.
fn sizes(spec: &abi::PyType_Spec, base: &PyType) -> (isize, isize) {
    let b = base.tp_basicsize.get();
    match spec.basicsize as isize {
        0 => (b, b),
        n if n > 0 => (n, 0),
        n => {
            let start = (b + ALIGN - 1) & !(ALIGN - 1);
            (start + ((-n + ALIGN - 1) & !(ALIGN - 1)), start)
        }
    }
}

/// Make the type (`PyType_FromMetaclass`).
///
/// # Safety
/// `spec` and what it points to follow the rules of the reference; tables live as long as the type.
pub unsafe fn from_spec(meta: Option<&PyType>, module: Option<&Object>, spec: &abi::PyType_Spec, bases: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's promise.
    unsafe {
        if spec.name.is_null() {
            return Err(cx.system_error(format_args!("Type spec does not define the name field.")));
        }
        let r = read(spec, cx)?;
        let bases = bases_of(&r, bases, cx)?;
        if u64::from(spec.flags) & flags::IMMUTABLETYPE != 0
            && let Some(b) = bases.as_slice().iter().filter_map(|b| b.downcast::<PyType>()).find(|b| !b.has(flags::IMMUTABLETYPE))
        {
            return Err(cx.type_error(format_args!("Creating immutable type {} from mutable base {}", shown(spec.name), b.name())));
        }
        let base = best_base(&bases, cx)?;
        let meta = crate::types::type_::calculate_metaclass(meta.unwrap_or_else(|| PyType::ty()), &bases, cx)?;
        if !meta.is_subtype(PyType::ty()) {
            return Err(cx.type_error(format_args!("Metaclass '{}' is not a subclass of 'type'.", meta.tp_name_str())));
        }
        if meta.tp_new.get().is_some_and(|f| PyType::ty().tp_new.get().is_none_or(|g| f as usize != g as usize)) {
            return Err(cx.type_error(format_args!("{DEPRECATED_NEW}")));
        }
        let obj = match meta.tp_alloc.get() {
            Some(f) => crate::err::result_from_raw(f(meta as *const PyType as *mut PyType, r.member_count as isize))?,
            None => super::alloc_instance(meta, r.member_count, cx)?,
        };
        let h = obj.cast_unchecked::<PyHeapType>();
        fill(h, spec, &r, base, &bases, module, cx)?;
        ready_foreign(&h.slots.ty, cx)?;
        finish(h, spec, cx)?;
        Ok(obj)
    }
}

/// Head, sizes, slots and tables.
unsafe fn fill(h: &PyHeapType, spec: &abi::PyType_Spec, r: &Reading, base: &PyType, bases: &PyTuple, module: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let t = &h.slots.ty;
    // SAFETY: the spec's contract.
    unsafe {
        let name = shown(spec.name);
        let raw = CString::new(name.as_bytes()).unwrap_or_default().into_raw();
        h.ht_tpname.set(raw);
        t.tp_name.set(raw);
        let short = PyStr::new_interned(name.rsplit('.').next().unwrap_or(&name), cx)?;
        h.ht_name.set(Some(short.clone().into_object()), cx);
        h.ht_qualname.set(Some(short.into_object()), cx);
        h.ht_module.set(module.map(Object::own), cx);
        h.ht_token.set(r.token.unwrap_or(std::ptr::null_mut()));
        t.tp_flags.set(u64::from(spec.flags) | flags::HEAPTYPE);
        t.tp_as_async.set(&h.slots.as_async);
        t.tp_as_number.set(&h.slots.as_number);
        t.tp_as_sequence.set(&h.slots.as_sequence);
        t.tp_as_mapping.set(&h.slots.as_mapping);
        t.tp_as_buffer.set(&h.slots.as_buffer);
        base.as_object().incref();
        t.tp_base.set(base);
        t.tp_bases.set(Some(bases.new_ref()), cx);
        if spec.basicsize < 0 && base.tp_itemsize.get() != 0 && !base.has(flags::ITEMS_AT_END) && u64::from(spec.flags) & flags::ITEMS_AT_END == 0 {
            return Err(cx.system_error(format_args!("Cannot extend variable-size class without Py_TPFLAGS_ITEMS_AT_END.")));
        }
        let (size, start) = sizes(spec, base);
        if size < base.tp_basicsize.get() {
            return Err(cx.type_error(format_args!("tp_basicsize for type '{name}' ({size}) is too small for base '{}' ({})", base.tp_name_str(), base.tp_basicsize.get())));
        }
        t.tp_basicsize.set(size);
        t.tp_itemsize.set(spec.itemsize as isize);
        if !r.doc.is_null() {
            let doc = CStr::from_ptr(r.doc).to_owned();
            t.tp_doc.set(doc.into_raw());
        }
        for &(id, f) in &r.functions {
            h.slots.set_slot(id, f);
        }
        copy_members(h, r, start);
        t.tp_methods.set(r.methods);
        t.tp_getset.set(r.getset);
        let offset = |i: usize| r.offsets[i].map_or(0, |o| if spec.basicsize < 0 { o + start } else { o });
        t.tp_weaklistoffset.set(offset(0));
        t.tp_dictoffset.set(offset(1));
        t.tp_vectorcall_offset.set(offset(2));
        managed(t);
        if t.tp_dealloc.get().is_none() {
            t.tp_dealloc.set(Some(crate::types::type_::subtype_dealloc));
        }
        Ok(())
    }
}

/// Managed dict and weak references lie in front of the object.
fn managed(t: &PyType) {
    if t.has(flags::MANAGED_DICT) {
        t.tp_dictoffset.set(-1);
    }
    if t.has(flags::MANAGED_WEAKREF) {
        t.tp_weaklistoffset.set(-(super::alloc::WEAKREF_BEFORE as isize));
    }
}

/// Members are copied behind the type, relative offsets made absolute.
unsafe fn copy_members(h: &PyHeapType, r: &Reading, start: isize) {
    if r.member_count == 0 {
        return;
    }
    // SAFETY: `tp_alloc` made one row per member (and one to end with) behind the struct of the metatype.
    unsafe {
        let rows = (h as *const PyHeapType as *mut u8).offset(h.slots.ty.as_object().ty().tp_basicsize.get()) as *mut MemberDef;
        let mut at = 0;
        for i in 0..r.member_count {
            let m = &*r.members.add(i);
            if matches!(CStr::from_ptr(m.name).to_bytes(), b"__weaklistoffset__" | b"__dictoffset__" | b"__vectorcalloffset__") {
                continue;
            }
            let relative = m.flags & RELATIVE_OFFSET != 0;
            rows.add(at).write(MemberDef {
                name: m.name,
                type_: m.type_,
                offset: if relative { m.offset + start } else { m.offset },
                flags: m.flags & !RELATIVE_OFFSET,
                doc: m.doc,
            });
            at += 1;
        }
        h.slots.ty.tp_members.set(rows);
    }
}

/// `__module__` from the dotted name; instances of classes with managed dicts get their keys.
fn finish(h: &PyHeapType, spec: &abi::PyType_Spec, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: looked at before.
    let name = unsafe { shown(spec.name) };
    let Some(d) = h.slots.ty.tp_dict.own() else { return Ok(()) };
    let key = name!(cx, "__module__");
    if !d.contains(key, cx)? {
        match name.rsplit_once('.') {
            Some((m, _)) => {
                let m = PyStr::new_interned(m, cx)?;
                d.set(key, &m, cx)?;
            }
            None => {
                let text = format!("builtin type {name} has no __module__ attribute");
                crate::warn::warn(exc::DeprecationWarning(), format_args!("{text}"), 1, cx)?;
            }
        }
    }
    if h.slots.ty.has(flags::INLINE_VALUES) {
        crate::instance::init_class(h, None, cx)?;
    }
    Ok(())
}
