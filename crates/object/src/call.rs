//! Calling: `vectorcall` where the type has it, `tp_call` otherwise (PEP 590).

use crate::cx::Cx;
use crate::err::{PyResult, result_from_raw};
use crate::name;
use crate::refs::*;
use crate::typeobj::{PyType, Ptr, VectorcallFunc, flags};
use crate::types::{dict::PyDict, str::PyStr, tuple::PyTuple};

/// Bit in `nargsf`: the word in front of the arguments may be overwritten (`PY_VECTORCALL_ARGUMENTS_OFFSET`).
pub const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

/// The `vectorcall` field of callable built-in structs (`tp_vectorcall_offset` points at it).
#[repr(transparent)]
pub struct Vectorcall(pub std::cell::Cell<Option<VectorcallFunc>>);
impl Vectorcall {
    pub const fn new(f: VectorcallFunc) -> Self {
        Vectorcall(std::cell::Cell::new(Some(f)))
    }
}
impl crate::field::GcField for Vectorcall {}

/// Arguments on the stack for calls from Rust: up to this many without allocation.
const INLINE_ARGS: usize = 8;

/// The callable's `vectorcall` function, if it has one.
#[inline(always)]
pub fn vectorcall_of(f: &Object) -> Option<VectorcallFunc> {
    let ty = f.ty();
    if !ty.has(flags::HAVE_VECTORCALL) {
        return None;
    }
    // SAFETY: the flag promises a function pointer (or null) at the offset.
    match unsafe { vectorcall_at(f, ty.tp_vectorcall_offset.get()) } {
        None => constructor_of(f),
        some => some,
    }
}

/// What has no such function in its struct may be a class with a constructor of our own.
#[cold]
#[inline(never)]
fn constructor_of(f: &Object) -> Option<VectorcallFunc> {
    f.exact::<PyType>().and_then(|class| class.construct.get())
}

#[inline(always)]
unsafe fn vectorcall_at(f: &Object, off: isize) -> Option<VectorcallFunc> {
    // SAFETY: the caller's promise: the type keeps a function pointer (or null) there.
    unsafe { *((f.as_ptr() as *const u8).offset(off) as *const Option<VectorcallFunc>) }
}

/// Call with a C argument array (`PyObject_Vectorcall`).
///
/// # Safety
/// `args` holds `nargsf` (without the offset bit) positional and `len(kwnames)` keyword values; with the offset bit `args[-1]` is writable; `kwnames` is null or a tuple of str.
#[inline]
pub unsafe fn vectorcall_raw(f: &Object, args: *const Ptr, nargsf: usize, kwnames: Ptr, cx: &mut Cx) -> PyResult {
    match vectorcall_of(f) {
        // SAFETY: the slot's contract and the caller's.
        Some(v) => unsafe { check(result_from_raw(v(f.as_ptr(), args, nargsf, kwnames)), cx) },
        None => {
            let n = nargsf & !ARGUMENTS_OFFSET;
            // SAFETY: the caller's promise.
            unsafe {
                let pos = if n == 0 { &[] } else { std::slice::from_raw_parts(args as *const &Object, n) };
                let kw = if kwnames.is_null() { None } else { Some((*kwnames).cast_unchecked::<PyTuple>()) };
                let vals = match kw {
                    Some(k) => std::slice::from_raw_parts(args.add(n) as *const &Object, k.len()),
                    None => &[],
                };
                tp_call(f, pos, kw, vals, cx)
            }
        }
    }
}

/// In debug builds: a result and an exception together (or neither) are a bug of the callee.
#[inline(always)]
fn check(r: PyResult, _cx: &mut Cx) -> PyResult {
    #[cfg(debug_assertions)]
    match &r {
        Ok(_) => debug_assert!(!_cx.is_raised(), "a call gave a result with an exception set"),
        Err(_) => debug_assert!(_cx.is_raised(), "a call gave null without an exception"),
    }
    r
}

/// "… object is not callable", with a hint for modules that are named like something in them.
#[cold]
pub fn not_callable(f: &Object, cx: &mut Cx) -> crate::err::Raised {
    if f.is_a::<crate::types::module::PyModule>() {
        match module_hint(f, cx) {
            Ok(Some(n)) => return cx.type_error(format_args!("'{}' object is not callable. Did you mean: '{n}.{n}(...)'?", f.ty().tp_name_str())),
            Ok(None) => {}
            Err(r) => return r,
        }
    }
    cx.type_error(format_args!("'{}' object is not callable", f.ty().tp_name_str()))
}

/// The last part of a module's name if the module has something callable of that name.
fn module_hint(f: &Object, cx: &mut Cx) -> PyResult<Option<String>> {
    let Some(name) = crate::attr::get_opt(f, crate::name!(cx, "__name__"), cx)? else { return Ok(None) };
    let Some(name) = name.downcast::<PyStr>().map(|n| n.to_string_lossy()) else { return Ok(None) };
    let last = name.rsplit('.').next().unwrap_or(&name).to_owned();
    let key = PyStr::new_interned(&last, cx)?;
    let found = crate::attr::get_opt(f, &key, cx)?;
    Ok(found.filter(|v| v.ty().tp_call.get().is_some()).map(|_| last))
}

/// Through `tp_call` with a tuple and a dict.
fn tp_call(f: &Object, pos: &[&Object], kw: Option<&PyTuple>, vals: &[&Object], cx: &mut Cx) -> PyResult {
    let Some(slot) = f.ty().tp_call.get() else {
        return Err(not_callable(f, cx));
    };
    let args = PyTuple::from_slice(pos, cx)?;
    let kwargs = match kw {
        Some(k) if !k.is_empty() => {
            let d = PyDict::new(cx)?;
            for (name, v) in k.as_slice().iter().zip(vals) {
                d.set(name, v, cx)?;
            }
            Some(d)
        }
        _ => None,
    };
    call_slot(slot, f, &args, kwargs.as_deref(), cx)
}

fn call_slot(slot: crate::typeobj::TernaryFunc, f: &Object, args: &PyTuple, kwargs: Option<&PyDict>, cx: &mut Cx) -> PyResult {
    let _guard = cx.enter_call(" while calling a Python object")?;
    let kw = kwargs.map_or(std::ptr::null_mut(), |d| d.as_object().as_ptr());
    // SAFETY: the slot's contract.
    let r = unsafe { result_from_raw(slot(f.as_ptr(), args.as_object().as_ptr(), kw)) };
    check(r, cx)
}

/// Call with positional arguments.
#[inline]
pub fn call(f: &Object, args: &[&Object], cx: &mut Cx) -> PyResult {
    match vectorcall_of(f) {
        // Who wants the word in front of the arguments has to copy them without it.
        Some(_) if !f.is_exact::<crate::types::method::PyMethod>() => {
            // SAFETY: references are pointers to live objects.
            unsafe { vectorcall_raw(f, args.as_ptr() as *const Ptr, args.len(), std::ptr::null_mut(), cx) }
        }
        _ => call_kw(f, args, &[], None, cx),
    }
}

/// Call with positional arguments, then keyword values whose names are in `kwnames`.
pub fn call_kw(f: &Object, args: &[&Object], kwvals: &[&Object], kwnames: Option<&PyTuple>, cx: &mut Cx) -> PyResult {
    if vectorcall_of(f).is_none() {
        return tp_call(f, args, kwnames, kwvals, cx);
    }
    let n = args.len() + kwvals.len();
    let kw = kwnames.map_or(std::ptr::null_mut(), |t| t.as_object().as_ptr());
    if n < INLINE_ARGS {
        let mut buf = [std::ptr::null_mut(); INLINE_ARGS + 1];
        for (i, a) in args.iter().chain(kwvals).enumerate() {
            buf[i + 1] = a.as_ptr();
        }
        // SAFETY: arguments behind one writable word.
        unsafe { vectorcall_raw(f, buf.as_ptr().add(1), args.len() | ARGUMENTS_OFFSET, kw, cx) }
    } else {
        let mut buf: Vec<Ptr> = Vec::with_capacity(n + 1);
        buf.push(std::ptr::null_mut());
        buf.extend(args.iter().chain(kwvals).map(|a| a.as_ptr()));
        // SAFETY: as above.
        unsafe { vectorcall_raw(f, buf.as_ptr().add(1), args.len() | ARGUMENTS_OFFSET, kw, cx) }
    }
}

/// `PyVectorcall_Call`: the `tp_call` of types whose instances have a `vectorcall` function. Looks at the offset alone: a subclass that overrides `__call__` has lost the flag.
pub unsafe extern "C" fn call_through_vector(f: Ptr, args: Ptr, kwargs: Ptr) -> Ptr {
    // SAFETY: slot contract: a tuple, and a dict or null.
    unsafe {
        let cx = &mut Cx::assume();
        let (f, args) = (&*f, (*args).cast_unchecked::<PyTuple>());
        let kw = kwargs.as_ref().map(|d| d.cast_unchecked::<PyDict>()).filter(|d| d.len() > 0);
        let off = f.ty().tp_vectorcall_offset.get();
        let Some(v) = (if off > 0 { vectorcall_at(f, off) } else { None }) else {
            return crate::err::result_into_raw::<Object>(Err(cx.type_error(format_args!("'{}' object does not support vectorcall", f.ty().tp_name_str()))));
        };
        let Some(d) = kw else {
            return v(f.as_ptr(), args.as_slice().as_ptr() as *const Ptr, args.len(), std::ptr::null_mut());
        };
        crate::err::result_into_raw((|| {
            let (names, vals) = d.split_kwargs(cx)?;
            let all: Vec<&Object> = args.as_slice().iter().map(|o| &**o).chain(vals.iter().map(|v| &**v)).collect();
            check(result_from_raw(v(f.as_ptr(), all.as_ptr() as *const Ptr, args.len(), names.as_object().as_ptr())), cx)
        })())
    }
}

/// Call with a tuple and an optional dict (`PyObject_Call`).
pub fn call_tuple_dict(f: &Object, args: &PyTuple, kwargs: Option<&PyDict>, cx: &mut Cx) -> PyResult {
    if vectorcall_of(f).is_some() {
        let Some(d) = kwargs.filter(|d| d.len() > 0) else {
            return call(f, args.as_slice(), cx);
        };
        let (names, vals) = d.split_kwargs(cx)?;
        let refs: Vec<&Object> = vals.iter().map(|v| &**v).collect();
        return call_kw(f, args.as_slice(), &refs, Some(&names), cx);
    }
    let Some(slot) = f.ty().tp_call.get() else {
        return Err(not_callable(f, cx));
    };
    call_slot(slot, f, args, kwargs, cx)
}

/// Call a method by name: `obj.name(*args)` without a bound method object where the type allows.
pub fn call_method(obj: &Object, name: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult {
    let (f, bound) = crate::attr::get_method(obj, name, cx)?;
    if args.is_empty() && !bound {
        return call(&f, &[obj], cx);
    }
    call_found(&f, (!bound).then_some(obj), args, &[], None, cx)
}

/// As [`call_method`], with keyword values whose names are in `kwnames`.
pub fn call_method_kw(obj: &Object, name: &PyStr, args: &[&Object], kwvals: &[&Object], kwnames: &PyTuple, cx: &mut Cx) -> PyResult {
    let (f, bound) = crate::attr::get_method(obj, name, cx)?;
    call_found(&f, (!bound).then_some(obj), args, kwvals, Some(kwnames), cx)
}

/// Call what `attr::get_method` gave, with its self in front if it wants one.
#[inline]
fn call_found(f: &Object, slf: Option<&Object>, args: &[&Object], kwvals: &[&Object], kwnames: Option<&PyTuple>, cx: &mut Cx) -> PyResult {
    let Some(slf) = slf else { return call_kw(f, args, kwvals, kwnames, cx) };
    if args.len() + kwvals.len() < INLINE_ARGS && vectorcall_of(f).is_some() {
        let mut buf = [std::ptr::null_mut(); INLINE_ARGS + 1];
        buf[1] = slf.as_ptr();
        for (to, a) in buf[2..].iter_mut().zip(args.iter().chain(kwvals)) {
            *to = a.as_ptr();
        }
        let kw = kwnames.map_or(std::ptr::null_mut(), |t| t.as_object().as_ptr());
        // SAFETY: arguments behind one writable word.
        return unsafe { vectorcall_raw(f, buf.as_ptr().add(1), (args.len() + 1) | ARGUMENTS_OFFSET, kw, cx) };
    }
    let mut all: Vec<&Object> = Vec::with_capacity(args.len() + 1);
    all.push(slf);
    all.extend_from_slice(args);
    call_kw(f, &all, kwvals, kwnames, cx)
}

/// Look a special method up on the type, bound to `obj` (`_PyObject_LookupSpecial`). `None` when the type has none.
pub fn lookup_special(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(f) = crate::typeobj::lookup(obj.ty(), name, cx).map(|f| f.own()) else { return Ok(None) };
    match f.ty().tp_descr_get.get() {
        None => Ok(Some(f)),
        // SAFETY: the slot's contract.
        Some(get) => unsafe { result_from_raw(get(f.as_ptr(), obj.as_ptr(), obj.ty().as_object().as_ptr())).map(Some) },
    }
}

/// As [`lookup_special`]; a method that cannot be bound for an `AttributeError` counts as missing.
pub fn lookup_special_maybe(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match lookup_special(obj, name, cx) {
        Err(r) => cx.catch(r, crate::types::exc::AttributeError()).map(|()| None),
        found => found,
    }
}

/// As [`call_special`]; a method that cannot be bound for an `AttributeError` counts as missing.
pub fn call_special_maybe(obj: &Object, name: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(f) = crate::typeobj::lookup(obj.ty(), name, cx).map(|f| f.own()) else { return Ok(None) };
    if f.ty().has(flags::METHOD_DESCRIPTOR) || f.ty().tp_descr_get.get().is_none() {
        return special_found(f, obj, args, cx);
    }
    match lookup_special_maybe(obj, name, cx)? {
        Some(bound) => call(&bound, args, cx).map(Some),
        None => Ok(None),
    }
}

/// Call a special method found on the type: `type(obj).name(obj, *args)`; `None` when there is none.
pub fn call_special(obj: &Object, name: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(f) = crate::typeobj::lookup(obj.ty(), name, cx).map(|f| f.own()) else { return Ok(None) };
    special_found(f, obj, args, cx)
}

#[inline]
fn special_found(f: Own<Object>, obj: &Object, args: &[&Object], cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if f.ty().has(flags::METHOD_DESCRIPTOR) {
        match *args {
            [] => return call(&f, &[obj], cx).map(Some),
            [a] => return call(&f, &[obj, a], cx).map(Some),
            [a, b] => return call(&f, &[obj, a, b], cx).map(Some),
            _ => {}
        }
        let mut all = vec![obj];
        all.extend_from_slice(args);
        return call(&f, &all, cx).map(Some);
    }
    let bound = match f.ty().tp_descr_get.get() {
        None => f,
        // SAFETY: the slot's contract.
        Some(get) => unsafe { result_from_raw(get(f.as_ptr(), obj.as_ptr(), obj.ty().as_object().as_ptr()))? },
    };
    call(&bound, args, cx).map(Some)
}

/// Holds one level of the recursion count.
pub struct RecursionGuard(());

impl Drop for RecursionGuard {
    #[inline(always)]
    fn drop(&mut self) {}
}

impl Cx {
    /// Check that Rust code may go one level deeper (`Py_EnterRecursiveCall`): the OS stack must not be nearly used up. `what` continues the
    /// message, which is CPython's for this case.
    #[inline(always)]
    pub fn enter_call(&mut self, what: &str) -> PyResult<RecursionGuard> {
        if self.ts().stack_is_low() {
            return Err(self.stack_overflow(what));
        }
        Ok(RecursionGuard(()))
    }

    #[cold]
    fn stack_overflow(&mut self, what: &str) -> crate::err::Raised {
        let ts = self.ts();
        let used = ts.stack_used_kib(&raw const ts as usize);
        // Give the exception some room of its own, once.
        let limit = ts.c_stack_limit.get();
        ts.c_stack_limit.set(0);
        let r = self.recursion_error(format_args!("Stack overflow (used {used} kB){what}"));
        ts.c_stack_limit.set(limit);
        r
    }

    /// Whether `o` can be called (`PyCallable_Check`).
    pub fn is_callable(&self, o: &Object) -> bool {
        o.ty().tp_call.get().is_some()
    }

    /// An instance of a class by calling it without arguments.
    pub fn instantiate(&mut self, ty: &PyType) -> PyResult {
        call(ty.as_object(), &[], self)
    }

    /// Import a module and take an attribute from it, for native code that uses Python code of Lib.
    pub fn import_attr(&mut self, module: &str, attr: &str) -> PyResult {
        let m = self.import(module)?;
        let a = PyStr::new_interned(attr, self)?;
        crate::attr::get(&m, &a, self)
    }

    /// A builtin as the running code sees it (`_PyEval_GetBuiltin`). Raises `AttributeError(name)`.
    pub fn builtin(&mut self, name: &str) -> PyResult {
        let Some(b) = crate::machine::current_frame(self.ts()).map(|f| f.func().builtins().own()) else {
            return self.import_attr("builtins", name);
        };
        let key = PyStr::new_interned(name, self)?;
        let found = match b.exact::<crate::types::dict::PyDict>() {
            Some(d) => d.get(&key, self)?,
            None => match crate::abstract_::get_item(&b, &key, self) {
                Ok(v) => Some(v),
                Err(r) => {
                    self.catch(r, crate::types::exc::KeyError())?;
                    None
                }
            },
        };
        found.ok_or_else(|| self.attribute_error(format_args!("{name}")))
    }

    /// `importlib.import_module(name)` through the interpreter's import function.
    pub fn import(&mut self, module: &str) -> PyResult {
        let name = PyStr::new_interned(module, self)?;
        if let Some(mods) = self.interp().modules.own() {
            if let Some(m) = mods.get_str(&name, self) {
                return Ok(m.own());
            }
        }
        let Some(f) = self.interp().import_func.own() else {
            return Err(self.import_error(format_args!("import is not available yet")));
        };
        call(&f, &[&name], self)?;
        let mods = self.interp().modules.own();
        match mods.as_ref().and_then(|m| m.get_str(&name, self)) {
            Some(m) => Ok(m.own()),
            None => {
                let t = crate::types::exc::KeyError();
                Err(self.raise_arg(t, name!(self, "module")))
            }
        }
    }
}
