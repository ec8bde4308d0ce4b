//! `string.templatelib.Template` and `Interpolation` (PEP 750): what `t"…{x}…"` makes.
//!
//! A template has one string more than interpolations; both tuples never change.

use std::cell::Cell;
use taipan_object::abstract_;
use taipan_object::prelude::*;

/// Interpolation object
#[pytype(name = "string.templatelib.Interpolation", gc, doc = "Interpolation object",
    attrs("__match_args__" => interpolation_match_args))]
#[repr(C)]
pub struct PyInterpolation {
    head: ObjHead,
    #[member("value", readonly, doc = "Value")]
    value: Field<Object>,
    #[member("expression", readonly, doc = "Expression")]
    expression: Field<Object>,
    #[member("conversion", readonly, doc = "Conversion")]
    conversion: Field<Object>,
    #[member("format_spec", readonly, doc = "Format specifier")]
    format_spec: Field<Object>,
}

fn interpolation_match_args(cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut names = Vec::with_capacity(4);
    for n in ["value", "expression", "conversion", "format_spec"] {
        names.push(PyStr::new_interned(n, cx)?.into_object());
    }
    PyTuple::from_vec(names, cx).map(Own::into_object)
}

/// The interpolation of a template literal; the parts are known to be good.
fn new_interpolation(value: &Object, expression: &Object, conversion: &Object, spec: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let head = Object::placeholder();
    cx.new_object(PyInterpolation {
        head,
        value: Field::new(value.own()),
        expression: Field::new(expression.own()),
        conversion: Field::new(conversion.own()),
        format_spec: Field::new(spec.own()),
    })
    .map(Own::into_object)
}

#[pymethods]
impl PyInterpolation {
    #[new]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        const NAMES: [&str; 4] = ["value", "expression", "conversion", "format_spec"];
        let given = args.len() + kw.len();
        if given > 4 {
            return Err(cx.type_error(format_args!("Interpolation() takes at most 4 arguments ({given} given)")));
        }
        let mut got: [Option<&Object>; 4] = [None; 4];
        for (place, v) in got.iter_mut().zip(args.0) {
            *place = Some(v);
        }
        for (k, v) in kw.iter() {
            let at = k.downcast::<PyStr>().and_then(|k| NAMES.iter().position(|n| k.eq_text(n)));
            match at {
                Some(i) if got[i].is_some() => {
                    return Err(cx.type_error(format_args!("argument for Interpolation() given by name ('{}') and position ({})", NAMES[i], i + 1)));
                }
                Some(i) => got[i] = Some(v),
                None => {
                    let k = abstract_::str(k, cx)?;
                    return Err(cx.type_error(format_args!("Interpolation() got an unexpected keyword argument '{k}'")));
                }
            }
        }
        let Some(value) = got[0] else {
            return Err(cx.type_error(format_args!("Interpolation() missing required argument 'value' (pos 1)")));
        };
        let empty = PyStr::new("", cx)?;
        let text = |i: usize, cx: &mut Cx| match got[i] {
            None => Ok(&**empty),
            Some(s) if s.is_a::<PyStr>() => Ok(s),
            Some(o) => Err(cx.type_error(format_args!("Interpolation() argument '{}' must be str, not {}", NAMES[i], o.ty().tp_name_str()))),
        };
        let expression = text(1, cx)?;
        let conversion = match got[2] {
            None => none(),
            Some(c) if c.is_none() => c,
            Some(_) => {
                let c = text(2, cx)?;
                let ok = c.downcast::<PyStr>().is_some_and(|c| ["s", "a", "r"].iter().any(|k| c.eq_text(k)));
                if !ok {
                    return Err(cx.value_error(format_args!("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")));
                }
                c
            }
        };
        let spec = text(3, cx)?;
        new_interpolation(value, expression, conversion, spec, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let mut parts = Vec::with_capacity(4);
        for f in [&self.value, &self.expression, &self.conversion, &self.format_spec] {
            parts.push(abstract_::repr(f, cx)?.to_string());
        }
        Ok(format!("Interpolation({})", parts.join(", ")))
    }
    /// __reduce__() -> (cls, state)
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let state = PyTuple::from_slice(&[&self.value, &self.expression, &self.conversion, &self.format_spec], cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &state], cx)
    }
    /// Interpolations are generic over the types of their values
    #[classmethod("__class_getitem__(object, /)", nosig)]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::generic::new_alias(cls, object, cx)
    }
}

#[pytype(name = "string.templatelib.Template", gc, doc = "Template object")]
#[repr(C)]
pub struct PyTemplate {
    head: ObjHead,
    #[member("strings", readonly, ty = Py_T_OBJECT_EX, doc = "Strings")]
    strings: Field<PyTuple>,
    #[member("interpolations", readonly, ty = Py_T_OBJECT_EX, doc = "Interpolations")]
    interpolations: Field<PyTuple>,
}

/// A template of its parts: `strings` has one item more.
fn new_template(strings: &PyTuple, interpolations: &PyTuple, cx: &mut Cx) -> PyResult<Own<Object>> {
    cx.new_object(PyTemplate { head: Object::placeholder(), strings: Field::new(strings.new_ref()), interpolations: Field::new(interpolations.new_ref()) })
        .map(Own::into_object)
}

#[pymethods]
impl PyTemplate {
    #[new]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("Template.__new__ only accepts *args arguments")));
        }
        let mut strings: Vec<Own<Object>> = Vec::new();
        let mut inner: Vec<Own<Object>> = Vec::new();
        // Whether the last item was text: neighbours are joined, and interpolations get an empty string between.
        let mut after_text = false;
        for a in args.0 {
            if let Some(s) = a.downcast::<PyStr>() {
                match strings.last_mut() {
                    Some(last) if after_text => {
                        let joined = match last.downcast::<PyStr>() {
                            Some(l) => PyStr::concat_all(&[l, s], cx)?,
                            None => s.new_ref(),
                        };
                        *last = joined.into_object();
                    }
                    _ => strings.push(a.own()),
                }
                after_text = true;
            } else if a.is_a::<PyInterpolation>() {
                if !after_text {
                    strings.push(PyStr::new("", cx)?.into_object());
                }
                after_text = false;
                inner.push(a.own());
            } else {
                return Err(cx.type_error(format_args!(
                    "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {}",
                    a.ty().tp_name_str()
                )));
            }
        }
        if !after_text {
            strings.push(PyStr::new("", cx)?.into_object());
        }
        let strings = PyTuple::from_vec(strings, cx)?;
        let inner = PyTuple::from_vec(inner, cx)?;
        new_template(&strings, &inner, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let strings = abstract_::repr(self.strings.as_object(), cx)?;
        let inner = abstract_::repr(self.interpolations.as_object(), cx)?;
        Ok(format!("Template(strings={strings}, interpolations={inner})"))
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<TemplateIter>> {
        cx.new_object(TemplateIter { head: Object::placeholder(), of: Field::new(self.new_ref()), at: Cell::new(0) })
    }
    #[slot(sq_concat)]
    fn concat(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyTemplate>() else {
            return Err(cx.type_error(format_args!(
                "can only concatenate string.templatelib.Template (not \"{}\") to string.templatelib.Template",
                other.ty().tp_name_str()
            )));
        };
        let (a, b) = (self.strings.as_slice(), o.strings.as_slice());
        let (Some((last, a)), Some((first, b))) = (a.split_last(), b.split_first()) else {
            return Err(cx.system_error(format_args!("template without strings")));
        };
        let joined = match (last.downcast::<PyStr>(), first.downcast::<PyStr>()) {
            (Some(l), Some(f)) => PyStr::concat_all(&[l, f], cx)?,
            _ => return Err(cx.system_error(format_args!("template with a string that is none"))),
        };
        let mut strings: Vec<Own<Object>> = a.iter().map(|s| s.own()).collect();
        strings.push(joined.into_object());
        strings.extend(b.iter().map(|s| s.own()));
        let inner: Vec<Own<Object>> = self.interpolations.as_slice().iter().chain(o.interpolations.as_slice()).map(|s| s.own()).collect();
        let strings = PyTuple::from_vec(strings, cx)?;
        let inner = PyTuple::from_vec(inner, cx)?;
        new_template(&strings, &inner, cx)
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let f = cx.import_attr("string.templatelib", "_template_unpickle")?;
        let state = PyTuple::from_slice(&[self.strings.as_object(), self.interpolations.as_object()], cx)?;
        PyTuple::from_slice(&[&f, &state], cx)
    }
    /// Template supports [] for generic usage
    #[classmethod("__class_getitem__(object, /)", nosig)]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::generic::new_alias(cls, object, cx)
    }
    /// Values of interpolations
    #[getter("values")]
    fn values(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let values = self.interpolations.as_slice().iter().filter_map(|i| i.downcast::<PyInterpolation>());
        PyTuple::from_vec(values.map(|i| i.value.own()).collect(), cx)
    }
}

/// The parts of a template in order, empty strings left out.
#[pytype(name = "string.templatelib.TemplateIter", gc, no_new, doc = "Template iterator object")]
#[repr(C)]
pub struct TemplateIter {
    head: ObjHead,
    of: Field<PyTemplate>,
    /// Even: the string at half of it; odd: the interpolation.
    at: Cell<usize>,
}

#[pymethods]
impl TemplateIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self) -> PyResult<Option<Own<Object>>> {
        loop {
            let i = self.at.get();
            let from = if i % 2 == 0 { &self.of.strings } else { &self.of.interpolations };
            let Some(item) = from.as_slice().get(i / 2) else { return Ok(None) };
            self.at.set(i + 1);
            if item.downcast::<PyStr>().is_none_or(|s| !s.is_empty()) {
                return Ok(Some(item.own()));
            }
        }
    }
}

/// Constructors for the interpreter.
pub(crate) const HOOKS: taipan_object::types::object_::TemplateHooks =
    taipan_object::types::object_::TemplateHooks { interpolation: new_interpolation, template: new_template };
