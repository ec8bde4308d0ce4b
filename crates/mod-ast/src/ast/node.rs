//! `ast.AST`: the base class of all nodes. Construction by fields, pickling, replacing.

use super::{classes, show};
use taipan_builtins::types::generic::{PyGenericAlias, PyUnion};
use taipan_object::abstract_::{self, iter, sequence};
use taipan_object::prelude::*;
use taipan_object::{attr, call, warn};

fn empty_tuple(_cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyTuple::empty().into_object())
}
fn ast_module(cx: &mut Cx) -> PyResult<Own<Object>> {
    PyStr::new_interned("ast", cx).map(Own::into_object)
}

/// A node: nothing but its attributes.
#[pytype(name = "ast.AST", heap, mutable, gc, basetype, doc = "", attrs("_fields" => empty_tuple, "__match_args__" => empty_tuple, "_attributes" => empty_tuple, "__module__" => ast_module))]
#[repr(C)]
pub struct PyAst {
    head: ObjHead,
    dict: InstDict,
}

/// The names of the fields of a class, in order.
pub(super) fn fields_of(ty: &PyType, cx: &mut Cx) -> PyResult<Option<Vec<Own<Object>>>> {
    match attr::get_opt(ty.as_object(), name!(cx, "_fields"), cx)? {
        Some(f) => {
            let n = abstract_::len(&f, cx)?;
            let mut out = Vec::with_capacity(n);
            for i in 0..n {
                out.push(sequence::get(&f, i as isize, cx)?);
            }
            Ok(Some(out))
        }
        None => Ok(None),
    }
}

/// Take the entry equal to `key` out of a list of names.
fn take(names: &mut Vec<Own<Object>>, key: &Object, cx: &mut Cx) -> PyResult<bool> {
    for i in 0..names.len() {
        if names.get(i).is_some_and(|n| n.is(key)) || abstract_::eq(&names[i].clone(), key, cx)? {
            names.remove(i);
            return Ok(true);
        }
    }
    Ok(false)
}

fn has(names: &[Own<Object>], key: &Object, cx: &mut Cx) -> PyResult<bool> {
    for n in names {
        if n.is(key) || abstract_::eq(n, key, cx)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn set_any(o: &Object, key: &Object, v: &Object, cx: &mut Cx) -> PyResult<()> {
    let name = attr::as_name(key, cx)?;
    attr::set(o, &name, Some(v), cx)
}

impl PyAst {
    /// A node without attributes.
    pub(super) fn alloc(class: &Object, cx: &mut Cx) -> PyResult {
        match class.downcast::<PyType>() {
            Some(ty) => cx.new_object_of(ty, PyAst { head: Object::placeholder(), dict: FieldCell::new(None) }).map(Own::into_object),
            None => Err(cx.type_error(format_args!("AST class expected"))),
        }
    }

    /// What the fields that were not given become, by `_field_types`.
    fn fill_missing(&self, missing: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let Some(types) = attr::get_opt(self.ty().as_object(), name!(cx, "_field_types"), cx)? else { return Ok(()) };
        let Some(types) = types.downcast::<PyDict>() else { return Ok(()) };
        let name = self.ty().name();
        for field in missing {
            let Some(ty) = types.get(&field, cx)? else {
                let shown = abstract_::repr(&field, cx)?;
                let text = format_args!("Field {shown} is missing from {name}._field_types. This will become an error in Python 3.15.");
                warn::warn(exc::DeprecationWarning(), text, 1, cx)?;
                continue;
            };
            if ty.is_exact::<PyUnion>() {
                // An optional field: the class has the default.
            } else if ty.is_exact::<PyGenericAlias>() {
                let l = PyList::new(cx)?;
                set_any(self, &field, &l, cx)?;
            } else if classes::get(cx)?.of_type("expr_context").is_some_and(|c| c.is(&ty)) {
                if let Some(load) = classes::get(cx)?.by_name("Load").and_then(|c| c.tag.as_ref()) {
                    set_any(self, &field, load, cx)?;
                }
            } else {
                let shown = abstract_::repr(&field, cx)?;
                let text = format_args!("{name}.__init__ missing 1 required positional argument: {shown}. This will become an error in Python 3.15.");
                warn::warn(exc::DeprecationWarning(), text, 1, cx)?;
            }
        }
        Ok(())
    }

    fn instance_dict(&self, cx: &mut Cx) -> PyResult<Option<Own<PyDict>>> {
        let d = attr::get_opt(self, name!(cx, "__dict__"), cx)?;
        Ok(d.and_then(|d| d.downcast::<PyDict>().map(|d| d.new_ref())))
    }

    /// Refuse keywords that name no field, and fields that have no value.
    fn check_replace(&self, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let name = self.ty().name();
        let mut expected = fields_of(self.ty(), cx)?.unwrap_or_default();
        let attributes = match attr::get_opt(self.ty().as_object(), name!(cx, "_attributes"), cx)? {
            Some(a) => iter::collect(&a, cx)?,
            None => Vec::new(),
        };
        for (k, _) in kwargs.iter() {
            if !take(&mut expected, k, cx)? && !has(&attributes, k, cx)? {
                let shown = abstract_::repr(k, cx)?;
                return Err(cx.type_error(format_args!("{name}.__replace__ got an unexpected keyword argument {shown}.")));
            }
        }
        if let Some(d) = self.instance_dict(cx)? {
            let mut at = 0;
            while let Some((k, _, _)) = d.next_own(&mut at) {
                take(&mut expected, &k, cx)?;
            }
        }
        // Fields with a default may be absent.
        let types = attr::get_opt(self.ty().as_object(), name!(cx, "_field_types"), cx)?;
        if let Some(types) = types.as_ref().and_then(|t| t.downcast::<PyDict>()) {
            let mut left = Vec::new();
            for f in expected {
                let optional = types.get(&f, cx)?.is_some_and(|t| t.is_exact::<PyUnion>());
                if !optional {
                    left.push(f);
                }
            }
            expected = left;
        }
        if expected.is_empty() {
            return Ok(());
        }
        let list = PyList::from_vec(expected, cx)?;
        list.sort(None, false, cx)?;
        let mut shown = Vec::new();
        for n in iter::collect(&list, cx)? {
            shown.push(abstract_::repr(&n, cx)?.to_string());
        }
        let plural = if shown.len() == 1 { "" } else { "s" };
        Err(cx.type_error(format_args!("{name}.__replace__ missing {} keyword argument{plural}: {}.", shown.len(), shown.join(", "))))
    }
}

#[pymethods]
impl PyAst {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyAst::alloc(cls.as_object(), cx)
    }

    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let name = self.ty().name();
        let fields = match fields_of(self.ty(), cx)? {
            Some(fields) => fields,
            // The error of the attribute that is missing.
            None => return attr::get(self.ty().as_object(), name!(cx, "_fields"), cx).map(drop),
        };
        if args.0.len() > fields.len() {
            let n = fields.len();
            return Err(cx.type_error(format_args!("{name} constructor takes at most {n} positional argument{}", if n == 1 { "" } else { "s" })));
        }
        for (field, value) in fields.iter().zip(args.0) {
            set_any(self, field, value, cx)?;
        }
        let mut remaining = fields.iter().skip(args.0.len()).cloned().collect::<Vec<_>>();
        let mut attributes = None;
        for (key, value) in kw.iter() {
            if has(&fields, key, cx)? {
                if !take(&mut remaining, key, cx)? {
                    let shown = abstract_::repr(key, cx)?;
                    return Err(cx.type_error(format_args!("{name} got multiple values for argument {shown}")));
                }
            } else {
                if attributes.is_none() {
                    attributes = Some(attr::get(self.ty().as_object(), name!(cx, "_attributes"), cx)?);
                }
                let known = match &attributes {
                    Some(a) => sequence::contains(a, key, cx)?,
                    None => false,
                };
                if !known {
                    let shown = abstract_::repr(key, cx)?;
                    let text = format_args!(
                        "{name}.__init__ got an unexpected keyword argument {shown}. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15."
                    );
                    warn::warn(exc::DeprecationWarning(), text, 1, cx)?;
                }
            }
            set_any(self, key, value, cx)?;
        }
        if remaining.is_empty() { Ok(()) } else { self.fill_missing(remaining, cx) }
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        show::node(self, 3, cx)
    }

    /// Positional arguments are None here, for the constructor; the state sets the real values.
    #[method("__reduce__()", nosig, doc = "")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Some(d) = self.instance_dict(cx)? else {
            return PyTuple::from_slice(&[self.ty().as_object(), &PyTuple::empty()], cx);
        };
        let mut args = Vec::new();
        for f in fields_of(self.ty(), cx)?.unwrap_or_default() {
            if !d.contains(&f, cx)? {
                break;
            }
            args.push(none().own());
        }
        let args = PyTuple::from_vec(args, cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args, &d], cx)
    }

    /// Return a copy of the AST node with new values for the specified fields.
    #[method("__replace__(*args, **kwargs)", nosig)]
    fn replace(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !args.0.is_empty() {
            return Err(cx.type_error(format_args!("__replace__() takes no positional arguments")));
        }
        self.check_replace(kwargs, cx)?;
        let payload = PyDict::new(cx)?;
        let mut names = fields_of(self.ty(), cx)?.unwrap_or_default();
        if let Some(a) = attr::get_opt(self.ty().as_object(), name!(cx, "_attributes"), cx)? {
            names.extend(iter::collect(&a, cx)?);
        }
        if let Some(d) = self.instance_dict(cx)? {
            for n in &names {
                if let Some(v) = d.get(n, cx)? {
                    payload.set_own(n, v, cx)?;
                }
            }
        }
        for (k, v) in kwargs.iter() {
            payload.set(k, v, cx)?;
        }
        call::call_tuple_dict(self.ty().as_object(), &PyTuple::empty(), Some(&payload), cx)
    }
}
