//! `StgInfo`: what is known about a C type. One per class, made when the class is initialised.

use crate::codec::Code;
use crate::meta::CType;
use libffi_sys::ffi_type;
use std::cell::{Cell, RefCell};
use std::ffi::CString;
use taipan_object::prelude::*;

/// Which of the families a C type belongs to; decides how an instance is passed to a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Simple,
    Pointer,
    Array,
    Struct,
    Union,
    Func,
}

/// Bits of [`StgInfo::flags`]: `FUNCFLAG_*` as Python knows them, then our own.
pub mod flag {
    pub const CDECL: u32 = 1;
    pub const PYTHONAPI: u32 = 4;
    pub const USE_ERRNO: u32 = 8;
    pub const USE_LASTERROR: u32 = 16;
    /// The value is an address.
    pub const IS_POINTER: u32 = 0x100;
    /// Some part of the value is an address.
    pub const HAS_POINTER: u32 = 0x200;
    /// Layout is fixed: an instance or another type depends on it.
    pub const FINAL: u32 = 0x1000;
}

/// An aggregate described for libffi; the elements end with null.
pub struct OwnedFfi {
    pub ty: ffi_type,
    /// Where `ty.elements` points.
    pub elements: Vec<*mut ffi_type>,
}

/// Size, alignment and more of a C type.
#[pytype(name = "_ctypes.StgInfo", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct StgInfo {
    head: ObjHead,
    pub size: Cell<isize>,
    pub align: Cell<isize>,
    /// Number of elements or fields.
    pub length: Cell<isize>,
    pub flags: Cell<u32>,
    #[gc(skip)]
    pub kind: Kind,
    /// How a simple value is coded.
    #[gc(skip)]
    pub code: Cell<Option<Code>>,
    #[gc(skip)]
    ffi: Cell<*mut ffi_type>,
    #[gc(skip)]
    owned_ffi: RefCell<Option<Box<OwnedFfi>>>,
    /// The PEP 3118 format; views of instances point into it.
    #[gc(skip)]
    pub format: RefCell<CString>,
    #[gc(skip)]
    pub shape: RefCell<Vec<isize>>,
    /// The code string of a simple type, the element type of pointers and arrays.
    pub proto: FieldCell<Object>,
    pub argtypes: FieldCell<PyTuple>,
    pub converters: FieldCell<PyTuple>,
    pub restype: FieldCell<Object>,
    pub checker: FieldCell<Object>,
    pub pointer_type: FieldCell<Object>,
    /// The fields of a structure or union, in order: tuple of `CField`.
    pub fields: FieldCell<PyTuple>,
}

#[pymethods]
impl StgInfo {}

impl StgInfo {
    /// A fresh description, of the size and alignment of `ffi`.
    pub fn new(kind: Kind, ffi: *mut ffi_type, cx: &mut Cx) -> PyResult<Own<StgInfo>> {
        // SAFETY: one of libffi's own types.
        let (size, align) = unsafe { ((*ffi).size as isize, (*ffi).alignment as isize) };
        cx.new_object(StgInfo {
            head: Object::placeholder(),
            size: Cell::new(size),
            align: Cell::new(align),
            length: Cell::new(1),
            flags: Cell::new(0),
            kind,
            code: Cell::new(None),
            ffi: Cell::new(ffi),
            owned_ffi: RefCell::new(None),
            format: RefCell::new(c"B".to_owned()),
            shape: RefCell::new(Vec::new()),
            proto: FieldCell::empty(),
            argtypes: FieldCell::empty(),
            converters: FieldCell::empty(),
            restype: FieldCell::empty(),
            checker: FieldCell::empty(),
            pointer_type: FieldCell::empty(),
            fields: FieldCell::empty(),
        })
    }

    /// A copy for a class that inherits everything.
    pub fn inherit(&self, cx: &mut Cx) -> PyResult<Own<StgInfo>> {
        let new = StgInfo::new(self.kind, self.ffi.get(), cx)?;
        new.size.set(self.size.get());
        new.align.set(self.align.get());
        new.length.set(self.length.get());
        new.flags.set(self.flags.get() & !flag::FINAL);
        new.format.replace(self.format.borrow().clone());
        new.shape.replace(self.shape.borrow().clone());
        if let Some(o) = &*self.owned_ffi.borrow() {
            new.set_ffi(o.ty, o.elements.clone());
        }
        new.proto.set(self.proto.own(), cx);
        new.argtypes.set(self.argtypes.own(), cx);
        new.converters.set(self.converters.own(), cx);
        new.restype.set(self.restype.own(), cx);
        new.checker.set(self.checker.own(), cx);
        new.fields.set(self.fields.own(), cx);
        Ok(new)
    }

    /// The description of a C type; none for other types and for abstract ones.
    pub fn of(ty: &PyType) -> Option<Own<StgInfo>> {
        // The abstract classes of this module are static and have no room behind the type.
        ty.heap()?;
        ty.as_object().downcast::<CType>()?.info.own()
    }

    /// As [`StgInfo::of`], of any object.
    pub fn of_object(o: &Object) -> Option<Own<StgInfo>> {
        o.downcast::<PyType>().and_then(StgInfo::of)
    }

    /// libffi's description.
    pub fn ffi(&self) -> *mut ffi_type {
        self.ffi.get()
    }

    /// Set a description of our own.
    pub fn set_ffi(&self, ty: ffi_type, elements: Vec<*mut ffi_type>) {
        let mut owned = Box::new(OwnedFfi { ty, elements });
        owned.ty.elements = owned.elements.as_mut_ptr();
        self.ffi.set(&raw mut owned.ty);
        *self.owned_ffi.borrow_mut() = Some(owned);
    }

    pub fn has(&self, flag: u32) -> bool {
        self.flags.get() & flag != 0
    }
    pub fn add(&self, flag: u32) {
        self.flags.set(self.flags.get() | flag);
    }

    /// Whether an instance holds an address, itself or in a part.
    pub fn holds_pointer(&self) -> bool {
        self.has(flag::IS_POINTER | flag::HAS_POINTER)
    }

    /// Whether this is an array of, or pointer to, elements with the code.
    pub fn element_code(&self) -> Option<u8> {
        let element = StgInfo::of_object(&*self.proto.own()?)?;
        element.code.get().filter(|c| !c.swapped).map(|c| c.ch)
    }

    /// The description of the innermost element of arrays of arrays.
    pub fn item(this: &Own<StgInfo>) -> Own<StgInfo> {
        let mut at = this.clone();
        while at.kind == Kind::Array {
            match at.proto.own().and_then(|p| StgInfo::of_object(&p)) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }
}

/// Whether `ty` is a subclass of a simple type: its values stay instances instead of becoming Python's.
pub fn is_simple_subclass(ty: &PyType) -> bool {
    let simple = crate::simple::Simple::ty();
    ty.as_object().is_a::<crate::meta::SimpleMeta>() && !ty.base().is_some_and(|b| std::ptr::eq(b, simple))
}
