//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654).
//!
//! `ExceptionGroup` has two bases, so it is a class made at start (`exception_group`), not a row of the table.

use super::*;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use std::cell::OnceCell;
use taipan_macros::pymethods;

#[derive(Default)]
struct GroupClass(OnceCell<Own<Object>>);

/// The class `ExceptionGroup` of this interpreter.
pub fn exception_group(cx: &mut Cx) -> PyResult<&'static Object> {
    let place = cx.state::<GroupClass>();
    if let Some(c) = place.0.get() {
        return Ok(c);
    }
    let ns = PyDict::new(cx)?;
    let module = PyStr::new("builtins", cx)?;
    ns.set(name!(cx, "__module__"), &module, cx)?;
    let bases = PyTuple::from_slice(&[BaseExceptionGroup().as_object(), Exception().as_object()], cx)?;
    let class_name = PyStr::new("ExceptionGroup", cx)?;
    let class = crate::call::call(BaseExceptionGroup().ty().as_object(), &[&class_name, &bases, &ns], cx)?;
    Ok(place.0.get_or_init(|| class))
}

/// How `split` and `subgroup` choose.
enum Matcher<'a> {
    Types(&'a Object),
    Predicate(&'a Object),
}

fn is_exception_class(o: &Object) -> bool {
    o.downcast::<PyType>().is_some_and(|t| t.has(flags::BASE_EXC_SUBCLASS))
}

impl<'a> Matcher<'a> {
    fn of(v: &'a Object, cx: &mut Cx) -> PyResult<Matcher<'a>> {
        if cx.is_callable(v) && !v.is_a::<PyType>() {
            return Ok(Matcher::Predicate(v));
        }
        let fits = match v.exact::<PyTuple>() {
            Some(t) => t.as_slice().iter().all(|c| is_exception_class(c)),
            None => is_exception_class(v),
        };
        if fits {
            return Ok(Matcher::Types(v));
        }
        Err(cx.type_error(format_args!("expected an exception type, a tuple of exception types, or a callable (other than a class)")))
    }

    fn matches(&self, e: &Object, cx: &mut Cx) -> PyResult<bool> {
        match self {
            Matcher::Types(c) => {
                let one = |c: &Object| c.downcast::<PyType>().is_some_and(|t| e.ty().is_subtype(t));
                Ok(match c.downcast::<PyTuple>() {
                    Some(t) => t.as_slice().iter().any(|c| one(c)),
                    None => one(c),
                })
            }
            Matcher::Predicate(f) => {
                let r = crate::call::call(f, &[e], cx)?;
                crate::abstract_::is_true(&r, cx)
            }
        }
    }
}

type Parts = (Option<Own<Object>>, Option<Own<Object>>);

/// What matches and, if wanted, what is left.
fn split(e: &Object, m: &Matcher<'_>, with_rest: bool, cx: &mut Cx) -> PyResult<Parts> {
    if m.matches(e, cx)? {
        return Ok((Some(e.own()), None));
    }
    let Some(group) = e.downcast::<PyExceptionGroup>() else {
        return Ok((None, with_rest.then(|| e.own())));
    };
    let _guard = cx.enter_call(" in exceptiongroup_split_recursive")?;
    let (mut hits, mut left) = (Vec::new(), Vec::new());
    for item in group.items().as_slice() {
        let (hit, rest) = split(item, m, with_rest, cx)?;
        hits.extend(hit);
        left.extend(rest);
    }
    let hit = subset(group, hits, cx)?;
    let rest = if with_rest { subset(group, left, cx)? } else { None };
    Ok((hit, rest))
}

/// A group like `orig` with other members; None when there are none.
fn subset(orig: &PyExceptionGroup, members: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if members.is_empty() {
        return Ok(None);
    }
    let list = PyList::from_vec(members, cx)?;
    let new = crate::call::call_method(orig, name!(cx, "derive"), &[&list], cx)?;
    let Some(b) = new.downcast::<PyExceptionGroup>() else {
        return Err(cx.type_error(format_args!("derive must return an instance of BaseExceptionGroup")));
    };
    if let Some(tb) = orig.traceback.own() {
        b.traceback.set(Some(tb), cx);
    }
    b.context.set(orig.context.own(), cx);
    b.set_cause(orig.cause.own(), cx);
    let notes_name = name!(cx, "__notes__");
    if let Some(notes) = crate::attr::get_opt(orig, notes_name, cx)? {
        if is_sequence(&notes) {
            let copy = crate::abstract_::iter::to_list(&notes, cx)?;
            crate::attr::set(&new, notes_name, Some(&copy), cx)?;
        }
    }
    Ok(Some(new))
}

fn is_sequence(o: &Object) -> bool {
    !o.is_a::<PyDict>() && crate::abstract_::iter::is_sequence(o)
}

/// The class that `cls(msg, exceptions)` makes.
fn class_for<'a>(cls: &'a PyType, has_base: bool, cx: &mut Cx) -> PyResult<&'a PyType> {
    let plain = exception_group(cx)?;
    if cls.is(plain) {
        if has_base {
            return Err(cx.type_error(format_args!("Cannot nest BaseExceptions in an ExceptionGroup")));
        }
    } else if cls.is(BaseExceptionGroup()) {
        if !has_base {
            return Ok(plain.downcast::<PyType>().unwrap_or(cls));
        }
    } else if has_base && cls.is_subtype(Exception()) {
        return Err(cx.type_error(format_args!("Cannot nest BaseExceptions in '{}'", cls.tp_name_str())));
    }
    Ok(cls)
}

impl PyExceptionGroup {
    fn items(&self) -> Own<PyTuple> {
        self.excs.own().unwrap_or_else(PyTuple::empty)
    }
    fn msg_or_none(&self) -> Own<Object> {
        self.msg.own().unwrap_or_else(|| none().own())
    }
}

#[pymethods]
impl PyExceptionGroup {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let [msg, given] = args.0 else {
            let n = args.0.len();
            return Err(cx.type_error(format_args!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({n} given)")));
        };
        if !msg.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("BaseExceptionGroup.__new__() argument 1 must be str, not {}", msg.ty().tp_name_str())));
        }
        if !is_sequence(given) {
            return Err(cx.type_error(format_args!("second argument (exceptions) must be a sequence")));
        }
        // Other sequences may change or be exhausted later: their text is kept.
        let text = if given.is_a::<PyList>() || given.is_a::<PyTuple>() { None } else { Some(crate::abstract_::repr(given, cx)?.into_object()) };
        let items = crate::abstract_::iter::to_tuple(given, cx)?;
        if items.is_empty() {
            return Err(cx.value_error(format_args!("second argument (exceptions) must be a non-empty sequence")));
        }
        let mut has_base = false;
        for (i, e) in items.as_slice().iter().enumerate() {
            if !e.is_a::<PyBaseException>() {
                return Err(cx.value_error(format_args!("Item {i} of second argument (exceptions) is not an exception")));
            }
            has_base |= !e.ty().is_subtype(Exception());
        }
        let made = class_for(cls, has_base, cx)?;
        let o = crate::typeobj::alloc_instance(made, 0, cx)?;
        let t = args.to_tuple(cx)?;
        // SAFETY: an instance of BaseExceptionGroup or a subtype; zeroed fields are empty.
        let g = unsafe { o.cast_unchecked::<PyExceptionGroup>() };
        g.args.set(Some(t), cx);
        g.msg.set(Some(msg.own()), cx);
        g.excs.set(Some(items), cx);
        g.excs_str.set(text, cx);
        Ok(o)
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.take_args(args, kw, cx)
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let msg = crate::abstract_::str(&self.msg_or_none(), cx)?;
        let n = self.items().len();
        let mut out: Vec<u32> = msg.code_points().collect();
        out.extend(format!(" ({n} sub-exception{})", if n == 1 { "" } else { "s" }).bytes().map(u32::from));
        PyStr::from_code_points(&out, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let items = match self.excs_str.own() {
            Some(s) => crate::abstract_::str(&s, cx)?,
            None if self.args().get(1).is_some_and(|a| a.is_a::<PyList>()) => {
                let list = crate::abstract_::iter::to_list(&self.items(), cx)?;
                crate::abstract_::repr(&list, cx)?
            }
            None => crate::abstract_::repr(&self.items(), cx)?,
        };
        let msg = crate::abstract_::repr(&self.msg_or_none(), cx)?;
        let mut out: Vec<u32> = self.ty().tp_name_str().chars().map(u32::from).collect();
        out.push(u32::from(b'('));
        out.extend(msg.code_points());
        out.extend(", ".bytes().map(u32::from));
        out.extend(items.code_points());
        out.push(u32::from(b')'));
        PyStr::from_code_points(&out, cx)
    }
    #[method("derive(excs, /)")]
    fn derive(&self, excs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let msg = self.msg_or_none();
        crate::call::call(BaseExceptionGroup().as_object(), &[&msg, excs], cx)
    }
    #[method("split(matcher_value, /)")]
    fn split(&self, matcher_value: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let m = Matcher::of(matcher_value, cx)?;
        let (hit, rest) = split(self, &m, true, cx)?;
        let (hit, rest) = (hit.unwrap_or_else(|| none().own()), rest.unwrap_or_else(|| none().own()));
        PyTuple::from_slice(&[&hit, &rest], cx)
    }
    #[method("subgroup(matcher_value, /)")]
    fn subgroup(&self, matcher_value: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let m = Matcher::of(matcher_value, cx)?;
        let (hit, _) = split(self, &m, false, cx)?;
        Ok(hit.unwrap_or_else(|| none().own()))
    }
    /// Exception groups are generic over the type of their contained exceptions
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls.as_object(), object, cx)
    }
    /// exception message
    #[getter("message")]
    fn get_message(&self) -> Option<Own<Object>> {
        self.msg.own()
    }
    #[setter("message")]
    fn set_message(&self, _v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(cx.attribute_error(format_args!("readonly attribute")))
    }
    /// nested exceptions
    #[getter("exceptions")]
    fn get_exceptions(&self) -> Own<PyTuple> {
        self.items()
    }
    #[setter("exceptions")]
    fn set_exceptions(&self, _v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(cx.attribute_error(format_args!("readonly attribute")))
    }
}
