//! `TypeSpec`: what `#[pytype]` and `#[pymethods]` say about a built-in type, as constant data. `ready` turns it into a type.

use super::layout::*;
use crate::refs::Object;
use std::ffi::CStr;

/// One filled slot: which, and the C function as an untyped pointer.
#[derive(Clone, Copy)]
pub struct SlotSpec {
    pub id: SlotId,
    pub func: *const (),
}
// SAFETY: constant data.
unsafe impl Sync for SlotSpec {}

/// The methods, attributes and slots of one `#[pymethods]` block.
#[derive(Clone, Copy)]
pub struct TypePart {
    pub slots: &'static [SlotSpec],
    /// Ends with a row whose name is null (C code reads them too).
    pub methods: &'static [MethodDef],
    pub getsets: &'static [GetSetDef],
    pub members: &'static [MemberDef],
}

/// A class attribute that is not a method: name and constructor.
pub type ClassAttr = (&'static str, fn(&mut crate::cx::Cx) -> crate::err::PyResult<crate::refs::Own<Object>>);

/// Everything about a built-in type.
pub struct TypeSpec {
    /// Dotted name as `tp_name` (`"collections.deque"`; without a dot the module is `builtins`).
    pub name: &'static CStr,
    /// `__doc__`, with a `name(sig)\n--\n\n` head when there is a text signature.
    pub doc: Option<&'static CStr>,
    pub basicsize: isize,
    pub itemsize: isize,
    /// `Py_TPFLAGS_*` beyond what follows from the rest.
    pub flags: u64,
    pub base: Option<fn() -> &'static PyType>,
    pub dictoffset: isize,
    pub weaklistoffset: isize,
    pub vectorcall_offset: isize,
    pub dealloc: Option<Destructor>,
    pub traverse: Option<TraverseProc>,
    pub clear: Option<Inquiry>,
    pub parts: &'static [TypePart],
    pub attrs: &'static [ClassAttr],
    pub storage: &'static StaticType,
}

impl TypeSpec {
    /// A spec with nothing but the necessary, for struct update syntax.
    pub const fn plain(name: &'static CStr, flags: u64, basicsize: isize, storage: &'static StaticType) -> TypeSpec {
        TypeSpec {
            name,
            doc: None,
            basicsize,
            itemsize: 0,
            flags,
            base: None,
            dictoffset: 0,
            weaklistoffset: 0,
            vectorcall_offset: 0,
            dealloc: None,
            traverse: None,
            clear: None,
            parts: &[],
            attrs: &[],
            storage,
        }
    }
}

macro_rules! slot_ids {
    ($($group:ident : $($name:ident),* ;)*) => {
        /// A slot of a type, by CPython's name.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub enum SlotId { $($($name,)*)* }

        /// The function in a slot, null when empty.
        pub(super) fn read_slot(t: &PyType, id: SlotId) -> *const () {
            match id { $($(SlotId::$name => slot_ids!(@get t $group $name),)*)* }
        }

        impl StaticType {
            /// Store a function into the slot.
            ///
            /// # Safety
            /// `f` has the slot's C signature.
            pub unsafe fn set_slot(&self, id: SlotId, f: *const ()) {
                // SAFETY: function pointers of one representation; the caller vouches for the signature.
                unsafe { match id { $($(SlotId::$name => slot_ids!(@set self f $group $name),)*)* } }
            }
        }
    };
    (@get $t:ident ty $n:ident) => { $t.$n.get().map_or(std::ptr::null(), |f| f as *const ()) };
    (@get $t:ident num $n:ident) => { $t.number().and_then(|x| x.$n.get()).map_or(std::ptr::null(), |f| f as *const ()) };
    (@get $t:ident seq $n:ident) => { $t.sequence().and_then(|x| x.$n.get()).map_or(std::ptr::null(), |f| f as *const ()) };
    (@get $t:ident map $n:ident) => { $t.mapping().and_then(|x| x.$n.get()).map_or(std::ptr::null(), |f| f as *const ()) };
    (@get $t:ident asy $n:ident) => { $t.asynch().and_then(|x| x.$n.get()).map_or(std::ptr::null(), |f| f as *const ()) };
    (@get $t:ident buf $n:ident) => { $t.buffer().and_then(|x| x.$n.get()).map_or(std::ptr::null(), |f| f as *const ()) };
    (@set $s:ident $f:ident ty $n:ident) => { $s.ty.$n.set(std::mem::transmute_copy(&$f)) };
    (@set $s:ident $f:ident num $n:ident) => {{ $s.as_number.$n.set(std::mem::transmute_copy(&$f)); $s.ty.tp_as_number.set(&$s.as_number) }};
    (@set $s:ident $f:ident seq $n:ident) => {{ $s.as_sequence.$n.set(std::mem::transmute_copy(&$f)); $s.ty.tp_as_sequence.set(&$s.as_sequence) }};
    (@set $s:ident $f:ident map $n:ident) => {{ $s.as_mapping.$n.set(std::mem::transmute_copy(&$f)); $s.ty.tp_as_mapping.set(&$s.as_mapping) }};
    (@set $s:ident $f:ident asy $n:ident) => {{ $s.as_async.$n.set(std::mem::transmute_copy(&$f)); $s.ty.tp_as_async.set(&$s.as_async) }};
    (@set $s:ident $f:ident buf $n:ident) => {{ $s.as_buffer.$n.set(std::mem::transmute_copy(&$f)); $s.ty.tp_as_buffer.set(&$s.as_buffer) }};
}

slot_ids! {
    ty: tp_dealloc, tp_repr, tp_hash, tp_call, tp_str, tp_getattr, tp_setattr, tp_getattro, tp_setattro, tp_traverse, tp_clear, tp_richcompare, tp_iter,
        tp_iternext, tp_descr_get, tp_descr_set, tp_init, tp_alloc, tp_new, tp_free, tp_is_gc, tp_del, tp_finalize, tp_vectorcall, construct;
    num: nb_add, nb_subtract, nb_multiply, nb_remainder, nb_divmod, nb_power, nb_negative, nb_positive, nb_absolute, nb_bool, nb_invert, nb_lshift,
        nb_rshift, nb_and, nb_xor, nb_or, nb_int, nb_float, nb_inplace_add, nb_inplace_subtract, nb_inplace_multiply, nb_inplace_remainder,
        nb_inplace_power, nb_inplace_lshift, nb_inplace_rshift, nb_inplace_and, nb_inplace_xor, nb_inplace_or, nb_floor_divide, nb_true_divide,
        nb_inplace_floor_divide, nb_inplace_true_divide, nb_index, nb_matrix_multiply, nb_inplace_matrix_multiply;
    seq: sq_length, sq_concat, sq_repeat, sq_item, sq_ass_item, sq_contains, sq_inplace_concat, sq_inplace_repeat;
    map: mp_length, mp_subscript, mp_ass_subscript;
    asy: am_await, am_aiter, am_anext, am_send;
    buf: bf_getbuffer, bf_releasebuffer;
}
