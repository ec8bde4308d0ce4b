//! `CArgObject`: a value ready to be passed to a C function, as `from_param` and `byref` give it.

use crate::codec::{self, Code};
use libffi_sys::ffi_type;
use std::cell::{Cell, UnsafeCell};
use taipan_object::abstract_;
use taipan_object::prelude::*;

/// Room for the largest scalar, a complex long double, aligned for it.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub struct Value(pub [u8; 32]);

impl Value {
    pub const ZERO: Value = Value([0; 32]);
    pub fn of_address(p: *const u8) -> Value {
        let mut v = Value::ZERO;
        v.0[..8].copy_from_slice(&(p as usize).to_ne_bytes());
        v
    }
    pub fn address(&self) -> usize {
        let mut b = [0; 8];
        b.copy_from_slice(&self.0[..8]);
        usize::from_ne_bytes(b)
    }
}

#[pytype(name = "_ctypes.CArgObject", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct CArg {
    head: ObjHead,
    #[gc(skip)]
    pub ffi: Cell<*mut ffi_type>,
    pub tag: Cell<u8>,
    #[gc(skip)]
    pub value: UnsafeCell<[u64; 4]>,
    /// A structure passed by value is copied, because the call may change it; the value is the copy's address. 16-byte units keep it aligned.
    #[gc(skip)]
    pub copy: Vec<u128>,
    #[member("_obj", readonly, doc = "the wrapped object")]
    pub obj: FieldCell<Object>,
}

impl CArg {
    pub fn new(tag: u8, ffi: *mut ffi_type, value: Value, obj: Own<Object>, cx: &mut Cx) -> PyResult<Own<CArg>> {
        CArg::with_copy(tag, ffi, value, Vec::new(), obj, cx)
    }

    pub fn with_copy(tag: u8, ffi: *mut ffi_type, value: Value, copy: Vec<u128>, obj: Own<Object>, cx: &mut Cx) -> PyResult<Own<CArg>> {
        // SAFETY: plain bytes.
        let words: [u64; 4] = unsafe { std::mem::transmute(value) };
        cx.new_object(CArg {
            head: Object::placeholder(),
            ffi: Cell::new(ffi),
            tag: Cell::new(tag),
            value: UnsafeCell::new(words),
            copy,
            obj: FieldCell::new(Some(obj)),
        })
    }

    /// An address.
    pub fn pointer(tag: u8, p: *const u8, obj: Own<Object>, cx: &mut Cx) -> PyResult<Own<CArg>> {
        CArg::new(tag, Code::native(b'P').ffi(), Value::of_address(p), obj, cx)
    }

    /// A Python value, coded.
    pub fn coded(code: Code, value: &Object, size: usize, cx: &mut Cx) -> PyResult<Own<CArg>> {
        let mut room = Value::ZERO;
        // SAFETY: the room is large enough for every scalar.
        let keep = unsafe { codec::set(code, room.0.as_mut_ptr(), value, size, cx)? };
        CArg::new(code.ch, code.ffi(), room, keep, cx)
    }

    pub fn get(&self) -> Value {
        // SAFETY: plain bytes, read while nobody writes: the GIL is held.
        unsafe { std::mem::transmute(*self.value.get()) }
    }
}

#[pymethods]
impl CArg {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let (tag, value) = (self.tag.get(), self.get());
        let code = Code::native(tag);
        let ch = char::from(tag);
        let literal = |c: u8| (b' '..0x7f).contains(&c) && c != b'\'' && c != b'\\';
        let text = match tag {
            b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' | b'd' | b'f' => {
                // SAFETY: the value is coded so.
                let v = unsafe { codec::get(code, value.0.as_ptr(), 0, cx)? };
                format!("<cparam '{ch}' ({})>", abstract_::repr(&v, cx)?)
            }
            b'c' if literal(value.0[0]) => format!("<cparam 'c' ('{}')>", char::from(value.0[0])),
            b'c' => format!("<cparam 'c' ('\\x{:02x}')>", value.0[0]),
            b'z' | b'Z' | b'P' => match value.address() {
                0 => format!("<cparam '{ch}' (0x(nil))>"),
                at => format!("<cparam '{ch}' ({at:#x})>"),
            },
            _ if literal(tag) => format!("<cparam '{ch}' at {:p}>", self.as_object()),
            _ => format!("<cparam 0x{tag:02x} at {:p}>", self.as_object()),
        };
        PyStr::new(&text, cx)
    }
}
