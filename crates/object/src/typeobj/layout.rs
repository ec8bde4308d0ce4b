//! The type object: `PyTypeObject`, `PyHeapTypeObject` and the slot tables of 3.14 (Include/cpython/object.h), with our own fields behind.
//!
//! Slots are raw C function pointers because C code fills and calls them. Null results mean "raised" (the exception is in the thread state).

use crate::field::{FieldCell, VisitProc};
use crate::refs::*;
use crate::types::{dict::PyDict, tuple::PyTuple};
use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_char, c_int, c_void};

pub type Ptr = *mut Object;
pub type UnaryFunc = unsafe extern "C" fn(Ptr) -> Ptr;
pub type BinaryFunc = unsafe extern "C" fn(Ptr, Ptr) -> Ptr;
pub type TernaryFunc = unsafe extern "C" fn(Ptr, Ptr, Ptr) -> Ptr;
pub type Inquiry = unsafe extern "C" fn(Ptr) -> c_int;
pub type LenFunc = unsafe extern "C" fn(Ptr) -> isize;
pub type SsizeArgFunc = unsafe extern "C" fn(Ptr, isize) -> Ptr;
pub type SsizeObjArgProc = unsafe extern "C" fn(Ptr, isize, Ptr) -> c_int;
pub type ObjObjProc = unsafe extern "C" fn(Ptr, Ptr) -> c_int;
pub type ObjObjArgProc = unsafe extern "C" fn(Ptr, Ptr, Ptr) -> c_int;
pub type Destructor = unsafe extern "C" fn(Ptr);
pub type HashFunc = unsafe extern "C" fn(Ptr) -> isize;
pub type RichCmpFunc = unsafe extern "C" fn(Ptr, Ptr, c_int) -> Ptr;
pub type TraverseProc = unsafe extern "C" fn(Ptr, VisitProc, *mut c_void) -> c_int;
pub type GetAttrFunc = unsafe extern "C" fn(Ptr, *mut c_char) -> Ptr;
pub type SetAttrFunc = unsafe extern "C" fn(Ptr, *mut c_char, Ptr) -> c_int;
pub type InitProc = unsafe extern "C" fn(Ptr, Ptr, Ptr) -> c_int;
pub type NewFunc = unsafe extern "C" fn(*mut PyType, Ptr, Ptr) -> Ptr;
pub type AllocFunc = unsafe extern "C" fn(*mut PyType, isize) -> Ptr;
pub type FreeFunc = unsafe extern "C" fn(*mut c_void);
pub type SendFunc = unsafe extern "C" fn(Ptr, Ptr, *mut Ptr) -> c_int;
/// `vectorcallfunc`: callable, arguments, count with the ARGUMENTS_OFFSET bit, keyword names (tuple or null).
pub type VectorcallFunc = unsafe extern "C" fn(Ptr, *const Ptr, usize, Ptr) -> Ptr;
pub type GetBufferProc = unsafe extern "C" fn(Ptr, *mut c_void, c_int) -> c_int;
pub type ReleaseBufferProc = unsafe extern "C" fn(Ptr, *mut c_void);
/// `PyCFunction` in all its shapes; cast according to `ml_flags`.
pub type CFunction = unsafe extern "C" fn(Ptr, Ptr) -> Ptr;
pub type Getter = unsafe extern "C" fn(Ptr, *mut c_void) -> Ptr;
pub type Setter = unsafe extern "C" fn(Ptr, Ptr, *mut c_void) -> c_int;

/// `PyMethodDef`.
#[repr(C)]
pub struct MethodDef {
    pub ml_name: *const c_char,
    pub ml_meth: Option<CFunction>,
    pub ml_flags: c_int,
    pub ml_doc: *const c_char,
}
// SAFETY: constant data.
unsafe impl Sync for MethodDef {}

/// `PyGetSetDef`.
#[repr(C)]
pub struct GetSetDef {
    pub name: *const c_char,
    pub get: Option<Getter>,
    pub set: Option<Setter>,
    pub doc: *const c_char,
    pub closure: *mut c_void,
}
// SAFETY: constant data.
unsafe impl Sync for GetSetDef {}

/// `PyMemberDef`.
#[repr(C)]
pub struct MemberDef {
    pub name: *const c_char,
    pub type_: c_int,
    pub offset: isize,
    pub flags: c_int,
    pub doc: *const c_char,
}
// SAFETY: constant data.
unsafe impl Sync for MemberDef {}

pub const METH_VARARGS: c_int = 0x1;
pub const METH_KEYWORDS: c_int = 0x2;
pub const METH_NOARGS: c_int = 0x4;
pub const METH_O: c_int = 0x8;
pub const METH_CLASS: c_int = 0x10;
pub const METH_STATIC: c_int = 0x20;
pub const METH_COEXIST: c_int = 0x40;
pub const METH_FASTCALL: c_int = 0x80;
pub const METH_METHOD: c_int = 0x200;

macro_rules! slot_table {
    ($(#[$m:meta])* $name:ident { $($f:ident: $t:ty),* $(,)? }) => {
        $(#[$m])*
        #[repr(C)]
        pub struct $name { $(pub $f: Cell<Option<$t>>),* }
        impl $name {
            /// A table without functions.
            pub const fn empty() -> Self { $name { $($f: Cell::new(None)),* } }
        }
    };
}

slot_table!(/// `PyAsyncMethods`.
    AsyncMethods { am_await: UnaryFunc, am_aiter: UnaryFunc, am_anext: UnaryFunc, am_send: SendFunc });
slot_table!(/// `PyNumberMethods`.
    NumberMethods {
        nb_add: BinaryFunc, nb_subtract: BinaryFunc, nb_multiply: BinaryFunc, nb_remainder: BinaryFunc, nb_divmod: BinaryFunc,
        nb_power: TernaryFunc, nb_negative: UnaryFunc, nb_positive: UnaryFunc, nb_absolute: UnaryFunc, nb_bool: Inquiry,
        nb_invert: UnaryFunc, nb_lshift: BinaryFunc, nb_rshift: BinaryFunc, nb_and: BinaryFunc, nb_xor: BinaryFunc, nb_or: BinaryFunc,
        nb_int: UnaryFunc, nb_reserved: UnaryFunc, nb_float: UnaryFunc,
        nb_inplace_add: BinaryFunc, nb_inplace_subtract: BinaryFunc, nb_inplace_multiply: BinaryFunc, nb_inplace_remainder: BinaryFunc,
        nb_inplace_power: TernaryFunc, nb_inplace_lshift: BinaryFunc, nb_inplace_rshift: BinaryFunc, nb_inplace_and: BinaryFunc,
        nb_inplace_xor: BinaryFunc, nb_inplace_or: BinaryFunc,
        nb_floor_divide: BinaryFunc, nb_true_divide: BinaryFunc, nb_inplace_floor_divide: BinaryFunc, nb_inplace_true_divide: BinaryFunc,
        nb_index: UnaryFunc, nb_matrix_multiply: BinaryFunc, nb_inplace_matrix_multiply: BinaryFunc,
    });
slot_table!(/// `PyMappingMethods`.
    MappingMethods { mp_length: LenFunc, mp_subscript: BinaryFunc, mp_ass_subscript: ObjObjArgProc });
slot_table!(/// `PySequenceMethods`.
    SequenceMethods {
        sq_length: LenFunc, sq_concat: BinaryFunc, sq_repeat: SsizeArgFunc, sq_item: SsizeArgFunc, was_sq_slice: UnaryFunc,
        sq_ass_item: SsizeObjArgProc, was_sq_ass_slice: UnaryFunc, sq_contains: ObjObjProc, sq_inplace_concat: BinaryFunc,
        sq_inplace_repeat: SsizeArgFunc,
    });
slot_table!(/// `PyBufferProcs`.
    BufferProcs { bf_getbuffer: GetBufferProc, bf_releasebuffer: ReleaseBufferProc });

/// `PyTypeObject`.
#[repr(C)]
pub struct PyType {
    pub head: VarHead,
    pub tp_name: Cell<*const c_char>,
    pub tp_basicsize: Cell<isize>,
    pub tp_itemsize: Cell<isize>,
    pub tp_dealloc: Cell<Option<Destructor>>,
    pub tp_vectorcall_offset: Cell<isize>,
    pub tp_getattr: Cell<Option<GetAttrFunc>>,
    pub tp_setattr: Cell<Option<SetAttrFunc>>,
    pub tp_as_async: Cell<*const AsyncMethods>,
    pub tp_repr: Cell<Option<UnaryFunc>>,
    pub tp_as_number: Cell<*const NumberMethods>,
    pub tp_as_sequence: Cell<*const SequenceMethods>,
    pub tp_as_mapping: Cell<*const MappingMethods>,
    pub tp_hash: Cell<Option<HashFunc>>,
    pub tp_call: Cell<Option<TernaryFunc>>,
    pub tp_str: Cell<Option<UnaryFunc>>,
    pub tp_getattro: Cell<Option<BinaryFunc>>,
    pub tp_setattro: Cell<Option<ObjObjArgProc>>,
    pub tp_as_buffer: Cell<*const BufferProcs>,
    pub tp_flags: Cell<u64>,
    pub tp_doc: Cell<*const c_char>,
    pub tp_traverse: Cell<Option<TraverseProc>>,
    pub tp_clear: Cell<Option<Inquiry>>,
    pub tp_richcompare: Cell<Option<RichCmpFunc>>,
    pub tp_weaklistoffset: Cell<isize>,
    pub tp_iter: Cell<Option<UnaryFunc>>,
    pub tp_iternext: Cell<Option<UnaryFunc>>,
    pub tp_methods: Cell<*const MethodDef>,
    pub tp_members: Cell<*const MemberDef>,
    pub tp_getset: Cell<*const GetSetDef>,
    /// Owned for heap types.
    pub tp_base: Cell<*const PyType>,
    pub tp_dict: FieldCell<PyDict>,
    pub tp_descr_get: Cell<Option<TernaryFunc>>,
    pub tp_descr_set: Cell<Option<ObjObjArgProc>>,
    pub tp_dictoffset: Cell<isize>,
    pub tp_init: Cell<Option<InitProc>>,
    pub tp_alloc: Cell<Option<AllocFunc>>,
    pub tp_new: Cell<Option<NewFunc>>,
    pub tp_free: Cell<Option<FreeFunc>>,
    pub tp_is_gc: Cell<Option<Inquiry>>,
    pub tp_bases: FieldCell<PyTuple>,
    pub tp_mro: FieldCell<PyTuple>,
    /// `tp_cache`, which CPython has no use for. Makes instances as `tp_vectorcall` does, where CPython's type has none: see [`PyType::constructor`].
    pub construct: Cell<Option<VectorcallFunc>>,
    /// Direct subclasses: address -> weak reference (a dict), or null.
    pub tp_subclasses: FieldCell<Object>,
    pub tp_weaklist: Cell<*mut Object>,
    pub tp_del: Cell<Option<Destructor>>,
    /// 0 = none assigned. Changes with every mutation of the type or of a base (see `version.rs`).
    pub tp_version_tag: Cell<u32>,
    pub tp_finalize: Cell<Option<Destructor>>,
    pub tp_vectorcall: Cell<Option<VectorcallFunc>>,
    pub tp_watched: Cell<u8>,
    pub tp_versions_used: Cell<u16>,
}

/// A statically allocated built-in type with room for its slot tables. Filled at start by `typeobj::ready` from the `TypeSpec`.
#[repr(C)]
pub struct StaticType {
    pub ty: PyType,
    pub as_async: AsyncMethods,
    pub as_number: NumberMethods,
    pub as_mapping: MappingMethods,
    pub as_sequence: SequenceMethods,
    pub as_buffer: BufferProcs,
}
// SAFETY: touched only by the thread that holds the GIL.
unsafe impl Sync for StaticType {}

/// `PyHeapTypeObject`: a class made at run time.
#[repr(C)]
pub struct PyHeapType {
    pub slots: StaticType,
    pub ht_name: FieldCell<Object>,
    pub ht_slots: FieldCell<Object>,
    pub ht_qualname: FieldCell<Object>,
    /// Keys shared by the instances (`types::dict::keys`), or null.
    pub ht_cached_keys: Cell<*mut c_void>,
    pub ht_module: FieldCell<Object>,
    pub ht_tpname: Cell<*mut c_char>,
    pub ht_token: Cell<*mut c_void>,
    /// `_spec_cache`: what the interpreter knows of the class. First its `__getitem__` (a function, borrowed) and the `tp_version_tag` that it was looked up under.
    pub spec_cache: UnsafeCell<[*mut c_void; 3]>,
}

// SAFETY: repr(C), heads first.
unsafe impl PyLayout for PyType {}
// SAFETY: repr(C), heads first.
unsafe impl PyLayout for PyHeapType {}

const _: () = {
    use std::mem::offset_of;
    assert!(size_of::<PyType>() == 416 && size_of::<PyHeapType>() == 936);
    assert!(offset_of!(PyType, tp_flags) == 168 && offset_of!(PyType, tp_dict) == 264);
    assert!(offset_of!(PyType, tp_version_tag) == 384 && offset_of!(PyType, tp_vectorcall) == 400 && offset_of!(PyType, construct) == 352);
    assert!(offset_of!(StaticType, as_number) == 448 && offset_of!(StaticType, as_mapping) == 736);
    assert!(offset_of!(StaticType, as_sequence) == 760 && offset_of!(PyHeapType, ht_name) == 856);
};

macro_rules! flags {
    ($($(#[$m:meta])* $name:ident = $bit:expr;)*) => { $($(#[$m])* pub const $name: u64 = 1 << $bit;)* };
}
/// `Py_TPFLAGS_*` (Include/object.h).
pub mod flags {
    flags! {
        STATIC_BUILTIN = 1;
        INLINE_VALUES = 2;
        MANAGED_WEAKREF = 3;
        MANAGED_DICT = 4;
        SEQUENCE = 5;
        MAPPING = 6;
        DISALLOW_INSTANTIATION = 7;
        IMMUTABLETYPE = 8;
        HEAPTYPE = 9;
        BASETYPE = 10;
        HAVE_VECTORCALL = 11;
        READY = 12;
        READYING = 13;
        HAVE_GC = 14;
        METHOD_DESCRIPTOR = 17;
        VALID_VERSION_TAG = 19;
        IS_ABSTRACT = 20;
        MATCH_SELF = 22;
        ITEMS_AT_END = 23;
        LONG_SUBCLASS = 24;
        LIST_SUBCLASS = 25;
        TUPLE_SUBCLASS = 26;
        BYTES_SUBCLASS = 27;
        UNICODE_SUBCLASS = 28;
        DICT_SUBCLASS = 29;
        BASE_EXC_SUBCLASS = 30;
        TYPE_SUBCLASS = 31;
        /// Ours: CPython makes this type on the heap, when its module is imported (`#[pytype(heap)]`). The object is static here, but
        /// `__flags__` shows `HEAPTYPE`: `copyreg` and others ask for it.
        MODULE_TYPE = 40;
        /// Ours: a built-in type whose attributes may be set (`#[pytype(mutable)]`).
        MUTABLE = 41;
    }
}

impl PyType {
    /// A zeroed type whose metatype is `type`.
    pub const fn empty() -> PyType {
        PyType {
            head: VarHead { head: Object::new_static(&raw const super::PyType_Type.ty), size: Cell::new(0) },
            tp_name: Cell::new(c"?".as_ptr()),
            tp_basicsize: Cell::new(0),
            tp_itemsize: Cell::new(0),
            tp_dealloc: Cell::new(None),
            tp_vectorcall_offset: Cell::new(0),
            tp_getattr: Cell::new(None),
            tp_setattr: Cell::new(None),
            tp_as_async: Cell::new(std::ptr::null()),
            tp_repr: Cell::new(None),
            tp_as_number: Cell::new(std::ptr::null()),
            tp_as_sequence: Cell::new(std::ptr::null()),
            tp_as_mapping: Cell::new(std::ptr::null()),
            tp_hash: Cell::new(None),
            tp_call: Cell::new(None),
            tp_str: Cell::new(None),
            tp_getattro: Cell::new(None),
            tp_setattro: Cell::new(None),
            tp_as_buffer: Cell::new(std::ptr::null()),
            tp_flags: Cell::new(0),
            tp_doc: Cell::new(std::ptr::null()),
            tp_traverse: Cell::new(None),
            tp_clear: Cell::new(None),
            tp_richcompare: Cell::new(None),
            tp_weaklistoffset: Cell::new(0),
            tp_iter: Cell::new(None),
            tp_iternext: Cell::new(None),
            tp_methods: Cell::new(std::ptr::null()),
            tp_members: Cell::new(std::ptr::null()),
            tp_getset: Cell::new(std::ptr::null()),
            tp_base: Cell::new(std::ptr::null()),
            tp_dict: FieldCell::empty(),
            tp_descr_get: Cell::new(None),
            tp_descr_set: Cell::new(None),
            tp_dictoffset: Cell::new(0),
            tp_init: Cell::new(None),
            tp_alloc: Cell::new(None),
            tp_new: Cell::new(None),
            tp_free: Cell::new(None),
            tp_is_gc: Cell::new(None),
            tp_bases: FieldCell::empty(),
            tp_mro: FieldCell::empty(),
            construct: Cell::new(None),
            tp_subclasses: FieldCell::empty(),
            tp_weaklist: Cell::new(std::ptr::null_mut()),
            tp_del: Cell::new(None),
            tp_version_tag: Cell::new(0),
            tp_finalize: Cell::new(None),
            tp_vectorcall: Cell::new(None),
            tp_watched: Cell::new(0),
            tp_versions_used: Cell::new(0),
        }
    }
}

impl StaticType {
    /// A zeroed static type.
    pub const fn empty() -> StaticType {
        StaticType {
            ty: PyType::empty(),
            as_async: AsyncMethods::empty(),
            as_number: NumberMethods::empty(),
            as_mapping: MappingMethods::empty(),
            as_sequence: SequenceMethods::empty(),
            as_buffer: BufferProcs::empty(),
        }
    }
}
