//! Values that are given or evaluated on first use; `NoDefault`; `constevaluator`.

use std::cell::RefCell;
use taipan_builtins::types::generic::repr_type;
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// A value, or the function that computes it, or neither.
pub struct Lazy {
    value: FieldCell<Object>,
    evaluate: FieldCell<Object>,
}

impl GcField for Lazy {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.value.traverse(v)?;
        self.evaluate.traverse(v)
    }
    fn gc_clear(&self) {
        self.value.gc_clear();
        self.evaluate.gc_clear();
    }
}

impl Lazy {
    pub fn empty() -> Lazy {
        Lazy { value: FieldCell::empty(), evaluate: FieldCell::empty() }
    }
    pub fn given(v: &Object) -> Lazy {
        Lazy { value: FieldCell::new(Some(v.own())), evaluate: FieldCell::empty() }
    }
    pub fn by(f: &Object) -> Lazy {
        Lazy { value: FieldCell::empty(), evaluate: FieldCell::new(Some(f.own())) }
    }
    pub fn set_evaluator(&self, f: &Object, cx: &mut Cx) {
        self.value.set(None, cx);
        self.evaluate.set(Some(f.own()), cx);
    }
    /// The value, computed now if need be.
    pub fn get(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(v) = self.value.own() {
            return Ok(Some(v));
        }
        let Some(f) = self.evaluate.own() else { return Ok(None) };
        // 1 is annotationlib.Format.VALUE.
        let format = PyInt::new(1, cx)?;
        let v = call::call(&f, &[format.as_object()], cx)?;
        self.value.set(Some(v.clone()), cx);
        Ok(Some(v))
    }
    /// The function that computes it; a constant gets one made. None when there is no value.
    pub fn evaluator(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(f) = self.evaluate.own() {
            return Ok(f);
        }
        match self.value.own() {
            Some(v) => cx.new_object(PyConstEvaluator { head: Object::placeholder(), value: Field::new(v) }).map(Own::into_object),
            None => Ok(none().own()),
        }
    }
}

/// The type of the NoDefault singleton.
#[pytype(name = "NoDefaultType", export = "_PyNoDefault_Type")]
#[repr(C)]
pub struct PyNoDefault {
    head: ObjHead,
}

#[derive(Default)]
struct Singleton(RefCell<Option<Own<Object>>>);

/// `typing.NoDefault`.
pub fn no_default(cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(o) = &*cx.state::<Singleton>().0.borrow() {
        return Ok(o.clone());
    }
    let o = cx.new_object(PyNoDefault { head: Object::placeholder() })?.into_object();
    *cx.state::<Singleton>().0.borrow_mut() = Some(o.clone());
    Ok(o)
}

#[pymethods]
impl PyNoDefault {
    #[new]
    fn py_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !args.is_empty() || !kw.is_empty() {
            return Err(cx.type_error(format_args!("NoDefaultType takes no arguments")));
        }
        no_default(cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "typing.NoDefault"
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self) -> &'static str {
        "NoDefault"
    }
}

/// Gives a constant, or its text when text is asked for.
#[pytype(name = "_typing._ConstEvaluator", heap, gc, no_new, doc = "", export = "_PyConstEvaluator_Type")]
#[repr(C)]
pub struct PyConstEvaluator {
    head: ObjHead,
    value: Field<Object>,
}

#[pymethods]
impl PyConstEvaluator {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(format!("<constevaluator {}>", taipan_object::abstract_::repr(&self.value, cx)?))
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        kw.refuse("constevaluator.__call__", cx)?;
        let [format] = args.0 else {
            return Err(cx.type_error(format_args!("constevaluator.__call__ expected 1 argument, got {}", args.len())));
        };
        let n = taipan_object::abstract_::number::index(format, cx)?.to_i64();
        // 4 is annotationlib.Format.STRING.
        if n != Some(4) {
            return Ok(self.value.own());
        }
        let text = match self.value.downcast::<PyTuple>() {
            Some(t) => {
                let mut parts = Vec::new();
                for o in t.as_slice() {
                    parts.push(repr_type(o, cx)?);
                }
                let comma = if parts.len() == 1 { "," } else { "" };
                format!("({}{comma})", parts.join(", "))
            }
            None => repr_type(&self.value, cx)?,
        };
        PyStr::new(&text, cx).map(Own::into_object)
    }
}

/// Set `__module__` to the module of the running Python code, or None where the globals name none.
pub fn set_module(o: &Object, cx: &mut Cx) -> PyResult<()> {
    let m = match taipan_object::thread::current_globals(cx) {
        Some(g) => g.get_text("__name__", cx)?,
        None => None,
    };
    let m = m.unwrap_or_else(|| taipan_object::types::none().own());
    attr::set(o, name!(cx, "__module__"), Some(&m), cx)
}

/// A function of Lib's `typing`.
pub fn typing(f: &str, args: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("typing", f)?;
    call::call(&f, args, cx)
}

/// `typing.Unpack[o]`, once.
pub fn unpacked(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let unpack = cx.import_attr("typing", "Unpack")?;
    let u = taipan_object::abstract_::get_item(&unpack, o, cx)?;
    let t = PyTuple::from_slice(&[&u], cx)?;
    taipan_object::abstract_::iter::get_iter(&t, cx)
}

/// A bound: None becomes NoneType, the rest is checked by `typing`.
pub fn type_check(o: &Object, msg: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    if o.is_none() {
        return Ok(o.ty().as_object().own());
    }
    let msg = PyStr::new(msg, cx)?;
    typing("_type_check", &[o, &msg], cx)
}
