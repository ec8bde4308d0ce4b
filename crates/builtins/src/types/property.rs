//! `property`: attributes computed by functions.

use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

#[pytype(
    name = "property",
    export = "PyProperty_Type",
    gc,
    basetype,
    doc = "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x"
)]
#[repr(C)]
pub struct PyProperty {
    head: ObjHead,
    #[member("fget", readonly)]
    fget: FieldCell<Object>,
    #[member("fset", readonly)]
    fset: FieldCell<Object>,
    #[member("fdel", readonly)]
    fdel: FieldCell<Object>,
    #[member("__doc__")]
    doc: FieldCell<Object>,
    name: FieldCell<Object>,
    /// The docstring is the getter's.
    getter_doc: Cell<bool>,
}

fn some(o: &Object) -> Option<Own<Object>> {
    if o.is_none() { None } else { Some(o.own()) }
}

impl PyProperty {
    /// The name it is bound to, or the getter's.
    fn known_name(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(n) = self.name.own() {
            return Ok(Some(n));
        }
        match self.fget.own() {
            Some(f) => attr::get_opt(&f, name!(cx, "__name__"), cx),
            None => Ok(None),
        }
    }

    /// "property 'x' of 'C' object has no getter".
    fn lacks(&self, obj: &Object, what: &str, cx: &mut Cx) -> Raised {
        let name = match self.known_name(cx) {
            Ok(Some(n)) => match abstract_::repr(&n, cx) {
                Ok(n) => Some(n.to_string_lossy()),
                Err(r) => return r,
            },
            Ok(None) => None,
            Err(r) => return r,
        };
        let q = match attr::get(obj.ty().as_object(), name!(cx, "__qualname__"), cx).and_then(|q| abstract_::repr(&q, cx)) {
            Ok(q) => q.to_string_lossy(),
            Err(r) => return r,
        };
        match name {
            Some(n) => cx.attribute_error(format_args!("property {n} of {q} object has no {what}")),
            None => cx.attribute_error(format_args!("property of {q} object has no {what}")),
        }
    }

    /// A copy with one function replaced, of the same class.
    fn with(&self, get: Option<&Object>, set: Option<&Object>, del: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let pick = |new: Option<&Object>, old: &FieldCell<Object>| match new {
            Some(n) if !n.is_none() => n.own(),
            _ => old.own().unwrap_or_else(|| none().own()),
        };
        let (g, s, d) = (pick(get, &self.fget), pick(set, &self.fset), pick(del, &self.fdel));
        let doc = if self.getter_doc.get() && !g.is_none() { none().own() } else { self.doc.own().unwrap_or_else(|| none().own()) };
        let new = call::call(self.ty().as_object(), &[&g, &s, &d, &doc], cx)?;
        if let Some(p) = new.downcast::<PyProperty>() {
            p.name.set(self.name.own(), cx);
        }
        Ok(new)
    }
}

#[pymethods]
impl PyProperty {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyProperty>> {
        cx.new_object_of(
            cls,
            PyProperty {
                head: Object::placeholder(),
                fget: FieldCell::empty(),
                fset: FieldCell::empty(),
                fdel: FieldCell::empty(),
                doc: FieldCell::empty(),
                name: FieldCell::empty(),
                getter_doc: Cell::new(false),
            },
        )
    }
    #[init("property(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(&self, fget: &Object, fset: &Object, fdel: &Object, doc: &Object, cx: &mut Cx) -> PyResult<()> {
        self.fget.set(some(fget), cx);
        self.fset.set(some(fset), cx);
        self.fdel.set(some(fdel), cx);
        self.doc.set(None, cx);
        self.name.set(None, cx);
        self.getter_doc.set(false);
        let mut text = some(doc);
        if text.is_none() && !fget.is_none() {
            text = attr::get_opt(fget, name!(cx, "__doc__"), cx)?.filter(|d| !d.is_none());
            self.getter_doc.set(text.is_some());
        }
        if self.is_exact::<PyProperty>() {
            self.doc.set(text, cx);
            return Ok(());
        }
        // In a subclass the class's own `__doc__` hides the field: the instance gets an attribute.
        let text = text.unwrap_or_else(|| none().own());
        match attr::set(self, name!(cx, "__doc__"), Some(&text), cx) {
            Err(r) if !self.getter_doc.get() => cx.catch(r, exc::AttributeError()),
            r => r,
        }
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj.filter(|o| !o.is_none()) else { return Ok(self.own()) };
        match self.fget.own() {
            Some(f) => call::call(&f, &[obj], cx),
            None => Err(self.lacks(obj, "getter", cx)),
        }
    }
    #[slot(tp_descr_set)]
    fn set(&self, obj: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let f = if value.is_some() { self.fset.own() } else { self.fdel.own() };
        let Some(f) = f else { return Err(self.lacks(obj, if value.is_some() { "setter" } else { "deleter" }, cx)) };
        match value {
            Some(v) => call::call(&f, &[obj, v], cx)?,
            None => call::call(&f, &[obj], cx)?,
        };
        Ok(())
    }
    /// Descriptor to obtain a copy of the property with a different getter.
    #[method("getter(object, /)")]
    fn getter(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.with(Some(object), None, None, cx)
    }
    /// Descriptor to obtain a copy of the property with a different setter.
    #[method("setter(object, /)")]
    fn setter(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.with(None, Some(object), None, cx)
    }
    /// Descriptor to obtain a copy of the property with a different deleter.
    #[method("deleter(object, /)")]
    fn deleter(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.with(None, None, Some(object), cx)
    }
    /// __set_name__($self, owner, name, /)
    /// --
    ///
    /// Method to set name of a property.
    #[method("__set_name__(*args)", nosig)]
    fn set_name(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        let [_, name] = args.0 else {
            return Err(cx.type_error(format_args!("__set_name__() takes 2 positional arguments but {} were given", args.len())));
        };
        self.name.set(Some(name.own()), cx);
        Ok(())
    }
    #[getter("__name__")]
    fn get_name(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.known_name(cx)? {
            Some(n) => Ok(n),
            None => Err(cx.attribute_error(format_args!("'property' object has no attribute '__name__'"))),
        }
    }
    #[setter("__name__")]
    fn put_name(&self, v: Option<&Object>, cx: &mut Cx) {
        self.name.set(v.map(|v| v.own()), cx);
    }
    #[getter("__isabstractmethod__")]
    fn is_abstract(&self, cx: &mut Cx) -> PyResult<bool> {
        for f in [self.fget.own(), self.fset.own(), self.fdel.own()].into_iter().flatten() {
            if let Some(v) = attr::get_opt(&f, name!(cx, "__isabstractmethod__"), cx)? {
                if abstract_::is_true(&v, cx)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
