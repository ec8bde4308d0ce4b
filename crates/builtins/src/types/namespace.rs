//! `types.SimpleNamespace`: attributes and nothing else.

use taipan_object::prelude::*;
use taipan_object::abstract_;

/// A simple attribute-based namespace.
#[pytype(name = "types.SimpleNamespace", gc, basetype, export = "_PyNamespace_Type")]
#[repr(C)]
pub struct PyNamespace {
    head: ObjHead,
    ns_dict: InstDict,
}

/// A namespace of the given attributes.
pub fn new(attrs: &PyDict, cx: &mut Cx) -> PyResult<Own<PyNamespace>> {
    let d = attrs.copy(cx)?;
    cx.new_object(PyNamespace { head: Object::placeholder(), ns_dict: FieldCell::new(Some(d)) })
}

impl PyNamespace {
    fn dict(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        if let Some(d) = self.ns_dict.own() {
            return Ok(d);
        }
        let d = PyDict::new(cx)?;
        self.ns_dict.set(Some(d.clone()), cx);
        Ok(d)
    }
}

#[pymethods]
impl PyNamespace {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyNamespace>> {
        let d = PyDict::new(cx)?;
        cx.new_object_of(cls, PyNamespace { head: Object::placeholder(), ns_dict: FieldCell::new(Some(d)) })
    }

    #[init("SimpleNamespace(*args, **kwargs)")]
    fn init(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let d = self.dict(cx)?;
        match args.0 {
            [] => {}
            [a] => {
                let given = match a.downcast::<PyDict>().filter(|a| a.as_object().is_exact::<PyDict>()) {
                    Some(a) => a.new_ref(),
                    None => {
                        let tmp = PyDict::new(cx)?;
                        tmp.update_from(a, cx)?;
                        tmp
                    }
                };
                let mut at = 0;
                while let Some((k, _, _)) = given.next_own(&mut at) {
                    if !k.is_a::<PyStr>() {
                        return Err(cx.type_error(format_args!("keywords must be strings")));
                    }
                }
                d.update(&given, cx)?;
            }
            a => return Err(cx.type_error(format_args!("{} expected at most 1 argument, got {}", self.ty().name(), a.len()))),
        }
        for (k, v) in kwargs.iter() {
            if !k.is_a::<PyStr>() {
                return Err(cx.type_error(format_args!("keywords must be strings")));
            }
            d.set(k, v, cx)?;
        }
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let name = if self.is_exact::<PyNamespace>() { "namespace".to_owned() } else { self.ty().tp_name_str().to_owned() };
        let Some(_guard) = abstract_::repr_enter(self, cx) else { return Ok(format!("{name}(...)")) };
        let d = self.dict(cx)?;
        let mut out = format!("{name}(");
        let mut at = 0;
        let mut first = true;
        while let Some((k, v, _)) = d.next_own(&mut at) {
            let Some(k) = k.downcast::<PyStr>().filter(|k| !k.is_empty()) else { continue };
            let shown = abstract_::repr(&v, cx)?;
            out.push_str(&format!("{}{k}={shown}", if first { "" } else { ", " }));
            first = false;
        }
        out.push(')');
        Ok(out)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyNamespace>() else { return Ok(not_implemented().own()) };
        let (a, b) = (self.dict(cx)?, o.dict(cx)?);
        abstract_::rich_compare(&a, &b, op, cx)
    }

    /// Return state information for pickling
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let d = self.dict(cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &PyTuple::empty(), &d], cx)
    }

    /// __replace__($self, /, **changes)
    /// --
    ///
    /// Return a copy of the namespace object with new values for the specified attributes.
    #[method("__replace__(*args, **kwargs)", nosig)]
    fn replace(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !args.0.is_empty() {
            return Err(cx.type_error(format_args!("__replace__() takes no positional arguments")));
        }
        let made = cx.instantiate(self.ty())?;
        let Some(n) = made.downcast::<PyNamespace>() else {
            let (want, got) = (PyNamespace::ty().tp_name_str(), made.ty().tp_name_str());
            let mine = taipan_object::types::dict::full_type_name(self.ty(), cx);
            return Err(cx.type_error(format_args!("expect {want} type, but {mine}() returned '{got}' object")));
        };
        let (d, mine) = (n.dict(cx)?, self.dict(cx)?);
        d.update(&mine, cx)?;
        for (k, v) in kwargs.iter() {
            d.set(k, v, cx)?;
        }
        Ok(made)
    }
}
