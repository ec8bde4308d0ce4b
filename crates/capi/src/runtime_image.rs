//! `_PyRuntime`: the reference's global state (`internal/pycore_runtime.h`), as far as macros of the internal headers reach into it.
//!
//! CPython's own test modules take the addresses of its static objects from here: small ints, one-character strings, empty singletons, a few literals. The block
//! has the reference's size and holds such objects at the reference's places: immortal copies, equal to the kernel's own singletons and not identical with them.
//! Everything else is zero.

use std::cell::UnsafeCell;
use std::mem::offset_of;
use taipan_object::prelude::*;
use taipan_object::thread::Interpreter;
use taipan_object::types::bytes::PyBytes;

/// `sizeof(_PyRuntimeState)` of 3.14 on 64-bit Linux.
const SIZE: usize = 0x4d4c8;
const INTERPRETERS: usize = 0x320;
const MAIN_THREAD: usize = 0x340;
const SMALL_INTS: usize = 0x36f0;
const BYTES_EMPTY: usize = 0x57b0;
const BYTES_CHARACTERS: usize = 0x57d8;
const ASCII: usize = 0x12a00;
const LATIN1: usize = 0x14200;
const TUPLE_EMPTY: usize = 0x16210;

/// Texts of `_Py_STR` and their places.
const LITERALS: [(usize, &str); 23] = [
    (0x87d8, "<dictcomp>"), (0x8810, "<genexpr>"), (0x8848, "<lambda>"), (0x8880, "<listcomp>"), (0x88b8, "<module>"), (0x88f0, "<NULL>"),
    (0x8920, "<setcomp>"), (0x8958, "<string>"), (0x8990, "<unknown>"), (0x89c8, "}}"), (0x89f8, "{{"), (0x8a28, "%%"), (0x8a58, ".defaults"),
    (0x8a90, ".<locals>"), (0x8ac8, ""), (0x8af8, ".format"), (0x8b28, ".generic_base"), (0x8b60, "json.decoder"), (0x8b98, ".kwdefaults"),
    (0x8bd0, "list index out of range"), (0x8c10, "1e309"), (0x8c40, ".type_params"), (0x8c78, "utf-8"),
];

/// The block.
#[repr(C, align(16))]
pub struct Image(UnsafeCell<[u8; SIZE]>);
// SAFETY: filled once at start, before any extension is loaded; afterwards C code reads it with the GIL held.
unsafe impl Sync for Image {}

/// `_PyRuntime`.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _PyRuntime: Image = Image(UnsafeCell::new([0; SIZE]));

/// Put a copy of an object at a place and make it immortal.
unsafe fn place(o: &Object, bytes: usize, at: usize) {
    debug_assert!(at + bytes <= SIZE);
    // SAFETY: the object has so many bytes, and they fit.
    unsafe {
        let to = (_PyRuntime.0.get() as *mut u8).add(at);
        std::ptr::copy_nonoverlapping(o.as_ptr() as *const u8, to, bytes);
        (*(to as *const Object)).immortalise();
    }
}

unsafe fn place_word(v: usize, at: usize) {
    // SAFETY: within the block, aligned.
    unsafe { ((_PyRuntime.0.get() as *mut u8).add(at) as *mut usize).write(v) }
}

/// Bytes in front of a string's data: longer where characters are not ASCII.
fn string_bytes(s: &PyStr) -> usize {
    (if s.as_ascii().is_some() { 40 } else { 56 }) + s.len() + 1
}

/// Fill the block.
pub fn init(cx: &mut Cx) -> PyResult<()> {
    const { assert!(offset_of!(taipan_abi::PyBytesObject, ob_sval) == 32) };
    let interp = cx.interp() as *const Interpreter as usize;
    // SAFETY: every place lies within the block and belongs to the object that the reference has there.
    unsafe {
        place_word(interp, INTERPRETERS + 16);
        place_word(cx.ts().thread_id.get() as usize, MAIN_THREAD);
        place_word(cx.ts() as *const _ as usize, MAIN_THREAD + 8);
        for v in -5..=256i64 {
            let i = PyInt::new(v, cx)?;
            place(&i, 28, SMALL_INTS + 32 * (v + 5) as usize);
        }
        let b = PyBytes::new(b"", cx)?;
        place(&b, 33, BYTES_EMPTY);
        for c in 0..=255u8 {
            let b = PyBytes::new(&[c], cx)?;
            place(&b, 34, BYTES_CHARACTERS + 48 * usize::from(c));
            let s = PyStr::from_latin1(&[c], cx)?;
            let at = if c < 128 { ASCII + 48 * usize::from(c) } else { LATIN1 + 64 * usize::from(c - 128) };
            place(&s, string_bytes(&s), at);
        }
        for (at, text) in LITERALS {
            let s = PyStr::new(text, cx)?;
            place(&s, string_bytes(&s), at);
        }
        let t = PyTuple::empty();
        place(&t, size_of::<PyTuple>(), TUPLE_EMPTY);
    }
    taipan_object::thread::interpreters::observe(|head, next_id| {
        // SAFETY: within the block.
        unsafe {
            place_word(head as usize, INTERPRETERS + 8);
            place_word(next_id as usize, INTERPRETERS + 24);
        }
    });
    Ok(())
}
