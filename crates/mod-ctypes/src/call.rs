//! Calling C: arguments become words for libffi, the result a Python value.

use crate::carg::{CArg, Value};
use crate::codec::{self, Code};
use crate::data::CData;
use crate::info::{Kind, StgInfo, flag, is_simple_subclass};
use crate::meta;
use libffi_sys as ffi;
use std::cell::Cell;
use std::ffi::c_void;
use taipan_object::abstract_;
use taipan_object::err::Raised;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{audit, call};

/// As many arguments as CPython passes.
pub const ARGS_MAX: usize = 1024;

thread_local! {
    /// This thread's copy of `errno`, exchanged with the real one around calls that ask for it.
    static ERRNO: Cell<i32> = const { Cell::new(0) };
}

/// Exchange the copy of `errno`.
pub fn swap_copy(new: i32) -> i32 {
    ERRNO.with(|e| e.replace(new))
}

/// The copy of `errno`.
pub fn errno_copy() -> i32 {
    ERRNO.with(Cell::get)
}

/// Exchange the real `errno` and the copy.
pub fn swap_errno() {
    ERRNO.with(|e| e.set(taipan_host::dl::swap_errno(e.get())));
}

/// A word ready for libffi.
pub struct Word {
    ffi: *mut ffi::ffi_type,
    value: Value,
    /// What must live during the call.
    _keep: Option<Own<Object>>,
}

/// The exception with `text` and its own type's name in front, as an exception of class `class`.
pub fn prefix_error(r: Raised, class: &Object, text: &str, cx: &mut Cx) -> Raised {
    let e = cx.take_raised(r);
    let name = e.ty().name().to_owned();
    let said = match abstract_::str(&e, cx) {
        Ok(s) => s.to_string_lossy(),
        Err(r) => {
            cx.discard(r);
            "???".to_owned()
        }
    };
    let made = PyStr::new(&format!("{text}{name}: {said}"), cx).and_then(|m| call::call(class, &[&m], cx));
    match made {
        Ok(new) => cx.set_raised(new),
        Err(r) => r,
    }
}

/// `ctypes.ArgumentError`.
pub fn argument_error(cx: &mut Cx) -> PyResult {
    cx.import_attr("_ctypes", "ArgumentError")
}

/// What passing an instance of a C type means.
pub fn instance_arg(d: &CData, info: &StgInfo, cx: &mut Cx) -> PyResult<Own<CArg>> {
    let own = d.as_object().own();
    match info.kind {
        Kind::Simple => {
            let Some(code) = info.code.get() else { return CArg::pointer(b'P', d.ptr.get(), own, cx) };
            let mut value = Value::ZERO;
            let n = (d.size.get().max(0) as usize).min(value.0.len());
            // SAFETY: own memory, and room for it.
            unsafe { std::ptr::copy_nonoverlapping(d.ptr.get(), value.0.as_mut_ptr(), n) };
            CArg::new(code.ch, code.ffi(), value, own, cx)
        }
        Kind::Array => CArg::pointer(b'P', d.ptr.get(), own, cx),
        Kind::Pointer | Kind::Func => CArg::pointer(b'P', d.address(), own, cx),
        Kind::Struct | Kind::Union => {
            let n = d.size.get().max(0) as usize;
            let mut copy = vec![0u128; n.div_ceil(16).max(1)];
            // SAFETY: own memory; the copy has room.
            unsafe { std::ptr::copy_nonoverlapping(d.ptr.get(), copy.as_mut_ptr().cast(), n) };
            let value = Value::of_address(copy.as_ptr().cast());
            CArg::with_copy(b'V', info.ffi(), value, copy, own, cx)
        }
    }
}

fn of_arg(arg: &CArg) -> Word {
    Word { ffi: arg.ffi.get(), value: arg.get(), _keep: Some(arg.as_object().own()) }
}

/// An object as an argument; `n` is its number, from 1.
fn word(o: &Object, n: usize, cx: &mut Cx) -> PyResult<Word> {
    if let Some(arg) = o.exact::<CArg>() {
        return Ok(of_arg(arg));
    }
    if let Some(d) = o.downcast::<CData>() {
        if let Some(info) = StgInfo::of(o.ty()) {
            let arg = instance_arg(d, &info, cx)?;
            return Ok(of_arg(&arg));
        }
    }
    let pointer = |p: usize, keep: Option<Own<Object>>| Word { ffi: Code::native(b'P').ffi(), value: Value::of_address(p as *const u8), _keep: keep };
    if o.is_none() {
        return Ok(pointer(0, None));
    }
    if let Some(i) = o.downcast::<PyInt>() {
        let v = i.as_ref_int();
        let Some(bits) = v.to_i64().map(|v| v as u64).or_else(|| v.to_u64()) else {
            return Err(cx.overflow_error(format_args!("int too long to convert")));
        };
        // A C `int`; the bits above stay, for functions that take more.
        return Ok(Word { ffi: Code::native(b'i').ffi(), value: Value::of_address(bits as usize as *const u8), _keep: None });
    }
    if let Some(b) = o.downcast::<PyBytes>() {
        return Ok(pointer(b.as_bytes().as_ptr() as usize, Some(o.own())));
    }
    if let Some(s) = o.downcast::<PyStr>() {
        let wide = codec::wide_copy(s, cx)?;
        return Ok(pointer(wide.as_bytes().as_ptr() as usize, Some(wide.into_object())));
    }
    if let Some(v) = meta::as_parameter(o, cx)? {
        let _deeper = cx.enter_call(" while processing _as_parameter_")?;
        return word(&v, n, cx);
    }
    Err(cx.type_error(format_args!("Don't know how to convert parameter {n}")))
}

/// What a call is to do.
pub struct Callee<'a> {
    pub address: usize,
    pub flags: u32,
    pub converters: Option<&'a PyTuple>,
    /// None: `int`.
    pub restype: Option<&'a Object>,
    pub checker: Option<&'a Object>,
}

fn arguments(c: &Callee<'_>, args: &[&Object], cx: &mut Cx) -> PyResult<Vec<Word>> {
    if args.len() > ARGS_MAX {
        let class = argument_error(cx)?;
        let text = PyStr::new(&format!("too many arguments ({}), maximum is {ARGS_MAX}", args.len()), cx)?;
        let e = call::call(&class, &[&text], cx)?;
        return Err(cx.set_raised(e));
    }
    let mut words = Vec::with_capacity(args.len());
    for (i, a) in args.iter().enumerate() {
        let converter = c.converters.and_then(|t| t.get(i));
        let made = match converter {
            Some(f) => call::call(f, &[*a], cx).and_then(|v| word(&v, i + 1, cx)),
            None => word(a, i + 1, cx),
        };
        match made {
            Ok(w) => words.push(w),
            Err(r) => {
                let e = cx.take_raised(r);
                let class = argument_error(cx)?;
                let r = cx.set_raised(e);
                return Err(prefix_error(r, &class, &format!("argument {}: ", i + 1), cx));
            }
        }
    }
    Ok(words)
}

/// Call the function: its result as Python sees it.
pub fn call_function(c: &Callee<'_>, args: &[&Object], cx: &mut Cx) -> PyResult {
    if audit::is_active() {
        let (address, all) = (PyInt::from_u64(c.address as u64, cx)?, PyTuple::from_slice(args, cx)?);
        audit::raise("ctypes.call_function", &[&address, &all], cx)?;
    }
    let words = arguments(c, args, cx)?;
    let info = c.restype.and_then(StgInfo::of_object);
    let rtype = match (c.restype, &info) {
        (Some(r), _) if r.is_none() => &raw mut ffi::ffi_type_void,
        (Some(_), Some(info)) if matches!(info.kind, Kind::Struct | Kind::Union | Kind::Simple) => info.ffi(),
        (Some(_), Some(_)) => Code::native(b'P').ffi(),
        _ => Code::native(b'i').ffi(),
    };
    // SAFETY: a type of libffi's, or ours.
    let size = unsafe { (*rtype).size };
    let mut result = vec![0u128; size.div_ceil(16).max(2)];
    invoke(c, &words, rtype, result.as_mut_ptr().cast(), cx)?;
    let value = to_python(c, info.as_deref(), result.as_mut_ptr().cast(), cx)?;
    match c.checker {
        Some(f) => call::call(f, &[&value], cx),
        None => Ok(value),
    }
}

fn invoke(c: &Callee<'_>, words: &[Word], rtype: *mut ffi::ffi_type, result: *mut c_void, cx: &mut Cx) -> PyResult<()> {
    let mut types: Vec<*mut ffi::ffi_type> = words.iter().map(|w| w.ffi).collect();
    let mut values: Vec<*mut c_void> = Vec::with_capacity(words.len());
    for w in words {
        // SAFETY: a type of libffi's, or ours.
        let by_address = unsafe { (*w.ffi).type_ } == ffi::FFI_TYPE_STRUCT;
        values.push(if by_address { w.value.address() as *mut c_void } else { w.value.0.as_ptr() as *mut c_void });
    }
    // SAFETY: plain data that libffi fills.
    let mut cif: ffi::ffi_cif = unsafe { std::mem::zeroed() };
    // SAFETY: the lists live until the call is over.
    let status = unsafe { ffi::ffi_prep_cif(&mut cif, ffi::ffi_abi_FFI_DEFAULT_ABI, types.len() as u32, rtype, types.as_mut_ptr()) };
    if status != ffi::ffi_status_FFI_OK {
        return Err(cx.runtime_error(format_args!("ffi_prep_cif failed")));
    }
    let mut go = || {
        if c.flags & flag::USE_ERRNO != 0 {
            swap_errno();
        }
        // SAFETY: address and types are the program's word for what lies there; the words are as the types say.
        unsafe {
            let f: unsafe extern "C" fn() = std::mem::transmute(c.address);
            ffi::ffi_call(&mut cif, Some(f), result, values.as_mut_ptr());
        }
        if c.flags & flag::USE_ERRNO != 0 {
            swap_errno();
        }
    };
    if c.flags & flag::PYTHONAPI != 0 {
        go();
        if cx.is_raised() {
            // SAFETY: an exception is set.
            return Err(unsafe { Raised::assume() });
        }
    } else {
        cx.without_gil(go);
    }
    Ok(())
}

fn to_python(c: &Callee<'_>, info: Option<&StgInfo>, result: *mut u8, cx: &mut Cx) -> PyResult {
    let Some(restype) = c.restype else {
        // SAFETY: the result's room.
        return unsafe { codec::get(Code::native(b'i'), result, 4, cx) };
    };
    if restype.is_none() {
        return Ok(none().own());
    }
    let Some((info, ty)) = info.zip(restype.downcast::<PyType>()) else {
        // SAFETY: as above.
        let n = unsafe { codec::get(Code::native(b'i'), result, 4, cx)? };
        return call::call(restype, &[&n], cx);
    };
    let Some(code) = info.code.get().filter(|_| !is_simple_subclass(ty)) else {
        return CData::part(ty, None, 0, result, cx).map(Own::into_object);
    };
    // SAFETY: as above.
    let value = unsafe { codec::get(code, result, info.size.get().max(0) as usize, cx)? };
    if code.ch == b'O' {
        // The function gave its own count away.
        // SAFETY: a new reference, by the declaration `py_object`.
        drop(unsafe { Own::<Object>::from_raw(value.as_ptr()) });
    }
    Ok(value)
}
