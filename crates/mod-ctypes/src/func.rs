//! `CFuncPtr`: functions of C, by address, by name in a library, or made from a Python callable; and their prototypes.

use crate::call::{self, ARGS_MAX, Callee};
use crate::callback::Thunk;
use crate::codec::Code;
use crate::data::CData;
use crate::info::{Kind, StgInfo, flag};
use crate::meta::{self, CType};
use std::ffi::CString;
use taipan_object::abstract_::{buffer::Py_buffer, iter, number};
use taipan_object::err::Raised;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, audit, call as calls};

/// Function Pointer
#[pytype(name = "_ctypes.CFuncPtr", heap, gc, basetype, base = CData, doc = "Function Pointer", flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct CFuncPtr {
    base: CData,
    thunk: FieldCell<Thunk>,
    callable: FieldCell<Object>,
    converters: FieldCell<PyTuple>,
    /// As given: any sequence.
    argtypes: FieldCell<Object>,
    restype: FieldCell<Object>,
    checker: FieldCell<Object>,
    errcheck: FieldCell<Object>,
    paramflags: FieldCell<PyTuple>,
}

/// The `from_param` of each argument type.
fn converters(argtypes: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    if argtypes.len() > ARGS_MAX {
        let class = call::argument_error(cx)?;
        let text = PyStr::new(&format!("_argtypes_ has too many arguments ({}), maximum is {ARGS_MAX}", argtypes.len()), cx)?;
        let e = calls::call(&class, &[&text], cx)?;
        return Err(cx.set_raised(e));
    }
    let mut out = Vec::with_capacity(argtypes.len());
    for (i, t) in argtypes.as_slice().iter().enumerate() {
        match attr::get_opt(t, name!(cx, "from_param"), cx)? {
            Some(f) => out.push(f),
            None => return Err(cx.type_error(format_args!("item {} in _argtypes_ has no from_param method", i + 1))),
        }
    }
    PyTuple::from_vec(out, cx)
}

fn as_argtypes(v: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    if !iter::is_sequence(v) {
        return Err(cx.type_error(format_args!("_argtypes_ must be a sequence of types")));
    }
    iter::to_tuple(v, cx)
}

/// A new class of function pointers: its prototype.
pub fn init_type(t: &CType, cx: &mut Cx) -> PyResult<()> {
    let info = StgInfo::new(Kind::Func, Code::native(b'P').ffi(), cx)?;
    info.format.replace(c"X{}".to_owned());
    let flags = t.attribute(name!(cx, "_flags_"), cx)?.and_then(|f| f.downcast_own::<PyInt>().ok());
    let Some(flags) = flags else {
        return Err(cx.type_error(format_args!("class must define _flags_ which must be an integer")));
    };
    info.flags.set(flags.as_ref_int().wrapping_u64() as u32 | flag::IS_POINTER);
    if let Some(a) = t.attribute(name!(cx, "_argtypes_"), cx)? {
        let a = as_argtypes(&a, cx)?;
        let c = converters(&a, cx)?;
        info.argtypes.set(Some(a), cx);
        info.converters.set(Some(c), cx);
    }
    if let Some(r) = t.attribute(name!(cx, "_restype_"), cx)? {
        if !r.is_none() && StgInfo::of_object(&r).is_none() && !cx.is_callable(&r) {
            return Err(cx.type_error(format_args!("_restype_ must be a type, a callable, or None")));
        }
        let checker = attr::get_opt(&r, name!(cx, "_check_retval_"), cx)?;
        info.restype.set(Some(r), cx);
        info.checker.set(checker, cx);
    }
    meta::set_info(t, info, cx);
    Ok(())
}

/// The library handle of `dll`.
pub fn handle_of(dll: &Object, cx: &mut Cx) -> PyResult<usize> {
    let h = attr::get(dll, name!(cx, "_handle"), cx)?;
    if !h.is_a::<PyInt>() {
        return Err(cx.type_error(format_args!("the _handle attribute of the second argument must be an integer")));
    }
    match meta::address(&h, cx) {
        Ok(v) => Ok(v),
        Err(r) => {
            cx.discard(r);
            Err(cx.value_error(format_args!("could not convert the _handle attribute to a pointer")))
        }
    }
}

/// Text without zeros.
pub fn c_string(s: &PyStr, cx: &mut Cx) -> PyResult<CString> {
    let bytes = s.utf8_cached(cx)?.to_vec();
    CString::new(bytes).map_err(|_| cx.value_error(format_args!("embedded null character")))
}

/// The loader's complaint, or our own for a symbol that is null.
pub fn symbol_error(class: &PyType, text: Option<Vec<u8>>, symbol: &PyStr, cx: &mut Cx) -> Raised {
    let what = if std::ptr::eq(class, exc::AttributeError()) { "function" } else { "symbol" };
    let Some(text) = text else { return cx.raise_msg(class, format_args!("{what} '{symbol}' not found")) };
    match taipan_object::fspath::decode(&text, cx) {
        Ok(s) => cx.raise_arg(class, &s),
        Err(r) => r,
    }
}

/// A function of a library: `(name, dll)`, and parameter flags.
fn from_dll(cls: &PyType, spec: &PyTuple, flags: Option<&Object>, cx: &mut Cx) -> PyResult {
    let [name, dll] = spec.as_slice() else {
        return Err(cx.type_error(format_args!("illegal func_spec argument")));
    };
    let text: Own<PyStr> = if let Some(s) = name.downcast::<PyStr>() {
        s.new_ref()
    } else if let Some(b) = name.downcast::<PyBytes>() {
        taipan_object::fspath::decode(b.as_bytes(), cx)?
    } else if name.is_a::<PyInt>() {
        return Err(cx.type_error(format_args!("function name must be string or bytes object")));
    } else {
        return Err(cx.type_error(format_args!("function name must be string, bytes object or integer")));
    };
    audit::raise("ctypes.dlsym", &[dll, &text], cx)?;
    let handle = handle_of(dll, cx)?;
    let c_name = c_string(&text, cx)?;
    let address = match taipan_host::dl::symbol_in(handle, &c_name) {
        Ok(a) => a,
        Err(t) => return Err(symbol_error(exc::AttributeError(), t, &text, cx)),
    };
    let flags = match flags.filter(|f| !f.is_none()) {
        Some(f) => Some(check_paramflags(StgInfo::of(cls).and_then(|i| i.argtypes.own()), f, cx)?),
        None => None,
    };
    let new = CData::new(cls, cx)?;
    if let Some(f) = new.as_object().downcast::<CFuncPtr>() {
        f.paramflags.set(flags, cx);
    }
    new.set_address(address as *mut u8);
    new.keep(0, dll.own(), cx)?;
    Ok(new.into_object())
}

/// Bits of a parameter flag.
const IN: i64 = 1;
const OUT: i64 = 2;
const LCID: i64 = 4;

/// Parameter flags fit the argument types: a tuple of `(flag[, name[, default]])`.
fn check_paramflags(argtypes: Option<Own<PyTuple>>, flags: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let Some(t) = flags.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("paramflags must be a tuple or None")));
    };
    let Some(argtypes) = argtypes else { return Ok(t.new_ref()) };
    if t.len() != argtypes.len() {
        return Err(cx.value_error(format_args!("paramflags must have the same length as argtypes")));
    }
    for (i, (item, ty)) in t.as_slice().iter().zip(argtypes.as_slice()).enumerate() {
        let Some((bits, _, _)) = parameter(item) else {
            return Err(cx.type_error(format_args!("paramflags must be a sequence of (int [,string [,value]]) tuples")));
        };
        check_parameter(bits, ty, i + 1, cx)?;
    }
    Ok(t.new_ref())
}

/// Flag, name and default of one entry.
fn parameter(item: &Object) -> Option<(i64, Option<Own<PyStr>>, Option<Own<Object>>)> {
    let t = item.downcast::<PyTuple>()?;
    let (first, rest) = t.as_slice().split_first()?;
    let bits = first.downcast::<PyInt>()?.to_i64()?;
    let (name, default) = match rest {
        [] => (None, None),
        [n] => (Some(n), None),
        [n, d] => (Some(n), Some(*d)),
        _ => return None,
    };
    let name = match name {
        Some(n) if n.is_none() => None,
        Some(n) => Some(n.downcast::<PyStr>()?.new_ref()),
        None => None,
    };
    Some((bits, name, default.map(Object::own)))
}

fn check_parameter(bits: i64, ty: &Object, n: usize, cx: &mut Cx) -> PyResult<()> {
    match bits & (IN | OUT | LCID) {
        0 | IN | LCID | 5 | 3 => Ok(()),
        OUT => {
            // An out parameter is a pointer that the call makes.
            let fits = StgInfo::of_object(ty).is_some_and(|i| {
                i.kind == Kind::Pointer || i.kind == Kind::Array || (i.has(flag::IS_POINTER) && i.kind == Kind::Simple)
            });
            if fits {
                return Ok(());
            }
            let name = ty.downcast::<PyType>().map_or("?", |t| t.name()).to_owned();
            Err(cx.type_error(format_args!("'out' parameter {n} must be a pointer type, not {name}")))
        }
        _ => Err(cx.type_error(format_args!("paramflag value {bits} not supported"))),
    }
}

/// The arguments of a call, with those made for out parameters.
struct Prepared {
    args: Vec<Own<Object>>,
    /// Numbers of the arguments that are results.
    out: Vec<usize>,
    inout: Vec<usize>,
}

impl CFuncPtr {
    pub fn data(&self) -> &CData {
        &self.base
    }

    /// The C functions arguments, from what Python gave and the parameter flags.
    fn prepare(&self, args: Args<'_>, kw: Kwargs<'_>, argtypes: Option<&PyTuple>, cx: &mut Cx) -> PyResult<Prepared> {
        let mut p = Prepared { args: Vec::new(), out: Vec::new(), inout: Vec::new() };
        let flags = self.paramflags.own();
        let (Some(flags), Some(argtypes)) = (flags.filter(|f| !f.is_empty()), argtypes) else {
            p.args = args.0.iter().map(|a| a.own()).collect();
            return Ok(p);
        };
        let mut used = 0;
        for (i, item) in flags.as_slice().iter().enumerate() {
            let Some((bits, name, default)) = parameter(item) else { continue };
            match bits & (IN | OUT | LCID) {
                5 => {
                    let v = match default {
                        Some(d) => d,
                        None => PyInt::new(0, cx)?.into_object(),
                    };
                    p.args.push(v);
                }
                OUT => {
                    p.out.push(i);
                    let v = match default {
                        Some(d) => d,
                        None => out_argument(argtypes.get(i).unwrap_or(none()), cx)?,
                    };
                    p.args.push(v);
                }
                how => {
                    if how == 3 {
                        p.inout.push(i);
                    }
                    let v = in_argument(args, kw, &mut used, name.as_deref(), default, cx)?;
                    p.args.push(v);
                }
            }
        }
        // Too many, or a keyword that is no parameter.
        let given = args.0.len() + kw.len();
        if used != given {
            return Err(cx.type_error(format_args!("call takes exactly {used} arguments ({given} given)")));
        }
        Ok(p)
    }

    /// What a call with parameter flags gives: its out parameters.
    fn results(&self, result: Own<Object>, p: &Prepared, cx: &mut Cx) -> PyResult {
        let mut out = Vec::new();
        for (i, a) in p.args.iter().enumerate() {
            if p.inout.contains(&i) {
                out.push(a.clone());
            } else if p.out.contains(&i) {
                out.push(calls::call_method(a, name!(cx, "__ctypes_from_outparam__"), &[], cx)?);
            }
        }
        match out.len() {
            0 => Ok(result),
            1 => Ok(out.remove(0)),
            _ => PyTuple::from_vec(out, cx).map(Own::into_object),
        }
    }
}

/// The next positional argument, the keyword, or the default.
fn in_argument(args: Args<'_>, kw: Kwargs<'_>, used: &mut usize, name: Option<&PyStr>, default: Option<Own<Object>>, cx: &mut Cx) -> PyResult {
    if let Some(v) = args.0.get(*used) {
        *used += 1;
        return Ok(v.own());
    }
    if let Some(v) = name.and_then(|n| kw.get(&n.to_string_lossy())) {
        *used += 1;
        return Ok(v.own());
    }
    match (default, name) {
        (Some(d), _) => Ok(d),
        (None, Some(n)) => Err(cx.type_error(format_args!("required argument '{n}' missing"))),
        (None, None) => Err(cx.type_error(format_args!("not enough arguments"))),
    }
}

/// A fresh value for an out parameter: an array as it is, else what the pointer points to.
fn out_argument(ty: &Object, cx: &mut Cx) -> PyResult {
    let Some(info) = StgInfo::of_object(ty) else {
        return Err(cx.runtime_error(format_args!("NULL stginfo unexpected")));
    };
    if info.kind == Kind::Array {
        return calls::call(ty, &[], cx);
    }
    match info.proto.own() {
        Some(p) if p.is_a::<PyType>() => calls::call(&p, &[], cx),
        _ => {
            let name = ty.downcast::<PyType>().map_or("?", |t| t.name()).to_owned();
            Err(cx.type_error(format_args!("{name} 'out' parameter must be passed as default value")))
        }
    }
}

#[pymethods]
impl CFuncPtr {
    #[slot(tp_new)]
    fn new(cls: &PyType, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match args.0 {
            [] => return CData::new(cls, cx).map(Own::into_object),
            [spec] | [spec, _] if spec.is_a::<PyTuple>() => {
                if let Some(spec) = spec.downcast::<PyTuple>() {
                    return from_dll(cls, spec, args.0.get(1).copied(), cx);
                }
            }
            [n] if n.is_a::<PyInt>() => {
                let at = meta::address(n, cx)?;
                let new = CData::new(cls, cx)?;
                new.set_address(at as *mut u8);
                return Ok(new.into_object());
            }
            _ => {}
        }
        let [callable] = args.0 else {
            return Err(cx.type_error(format_args!("function takes exactly 1 argument ({} given)", args.0.len())));
        };
        if !cx.is_callable(callable) {
            return Err(cx.type_error(format_args!("argument must be callable or integer function address")));
        }
        let Some((info, argtypes)) = StgInfo::of(cls).and_then(|i| i.argtypes.own().map(|a| (i, a))) else {
            return Err(cx.type_error(format_args!("cannot construct instance of this class: no argtypes")));
        };
        let restype = info.restype.own();
        let thunk = Thunk::new(callable, &argtypes, restype.as_deref(), info.flags.get(), cx)?;
        let new = CData::new(cls, cx)?;
        new.set_address(thunk.address());
        if let Some(f) = new.as_object().downcast::<CFuncPtr>() {
            f.callable.set(Some(callable.own()), cx);
            f.thunk.set(Some(thunk.clone()), cx);
        }
        new.keep(0, thunk.into_object(), cx)?;
        Ok(new.into_object())
    }

    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: std::ffi::c_int, cx: &mut Cx) -> PyResult<()> {
        crate::data::getbuffer(&self.base, view, flags, cx)
    }

    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        !self.base.address().is_null()
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<{} object at {:p}>", self.as_object().ty().tp_name_str(), self.as_object())
    }

    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(info) = StgInfo::of(self.as_object().ty()) else {
            return Err(cx.type_error(format_args!("abstract class")));
        };
        let restype = self.restype.own().or_else(|| info.restype.own());
        let converters = self.converters.own().or_else(|| info.converters.own());
        let checker = self.checker.own().or_else(|| info.checker.own());
        let argtypes = match self.argtypes.own() {
            Some(given) if !self.paramflags.is_empty() => Some(iter::to_tuple(&given, cx)?),
            Some(_) => None,
            None => info.argtypes.own(),
        };
        let address = self.base.address() as usize;
        let p = self.prepare(args, kw, argtypes.as_deref(), cx)?;
        if let Some(c) = &converters {
            let (required, actual) = (c.len(), p.args.len());
            let s = if required == 1 { "" } else { "s" };
            let cdecl = info.has(flag::CDECL);
            if cdecl && required > actual {
                return Err(cx.type_error(format_args!("this function takes at least {required} argument{s} ({actual} given)")));
            }
            if !cdecl && required != actual {
                return Err(cx.type_error(format_args!("this function takes {required} argument{s} ({actual} given)")));
            }
        }
        if address == 0 {
            return Err(cx.value_error(format_args!("attempt to call a NULL function pointer")));
        }
        let refs: Vec<&Object> = p.args.iter().map(|a| &**a).collect();
        let callee =
            Callee { address, flags: info.flags.get(), converters: converters.as_deref(), restype: restype.as_deref(), checker: checker.as_deref() };
        let result = call::call_function(&callee, &refs, cx)?;
        if let Some(f) = self.errcheck.own() {
            let all = PyTuple::from_slice(&refs, cx)?;
            let v = calls::call(&f, &[&result, self.as_object(), &all], cx)?;
            // The arguments unchanged mean that the result stands.
            if !v.is(&all) {
                return Ok(v);
            }
        }
        self.results(result, &p, cx)
    }

    /// a function to check for errors
    #[getter("errcheck")]
    fn get_errcheck(&self) -> Own<Object> {
        self.errcheck.own().unwrap_or_else(|| none().own())
    }

    #[setter("errcheck")]
    fn set_errcheck(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if let Some(v) = v.filter(|v| !cx.is_callable(v)) {
            let _ = v;
            return Err(cx.type_error(format_args!("the errcheck attribute must be callable")));
        }
        self.errcheck.set(v.map(Object::own), cx);
        Ok(())
    }

    /// specify the result type
    #[getter("restype")]
    fn get_restype(&self) -> Own<Object> {
        let of_class = || StgInfo::of(self.as_object().ty()).and_then(|i| i.restype.own());
        self.restype.own().or_else(of_class).unwrap_or_else(|| none().own())
    }

    #[setter("restype")]
    fn set_restype(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else {
            self.checker.set(None, cx);
            self.restype.set(None, cx);
            return Ok(());
        };
        if !v.is_none() && StgInfo::of_object(v).is_none() && !cx.is_callable(v) {
            return Err(cx.type_error(format_args!("restype must be a type, a callable, or None")));
        }
        let checker = attr::get_opt(v, name!(cx, "_check_retval_"), cx)?;
        self.checker.set(checker, cx);
        self.restype.set(Some(v.own()), cx);
        Ok(())
    }

    /// specify the argument types
    #[getter("argtypes")]
    fn get_argtypes(&self) -> Own<Object> {
        let of_class = || StgInfo::of(self.as_object().ty()).and_then(|i| i.argtypes.own());
        self.argtypes.own().or_else(|| of_class().map(Own::into_object)).unwrap_or_else(|| none().own())
    }

    #[setter("argtypes")]
    fn set_argtypes(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v.filter(|v| !v.is_none()) else {
            self.converters.set(None, cx);
            self.argtypes.set(None, cx);
            return Ok(());
        };
        let a = as_argtypes(v, cx)?;
        let c = converters(&a, cx)?;
        if let Some(flags) = self.paramflags.own() {
            check_paramflags(Some(a), &flags, cx)?;
        }
        self.converters.set(Some(c), cx);
        self.argtypes.set(Some(v.own()), cx);
        Ok(())
    }
}

/// A call without a function object (`call_function`): an address, flags and a tuple of arguments; the result is an `int`.
pub fn call_address(address: &Object, args: &PyTuple, flags: u32, cx: &mut Cx) -> PyResult {
    let at = meta::address(&*number::index(address, cx)?.into_object(), cx)?;
    if at == 0 {
        return Err(cx.value_error(format_args!("attempt to call a NULL function pointer")));
    }
    let callee = Callee { address: at, flags, converters: None, restype: None, checker: None };
    let held: Vec<&Object> = args.as_slice().to_vec();
    call::call_function(&callee, &held, cx)
}
