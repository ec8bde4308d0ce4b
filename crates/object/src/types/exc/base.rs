//! `BaseException`: construction, attributes, notes, pickling; life and death of all exception layouts.

use super::PyBaseException;
use crate::args::{Args, Kwargs};
use crate::field::{GcField, Visit, VisitProc};
use crate::prelude::*;
use crate::typeobj::{SlotId, SlotSpec, TypePart};
use std::ffi::c_void;
use taipan_macros::pymethods;

/// A layout of the exception table: the references it adds.
pub trait ExcLayout: PyTyped {
    /// Call `f` with every field beyond the common ones.
    fn visit_own(&self, f: &mut dyn FnMut(&dyn GcField) -> Result<(), i32>) -> Result<(), i32>;
}
impl ExcLayout for PyBaseException {
    fn visit_own(&self, _f: &mut dyn FnMut(&dyn GcField) -> Result<(), i32>) -> Result<(), i32> {
        Ok(())
    }
}

fn each<T: ExcLayout>(e: &T, f: &mut dyn FnMut(&dyn GcField) -> Result<(), i32>) -> Result<(), i32> {
    // SAFETY: every layout begins with the common part.
    let b = unsafe { e.as_object().cast_unchecked::<PyBaseException>() };
    f(&b.dict)?;
    f(&b.args)?;
    f(&b.notes)?;
    f(&b.traceback)?;
    f(&b.cause)?;
    f(&b.context)?;
    e.visit_own(f)
}

/// `tp_dealloc`.
pub(super) unsafe extern "C" fn dealloc<T: ExcLayout>(o: *mut Object) {
    // SAFETY: slot contract.
    unsafe { crate::dealloc::dealloc_of::<T>(o) }
}
/// `tp_traverse`.
pub(super) unsafe extern "C" fn traverse<T: ExcLayout>(o: *mut Object, visit: VisitProc, arg: *mut c_void) -> i32 {
    // SAFETY: slot contract.
    let e = unsafe { (*o).cast_unchecked::<T>() };
    each(e, &mut |f| f.traverse(Visit { proc_: visit, arg })).err().unwrap_or(0)
}
/// `tp_clear`.
pub(super) unsafe extern "C" fn clear<T: ExcLayout>(o: *mut Object) -> i32 {
    // SAFETY: slot contract.
    let e = unsafe { (*o).cast_unchecked::<T>() };
    each(e, &mut |f| {
        f.gc_clear();
        Ok(())
    })
    .err()
    .unwrap_or(0)
}

/// An instance of a built-in exception type of the plain layout, whose `__new__` and `__init__` only keep the arguments; none for other types.
#[inline]
pub fn new_built_in(ty: &PyType, args: Own<PyTuple>, cx: &mut Cx) -> Option<PyResult> {
    let known = ty.tp_vectorcall.get().map(|f| f as usize) == Some(vectorcall as *const () as usize);
    if !known || ty.tp_flags.get() & crate::typeobj::flags::HEAPTYPE != 0 || ty.tp_basicsize.get() as usize != size_of::<PyBaseException>() {
        return None;
    }
    crate::gc::before_alloc(cx);
    const BYTES: usize = crate::gc::GC_HEAD_BYTES + size_of::<PyBaseException>();
    let p = crate::alloc::malloc(BYTES);
    if p.is_null() {
        return Some(Err(cx.memory_error()));
    }
    // SAFETY: a fresh block of the size that the type states.
    unsafe {
        (p as *mut [usize; 2]).write([0, 0]);
        let o = p.add(crate::gc::GC_HEAD_BYTES) as *mut PyBaseException;
        o.write(PyBaseException {
            head: Object::new_heap(ty),
            dict: FieldCell::empty(),
            args: FieldCell::new(Some(args)),
            notes: FieldCell::empty(),
            traceback: FieldCell::empty(),
            context: FieldCell::empty(),
            cause: FieldCell::empty(),
            suppress_context: std::cell::Cell::new(false),
        });
        crate::gc::track(o as *mut Object);
        Some(Ok(Own::from_raw(o as *mut Object)))
    }
}

/// Whether `__new__` and `__init__` of an exception type only keep the arguments.
pub fn only_keeps(ty: &PyType) -> bool {
    let (base, name, attribute) = (super::BaseException(), super::NameError(), super::AttributeError());
    let same = |a: &PyType| a.tp_init.get().map(|f| f as usize) == ty.tp_init.get().map(|f| f as usize);
    ty.tp_new.get().map(|f| f as usize) == base.tp_new.get().map(|f| f as usize)
        && (same(base) || same(name) || same(attribute))
        && ty.as_object().is_exact::<PyType>()
}

/// An instance of an exception type that [`only_keeps`] its arguments.
#[inline]
pub fn new_keeping(ty: &PyType, args: Own<PyTuple>, cx: &mut Cx) -> PyResult {
    let o = crate::typeobj::alloc_instance(ty, 0, cx)?;
    // SAFETY: an instance of an exception type; zeroed fields are empty.
    unsafe { o.cast_unchecked::<PyBaseException>() }.args.set(Some(args), cx);
    Ok(o)
}

/// `ty(*args)` for exception types whose `__new__` and `__init__` only keep the arguments; none for others.
pub fn new_plain(ty: &PyType, args: &[&Object], cx: &mut Cx) -> Option<PyResult> {
    if ty.tp_vectorcall.get().map(|f| f as usize) == Some(vectorcall as *const () as usize) {
        let t = match PyTuple::from_slice(args, cx) {
            Ok(t) => t,
            Err(r) => return Some(Err(r)),
        };
        if let Some(made) = new_built_in(ty, t, cx) {
            return Some(made);
        }
    }
    if !only_keeps(ty) {
        return None;
    }
    Some(match PyTuple::from_slice(args, cx) {
        Ok(t) => new_keeping(ty, t, cx),
        Err(r) => Err(r),
    })
}

/// `tp_vectorcall` of the exception types that only keep their arguments (`BaseException_vectorcall`).
pub(super) unsafe extern "C" fn vectorcall(cls: *mut Object, args: *const *mut Object, nargsf: usize, kwnames: *mut Object) -> *mut Object {
    // SAFETY: the vectorcall contract; the callee is an exception type.
    unsafe {
        let cx = &mut Cx::assume();
        let ty = (*cls).cast_unchecked::<PyType>();
        let n = nargsf & !crate::call::ARGUMENTS_OFFSET;
        let args: &[&Object] = if n == 0 { &[] } else { std::slice::from_raw_parts(args as *const &Object, n) };
        let keywords = kwnames.as_ref().and_then(|k| k.downcast::<PyTuple>()).is_some_and(|k| !k.is_empty());
        crate::err::result_into_raw(if keywords {
            Err(cx.type_error(format_args!("{}() takes no keyword arguments", ty.tp_name_str())))
        } else {
            PyTuple::from_slice(args, cx).and_then(|t| {
                if let Some(made) = new_built_in(ty, t.clone(), cx) {
                    return made;
                }
                let o = crate::typeobj::alloc_instance(ty, 0, cx)?;
                // An instance of an exception type; zeroed fields are empty.
                o.cast_unchecked::<PyBaseException>().args.set(Some(t), cx);
                Ok(o)
            })
        })
    }
}

/// The part of the types with that slot.
pub(super) const PLAIN: TypePart = TypePart {
    slots: &[SlotSpec { id: SlotId::tp_vectorcall, func: vectorcall as *const () }],
    methods: &[],
    getsets: &[],
    members: &[],
};

impl PyBaseException {
    /// The arguments.
    pub fn args(&self) -> Own<PyTuple> {
        self.args.own().unwrap_or_else(PyTuple::empty)
    }

    /// Set the arguments, as `__init__` does; keywords raise `TypeError`.
    pub(super) fn take_args(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("{}() takes no keyword arguments", self.ty().tp_name_str())));
        }
        let t = args.to_tuple(cx)?;
        self.args.set(Some(t), cx);
        Ok(())
    }

    /// Set `__cause__`, which also suppresses the context.
    pub fn set_cause(&self, cause: Option<Own<Object>>, cx: &mut Cx) {
        self.suppress_context.set(true);
        self.cause.set(cause, cx);
    }
}

fn or_none(f: &FieldCell<Object>) -> Own<Object> {
    f.own().unwrap_or_else(|| crate::types::none().own())
}

/// None or an exception; anything else is refused with `msg`.
fn exception_or_none(v: Option<&Object>, what: &str, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match v {
        None => Err(cx.type_error(format_args!("{what} may not be deleted"))),
        Some(v) if v.is_none() => Ok(None),
        Some(v) if v.is_a::<PyBaseException>() => Ok(Some(v.own())),
        Some(_) => Err(cx.type_error(format_args!("exception {} must be None or derive from BaseException", what.trim_matches('_')))),
    }
}

#[pymethods]
impl PyBaseException {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = crate::typeobj::alloc_instance(cls, 0, cx)?;
        let t = args.to_tuple(cx)?;
        // SAFETY: an instance of an exception type; zeroed fields are empty.
        unsafe { o.cast_unchecked::<PyBaseException>() }.args.set(Some(t), cx);
        Ok(o)
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.take_args(args, kw, cx)
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let a = self.args();
        match a.as_slice() {
            [] => Ok(crate::types::str::intern::empty()),
            [x] => crate::abstract_::str(x, cx),
            _ => crate::abstract_::str(&a, cx),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let a = self.args();
        let name = crate::attr::get(self.ty().as_object(), name!(cx, "__name__"), cx)?;
        let name = crate::abstract_::str(&name, cx)?;
        let inner = match a.as_slice() {
            [x] => crate::abstract_::repr(x, cx)?,
            _ => crate::abstract_::repr(&a, cx)?,
        };
        let mut points: Vec<u32> = name.code_points().collect();
        if a.len() == 1 {
            points.push('(' as u32);
        }
        points.extend(inner.code_points());
        if a.len() == 1 {
            points.push(')' as u32);
        }
        PyStr::from_code_points(&points, cx)
    }
    #[getter("__dict__")]
    fn get_dict(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::get_dict(self, cx)
    }
    #[setter("__dict__")]
    fn set_dict(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        crate::types::object_::set_dict(self, v, cx)
    }
    #[getter("args")]
    fn get_args(&self) -> Own<PyTuple> {
        self.args()
    }
    #[setter("args")]
    fn set_args(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else {
            return Err(cx.type_error(format_args!("args may not be deleted")));
        };
        let t = crate::abstract_::iter::to_tuple(v, cx)?;
        self.args.set(Some(t), cx);
        Ok(())
    }
    #[getter("__traceback__")]
    fn get_traceback(&self) -> Own<Object> {
        or_none(&self.traceback)
    }
    #[setter("__traceback__")]
    fn set_traceback(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = match v {
            None => return Err(cx.type_error(format_args!("__traceback__ may not be deleted"))),
            Some(v) if v.is_none() => None,
            Some(v) if v.ty().tp_name_str() == "traceback" => Some(v.own()),
            Some(_) => return Err(cx.type_error(format_args!("__traceback__ must be a traceback or None"))),
        };
        self.traceback.set(v, cx);
        Ok(())
    }
    #[getter("__context__")]
    fn get_context(&self) -> Own<Object> {
        or_none(&self.context)
    }
    #[setter("__context__")]
    fn set_context(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = exception_or_none(v, "__context__", cx)?;
        self.context.set(v, cx);
        Ok(())
    }
    #[getter("__cause__")]
    fn get_cause(&self) -> Own<Object> {
        or_none(&self.cause)
    }
    #[setter("__cause__")]
    fn set_cause_attr(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = exception_or_none(v, "__cause__", cx)?;
        self.set_cause(v, cx);
        Ok(())
    }
    #[getter("__suppress_context__")]
    fn get_suppress(&self) -> bool {
        self.suppress_context.get()
    }
    #[setter("__suppress_context__")]
    fn set_suppress(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match v {
            None => Err(cx.type_error(format_args!("can't delete numeric/char attribute"))),
            Some(v) if v.is(crate::types::boolean::true_()) || v.is(crate::types::boolean::false_()) => {
                self.suppress_context.set(v.is(crate::types::boolean::true_()));
                Ok(())
            }
            Some(_) => Err(cx.type_error(format_args!("attribute value type must be bool"))),
        }
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let cls = self.ty().as_object().own();
        let a = self.args();
        match self.dict.own() {
            Some(d) => PyTuple::from_slice(&[&cls, &a, &d], cx),
            None => PyTuple::from_slice(&[&cls, &a], cx),
        }
    }
    #[method("__setstate__(state, /)", nosig)]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        if state.is_none() {
            return Ok(());
        }
        let Some(d) = state.downcast::<PyDict>() else {
            return Err(cx.type_error(format_args!("state is not a dictionary")));
        };
        let d = d.copy(cx)?;
        let mut pos = 0;
        while let Some((k, v, _)) = d.next_own(&mut pos) {
            let k = crate::attr::as_name(&k, cx)?;
            crate::attr::set(self, &k, Some(&v), cx)?;
        }
        Ok(())
    }
    /// Set self.__traceback__ to tb and return self.
    #[method("with_traceback(tb, /)")]
    fn with_traceback(&self, tb: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.set_traceback(Some(tb), cx)?;
        Ok(self.own())
    }
    /// Add a note to the exception
    #[method("add_note(note, /)")]
    fn add_note(&self, note: &Object, cx: &mut Cx) -> PyResult<()> {
        if !note.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("add_note() argument must be str, not {}", note.ty().tp_name_str())));
        }
        let n = name!(cx, "__notes__");
        let notes = match crate::attr::get_opt(self, n, cx)? {
            Some(x) => x,
            None => {
                let l = PyList::new(cx)?.into_object();
                crate::attr::set(self, n, Some(&l), cx)?;
                l
            }
        };
        match notes.downcast::<PyList>() {
            Some(l) => l.push(note.own(), cx),
            None => Err(cx.type_error(format_args!("Cannot add note: __notes__ is not a list"))),
        }
    }
}
