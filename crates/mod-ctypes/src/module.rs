//! The functions and constants of `_ctypes`, and the helpers whose addresses `Lib/ctypes` calls as C functions.

use crate::array::Array;
use crate::call;
use crate::callback::Thunk;
use crate::carg::CArg;
use crate::codec;
use crate::data::CData;
use crate::field::CField;
use crate::func::{self, CFuncPtr};
use crate::info::{Kind, StgInfo, flag};
use crate::meta::{self, ArrayMeta, CType, FuncMeta, PointerMeta, SimpleMeta, StructMeta, UnionMeta};
use crate::pointer::Pointer;
use crate::simple::Simple;
use crate::structure::{Structure, Union};
use std::ffi::{CStr, c_int, c_void};
use taipan_object::err::{result_from_raw, result_into_raw};
use taipan_object::prelude::*;
use taipan_object::typeobj::ready_static;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, audit, fspath};

/// Run a helper that C calls with the GIL held.
fn helper(f: impl FnOnce(&mut Cx) -> PyResult) -> *mut Object {
    // SAFETY: `PYFUNCTYPE` functions are called with the GIL.
    let cx = unsafe { &mut Cx::assume() };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(cx))) {
        Ok(r) => result_into_raw(r),
        Err(_) => {
            // SAFETY: as above.
            let cx = unsafe { &mut Cx::assume() };
            let r = cx.system_error(format_args!("panic in _ctypes"));
            result_into_raw::<Object>(Err(r))
        }
    }
}

unsafe extern "C" {
    fn memmove(to: *mut c_void, from: *const c_void, n: usize) -> *mut c_void;
    fn memset(to: *mut c_void, c: c_int, n: usize) -> *mut c_void;
    // The runtime's own C function (crate `capi`).
    fn PyMemoryView_FromMemory(p: *mut u8, size: isize, flags: c_int) -> *mut Object;
}

unsafe extern "C" fn string_at(p: *const u8, size: c_int) -> *mut Object {
    helper(|cx| {
        let n = i64::from(size);
        let shown = PyInt::from_u64(p as u64, cx)?;
        let count = PyInt::new(n, cx)?;
        audit::raise("ctypes.string_at", &[&shown, &count], cx)?;
        // SAFETY: the program's word for what lies there.
        unsafe {
            if size == -1 {
                return PyBytes::new(CStr::from_ptr(p.cast()).to_bytes(), cx).map(Own::into_object);
            }
            if size < 0 {
                return Err(cx.system_error(format_args!("Negative size passed to PyBytes_FromStringAndSize")));
            }
            let bytes = if size == 0 { &[] } else { std::slice::from_raw_parts(p, size as usize) };
            PyBytes::new(bytes, cx).map(Own::into_object)
        }
    })
}

unsafe extern "C" fn wstring_at(p: *const u8, size: c_int) -> *mut Object {
    helper(|cx| {
        let shown = PyInt::from_u64(p as u64, cx)?;
        let count = PyInt::new(i64::from(size), cx)?;
        audit::raise("ctypes.wstring_at", &[&shown, &count], cx)?;
        // SAFETY: as `string_at`.
        unsafe {
            if size < -1 {
                return Err(cx.system_error(format_args!("bad argument to internal function")));
            }
            let n = if size < 0 { codec::wide_len(p, usize::MAX / 4) } else { size as usize };
            codec::wide_text(p, n, cx)
        }
    })
}

unsafe extern "C" fn memoryview_at(p: *mut u8, size: isize, readonly: c_int) -> *mut Object {
    helper(|cx| {
        let shown = PyInt::from_u64(p as u64, cx)?;
        let count = PyInt::new(size as i64, cx)?;
        let ro = taipan_object::types::boolean::from_bool(readonly != 0);
        audit::raise("ctypes.memoryview_at", &[&shown, &count, &ro], cx)?;
        if size < 0 {
            return Err(cx.value_error(format_args!("memoryview_at: size is negative (or overflowed): {size}")));
        }
        const READ: c_int = 0x100;
        const WRITE: c_int = 0x200;
        // SAFETY: as `string_at`.
        unsafe { result_from_raw(PyMemoryView_FromMemory(p, size, if readonly != 0 { READ } else { WRITE })) }
    })
}

/// `cast`: a new pointer of type `to` that shares what `src` keeps alive.
unsafe extern "C" fn cast(p: *mut u8, src: *mut Object, to: *mut Object) -> *mut Object {
    // SAFETY: two objects, by the declaration in `Lib/ctypes`.
    let (src, to) = unsafe { (Object::borrow_raw(src), Object::borrow_raw(to)) };
    helper(|cx| {
        let Some((info, ty)) = StgInfo::of_object(to).zip(to.downcast::<PyType>()) else {
            if let Some(t) = to.downcast::<PyType>() {
                return Err(cx.type_error(format_args!("cast() argument 2 must be a pointer type, not {}", t.name())));
            }
            return Err(cx.type_error(format_args!("cast() argument 2 must be a pointer type")));
        };
        let fits = match info.kind {
            Kind::Pointer | Kind::Func => true,
            Kind::Simple => info.code.get().is_some_and(|c| b"sPzUZXO".contains(&c.ch)),
            _ => false,
        };
        if !fits {
            return Err(cx.type_error(format_args!("cast() argument 2 must be a pointer type, not {}", ty.name())));
        }
        let result = taipan_object::call::call(to, &[], cx)?;
        let Some(new) = result.downcast::<CData>() else { return Ok(result) };
        if let Some(d) = src.downcast::<CData>() {
            d.kept(cx)?;
            let own = d.objects.own();
            if let Some(table) = own.as_ref().and_then(|o| o.downcast::<PyDict>()) {
                let key = PyInt::from_u64(src.as_ptr() as u64, cx)?;
                table.set(&key, src, cx)?;
            }
            new.objects.set(own, cx);
        }
        new.set_address(p);
        Ok(result)
    })
}

#[pymodule(name = "_ctypes", doc = "Create and manipulate C compatible data types in Python.")]
pub mod _ctypes {
    use super::*;

    #[constant]
    const FUNCFLAG_CDECL: i32 = flag::CDECL as i32;
    #[constant]
    const FUNCFLAG_PYTHONAPI: i32 = flag::PYTHONAPI as i32;
    #[constant]
    const FUNCFLAG_USE_ERRNO: i32 = flag::USE_ERRNO as i32;
    #[constant]
    const FUNCFLAG_USE_LASTERROR: i32 = flag::USE_LASTERROR as i32;
    #[constant]
    const RTLD_LOCAL: i32 = 0;
    #[constant]
    const RTLD_GLOBAL: i32 = 256;
    #[constant]
    const SIZEOF_TIME_T: i32 = 8;
    #[constant]
    const CTYPES_MAX_ARGCOUNT: i32 = call::ARGS_MAX as i32;
    #[constant("__version__")]
    const VERSION: &str = "1.1.0";

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for spec in [
            CType::SPEC, StructMeta::SPEC, UnionMeta::SPEC, PointerMeta::SPEC, ArrayMeta::SPEC, SimpleMeta::SPEC, FuncMeta::SPEC, StgInfo::SPEC,
            CArg::SPEC, Thunk::SPEC, CData::SPEC, Structure::SPEC, Union::SPEC, Pointer::SPEC, Array::SPEC, Simple::SPEC, CFuncPtr::SPEC, CField::SPEC,
        ] {
            ready_static(spec, cx)?;
        }
        let families = [
            (Structure::ty(), StructMeta::ty()), (Union::ty(), UnionMeta::ty()), (Pointer::ty(), PointerMeta::ty()), (Array::ty(), ArrayMeta::ty()),
            (Simple::ty(), SimpleMeta::ty()), (CFuncPtr::ty(), FuncMeta::ty()),
        ];
        for (ty, metatype) in families {
            ty.as_object().set_ty_uncounted(metatype);
        }
        let shown = [
            ("Structure", Structure::ty()), ("Union", Union::ty()), ("_Pointer", Pointer::ty()), ("Array", Array::ty()), ("_SimpleCData", Simple::ty()),
            ("CFuncPtr", CFuncPtr::ty()), ("CField", CField::ty()),
        ];
        for (name, ty) in shown {
            m.add(name, ty.as_object(), cx)?;
        }
        let name = PyStr::new("ArgumentError", cx)?;
        let bases = PyTuple::from_slice(&[exc::Exception().as_object()], cx)?;
        let ns = PyDict::new(cx)?;
        let module = PyStr::new("ctypes", cx)?;
        ns.set(name!(cx, "__module__"), &module, cx)?;
        let class = taipan_object::call::call(PyType::ty().as_object(), &[&name, &bases, &ns], cx)?;
        m.add("ArgumentError", &class, cx)?;
        let addresses = [
            ("_memmove_addr", memmove as *const () as usize), ("_memset_addr", memset as *const () as usize),
            ("_string_at_addr", string_at as *const () as usize), ("_wstring_at_addr", wstring_at as *const () as usize),
            ("_memoryview_at_addr", memoryview_at as *const () as usize), ("_cast_addr", cast as *const () as usize),
        ];
        for (name, at) in addresses {
            let v = PyInt::from_u64(at as u64, cx)?;
            m.add(name, &v, cx)?;
        }
        Ok(())
    }

    /// Description of a C type or of an instance's type.
    fn info_of(o: &Object) -> Option<Own<StgInfo>> {
        StgInfo::of_object(o).or_else(|| o.downcast::<CData>().and_then(|d| StgInfo::of(d.as_object().ty())))
    }

    /// Return the size in bytes of a C instance.
    #[function("sizeof(obj, /)")]
    fn sizeof(obj: &Object, cx: &mut Cx) -> PyResult<isize> {
        if let Some(info) = StgInfo::of_object(obj) {
            return Ok(info.size.get());
        }
        match obj.downcast::<CData>() {
            Some(d) => Ok(d.size.get()),
            None => Err(cx.type_error(format_args!("this type has no size"))),
        }
    }

    /// alignment(C type) -> integer
    /// alignment(C instance) -> integer
    /// Return the alignment requirements of a C instance
    #[function("alignment(obj, /)", nosig)]
    fn alignment(obj: &Object, cx: &mut Cx) -> PyResult<isize> {
        match info_of(obj) {
            Some(i) => Ok(i.align.get()),
            None => Err(cx.type_error(format_args!("no alignment info"))),
        }
    }

    /// Return a pointer lookalike to a C instance, only usable as function argument.
    #[function("byref(obj, offset=0, /)")]
    fn byref(obj: &CData, offset: isize, cx: &mut Cx) -> PyResult<Own<CArg>> {
        CArg::pointer(b'P', obj.ptr.get().wrapping_offset(offset), obj.as_object().own(), cx)
    }

    /// Return the address of the C instance internal buffer
    #[function("addressof(obj, /)")]
    fn addressof(obj: &CData, cx: &mut Cx) -> PyResult<u64> {
        audit::raise("ctypes.addressof", &[obj.as_object()], cx)?;
        Ok(obj.ptr.get() as u64)
    }

    #[function("resize(obj, size, /)", doc = "")]
    fn resize(obj: &CData, size: isize, cx: &mut Cx) -> PyResult<()> {
        obj.resize(size, cx)
    }

    #[function("get_errno()", doc = "")]
    fn get_errno(cx: &mut Cx) -> PyResult<i32> {
        audit::raise("ctypes.get_errno", &[], cx)?;
        Ok(call::errno_copy())
    }

    #[function("set_errno(value, /)", doc = "")]
    fn set_errno(value: i32, cx: &mut Cx) -> PyResult<i32> {
        let v = PyInt::new(i64::from(value), cx)?;
        audit::raise("ctypes.set_errno", &[&v], cx)?;
        Ok(call::swap_copy(value))
    }

    /// Return buffer interface information
    #[function("buffer_info(arg, /)", nosig)]
    fn buffer_info(arg: &Object, cx: &mut Cx) -> PyResult {
        let Some(info) = info_of(arg) else {
            return Err(cx.type_error(format_args!("not a ctypes type or object")));
        };
        let shape: Vec<isize> = info.shape.borrow().clone();
        let mut dims: Vec<Own<Object>> = Vec::new();
        for n in &shape {
            dims.push(PyInt::new(*n as i64, cx)?.into_object());
        }
        let format = info.format.borrow().to_string_lossy().into_owned();
        let (format, ndim) = (PyStr::new(&format, cx)?, PyInt::new(shape.len() as i64, cx)?);
        let dims = PyTuple::from_vec(dims, cx)?;
        PyTuple::from_slice(&[&format, &ndim, &dims], cx).map(Own::into_object)
    }

    /// dlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library
    #[function("dlopen(name, flag=2, /)", nosig)]
    fn dlopen(name: &Object, flag: i32, cx: &mut Cx) -> PyResult<u64> {
        const RTLD_NOW: i32 = 2;
        let path = if name.is_none() { None } else { Some(fspath::to_cstring(name, cx)?) };
        audit::raise("ctypes.dlopen", &[name], cx)?;
        let opened = cx.without_gil(|| taipan_host::dl::open_handle(path.as_deref(), flag | RTLD_NOW));
        match opened {
            Ok(h) => Ok(h as u64),
            Err(text) => {
                let text = fspath::decode(&text, cx)?;
                Err(cx.raise_arg(exc::OSError(), &text))
            }
        }
    }

    /// dlclose a library
    #[function("dlclose(handle, /)", nosig)]
    fn dlclose(handle: &Object, cx: &mut Cx) -> PyResult<()> {
        let h = meta::address(handle, cx)?;
        match taipan_host::dl::close_handle(h) {
            Ok(()) => Ok(()),
            Err(text) => {
                let text = fspath::decode(&text, cx)?;
                Err(cx.raise_arg(exc::OSError(), &text))
            }
        }
    }

    /// find symbol in shared library
    #[function("dlsym(handle, name, /)", nosig)]
    fn dlsym(handle: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<u64> {
        audit::raise("ctypes.dlsym/handle", &[handle, name], cx)?;
        let h = meta::address(handle, cx)?;
        let c_name = func::c_string(name, cx)?;
        match taipan_host::dl::symbol_in(h, &c_name) {
            Ok(a) => Ok(a as u64),
            Err(text) => Err(func::symbol_error(exc::OSError(), text, name, cx)),
        }
    }

    /// dllist() return a list of loaded shared libraries
    #[function("dllist()", nosig)]
    fn dllist(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let out = PyList::new(cx)?;
        for name in taipan_host::dl::loaded() {
            let s = fspath::decode(&name, cx)?;
            out.push(s.into_object(), cx)?;
        }
        Ok(out)
    }

    #[function("call_function(func, arguments, /)", nosig, doc = "")]
    fn call_function(func: &Object, arguments: &PyTuple, cx: &mut Cx) -> PyResult {
        func::call_address(func, arguments, 0, cx)
    }

    #[function("call_cdeclfunction(func, arguments, /)", nosig, doc = "")]
    fn call_cdeclfunction(func: &Object, arguments: &PyTuple, cx: &mut Cx) -> PyResult {
        func::call_address(func, arguments, flag::CDECL, cx)
    }

    #[function("_unpickle(typ, state, /)", nosig, doc = "")]
    fn _unpickle(typ: &Object, state: &PyTuple, cx: &mut Cx) -> PyResult {
        let new = taipan_object::call::call_method(typ, name!(cx, "__new__"), &[typ], cx)?;
        let f = attr::get(&new, name!(cx, "__setstate__"), cx)?;
        taipan_object::call::call(&f, state.as_slice(), cx)?;
        Ok(new)
    }

    #[function("PyObj_FromPtr(address, /)", nosig, doc = "")]
    fn object_at(address: &Object, cx: &mut Cx) -> PyResult {
        let at = meta::address(address, cx)?;
        let shown = PyInt::from_u64(at as u64, cx)?;
        audit::raise("ctypes.PyObj_FromPtr", &[&shown], cx)?;
        // SAFETY: the program's word for what lies there.
        unsafe { codec::get(codec::Code::native(b'O'), (&raw const at).cast(), 8, cx) }
    }

    #[function("Py_INCREF(obj, /)", nosig, doc = "")]
    fn incref(obj: &Object) -> Own<Object> {
        obj.incref();
        obj.own()
    }

    #[function("Py_DECREF(obj, /)", nosig, doc = "")]
    fn decref(obj: &Object) -> Own<Object> {
        // SAFETY: the caller's arguments hold a count, so the object survives this.
        unsafe { Object::decref(obj.as_ptr()) };
        obj.own()
    }
}
