//! C functions made from Python callables: a libffi closure that takes the GIL, calls, and stores the result.

use crate::codec;
use crate::data::CData;
use crate::info::{StgInfo, flag, is_simple_subclass};
use crate::{call, codec::Code};
use libffi_sys as ffi;
use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_int, c_void};
use taipan_object::abstract_;
use taipan_object::call as calls;
use taipan_object::prelude::*;
use taipan_object::{unraisable, warn};

unsafe extern "C" {
    // The runtime's own C functions (crate `capi`): C may call back from threads of its own.
    fn PyGILState_Ensure() -> c_int;
    fn PyGILState_Release(old: c_int);
}

/// A closure and what it needs; lives as long as the function pointer object.
#[pytype(name = "_ctypes.CThunkObject", heap, gc, no_new, no_clear, doc = "")]
#[repr(C)]
pub struct Thunk {
    head: ObjHead,
    #[gc(skip)]
    closure: Cell<*mut ffi::ffi_closure>,
    #[gc(skip)]
    code: Cell<*mut c_void>,
    /// Boxed: the closure keeps its address.
    #[gc(skip)]
    cif: Box<UnsafeCell<ffi::ffi_cif>>,
    #[gc(skip)]
    _types: Vec<*mut ffi::ffi_type>,
    argtypes: Field<PyTuple>,
    callable: Field<Object>,
    restype: Field<Object>,
    flags: Cell<u32>,
}

impl Drop for Thunk {
    fn drop(&mut self) {
        // SAFETY: allocated by `new`; nobody may call it any more.
        unsafe { ffi::ffi_closure_free(self.closure.get().cast()) }
    }
}

#[pymethods]
impl Thunk {}

impl Thunk {
    /// The address that C calls.
    pub fn address(&self) -> *mut u8 {
        self.code.get().cast()
    }

    pub fn new(callable: &Object, argtypes: &PyTuple, restype: Option<&Object>, flags: u32, cx: &mut Cx) -> PyResult<Own<Thunk>> {
        let mut types = Vec::with_capacity(argtypes.len());
        for t in argtypes.as_slice() {
            types.push(match StgInfo::of_object(t) {
                Some(info) => info.ffi(),
                None => Code::native(b'i').ffi(),
            });
        }
        let restype = restype.unwrap_or(none());
        let rtype = if restype.is_none() {
            &raw mut ffi::ffi_type_void
        } else {
            match StgInfo::of_object(restype).filter(|i| i.code.get().is_some()) {
                Some(info) => info.ffi(),
                None => return Err(cx.type_error(format_args!("invalid result type for callback function"))),
            }
        };
        let mut code = std::ptr::null_mut();
        // SAFETY: libffi's own allocation.
        let closure = unsafe { ffi::ffi_closure_alloc(size_of::<ffi::ffi_closure>(), &mut code) }.cast::<ffi::ffi_closure>();
        if closure.is_null() {
            return Err(cx.memory_error());
        }
        let thunk = cx.new_object(Thunk {
            head: Object::placeholder(),
            closure: Cell::new(closure),
            code: Cell::new(code),
            // SAFETY: plain data that libffi fills.
            cif: Box::new(UnsafeCell::new(unsafe { std::mem::zeroed() })),
            _types: types,
            argtypes: Field::new(argtypes.new_ref()),
            callable: Field::new(callable.own()),
            restype: Field::new(restype.own()),
            flags: Cell::new(flags),
        })?;
        // SAFETY: types and cif keep their places in the object, which outlives the closure.
        let ok = unsafe {
            let types = thunk._types.as_ptr() as *mut *mut ffi::ffi_type;
            ffi::ffi_prep_cif(thunk.cif.get(), ffi::ffi_abi_FFI_DEFAULT_ABI, thunk._types.len() as u32, rtype, types) == ffi::ffi_status_FFI_OK
                && ffi::ffi_prep_closure_loc(closure, thunk.cif.get(), Some(enter), thunk.as_object().as_ptr().cast(), code) == ffi::ffi_status_FFI_OK
        };
        if ok { Ok(thunk) } else { Err(cx.runtime_error(format_args!("ffi_prep_closure failed"))) }
    }
}

/// Where C arrives.
unsafe extern "C" fn enter(_cif: *mut ffi::ffi_cif, result: *mut c_void, args: *mut *mut c_void, data: *mut c_void) {
    // SAFETY: the data is the thunk, which the program keeps as long as C may call it; libffi gives room for the result and one address per argument.
    unsafe {
        let old = PyGILState_Ensure();
        let cx = &mut Cx::assume();
        let thunk = Object::borrow_raw(data.cast()).own();
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if let Some(t) = thunk.exact::<Thunk>() {
                run(t, result.cast(), args.cast(), &mut Cx::assume());
            }
        }));
        if done.is_err() {
            let r = cx.system_error(format_args!("panic in a ctypes callback"));
            cx.discard(r);
        }
        drop(thunk);
        PyGILState_Release(old);
    }
}

fn ignored(r: taipan_object::err::Raised, what: &str, callable: &Object, cx: &mut Cx) {
    let e = cx.take_raised(r);
    let shown = match abstract_::repr(callable, cx) {
        Ok(s) => s.to_string_lossy(),
        Err(r) => {
            cx.discard(r);
            "<unprintable>".to_owned()
        }
    };
    let _raised = cx.set_raised(e);
    unraisable::write(cx, Some(&format!("Exception ignored {what} ctypes callback function {shown}")), None);
}

/// One argument as the callable sees it.
fn argument(ty: &Object, p: *const u8, cx: &mut Cx) -> PyResult {
    let Some((info, cls)) = StgInfo::of_object(ty).zip(ty.downcast::<PyType>()) else {
        return Err(cx.type_error(format_args!("cannot build parameter")));
    };
    let size = info.size.get().max(0) as usize;
    if let Some(code) = info.code.get().filter(|_| !is_simple_subclass(cls)) {
        // SAFETY: libffi's copy of the argument.
        return unsafe { codec::get(code, p, size, cx) };
    }
    let o = calls::call(ty, &[], cx)?;
    let Some(d) = o.downcast::<CData>() else {
        return Err(cx.type_error(format_args!("{} is not a ctypes instance", o.ty().tp_name_str())));
    };
    // SAFETY: an instance has the type's size.
    unsafe { std::ptr::copy_nonoverlapping(p, d.ptr.get(), size) };
    Ok(o)
}

fn run(t: &Thunk, result: *mut u8, args: *mut *mut u8, cx: &mut Cx) {
    let rinfo = StgInfo::of_object(&t.restype);
    if let Some(info) = &rinfo {
        // Small integers are read as whole words.
        let n = (info.size.get().max(0) as usize).max(8);
        // SAFETY: libffi gives room for a word at least.
        unsafe { std::ptr::write_bytes(result, 0, n) };
    }
    let mut values: Vec<Own<Object>> = Vec::with_capacity(t.argtypes.len());
    for (i, ty) in t.argtypes.as_slice().iter().enumerate() {
        // SAFETY: one address per argument.
        match argument(ty, unsafe { *args.add(i) }, cx) {
            Ok(v) => values.push(v),
            Err(r) => return ignored(r, &format!("while creating argument {i} for"), &t.callable, cx),
        }
    }
    let use_errno = t.flags.get() & flag::USE_ERRNO != 0;
    if use_errno {
        call::swap_errno();
    }
    let refs: Vec<&Object> = values.iter().map(|v| &**v).collect();
    let given = calls::call(&t.callable, &refs, cx);
    if use_errno {
        call::swap_errno();
    }
    let value = match given {
        Ok(v) => v,
        Err(r) => return ignored(r, "while calling", &t.callable, cx),
    };
    let Some((info, code)) = rinfo.and_then(|i| i.code.get().map(|c| (i, c))) else { return };
    // SAFETY: room for the result's type.
    match unsafe { codec::set(code, result, &value, info.size.get().max(0) as usize, cx) } {
        Err(r) => ignored(r, "while converting result of", &t.callable, cx),
        Ok(keep) if keep.is_none() => widen(code, result),
        // C gets the reference.
        Ok(keep) if code.ch == b'O' => {
            let _given_to_c = keep.into_raw();
        }
        Ok(keep) => {
            let _leaked = keep.into_raw();
            if let Err(r) = warn::warn(exc::RuntimeWarning(), format_args!("memory leak in callback function."), 1, cx) {
                ignored(r, "while converting result of", &t.callable, cx);
            }
        }
    }
}

/// libffi reads integers narrower than a register as a whole word.
fn widen(code: Code, result: *mut u8) {
    let Some((n, signed)) = code.integer().filter(|(n, _)| *n < 8) else { return };
    // SAFETY: at least a word.
    unsafe {
        let v = codec::read_bits(result, n, false);
        codec::write(result, codec::extend(v, n as u32 * 8, signed));
    }
}
