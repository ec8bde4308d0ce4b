//! `property`: an attribute computed by functions.

use crate::attr;
use crate::call;
use crate::prelude::*;
use std::cell::Cell;

/// Property attribute.
///
///   fget
///     function to be used for getting an attribute value
///   fset
///     function to be used for setting an attribute value
///   fdel
///     function to be used for del'ing an attribute
///   doc
///     docstring
///
/// Typical use is to define a managed attribute x:
///
/// class C(object):
///     def getx(self): return self._x
///     def setx(self, value): self._x = value
///     def delx(self): del self._x
///     x = property(getx, setx, delx, "I'm the 'x' property.")
///
/// Decorators make defining new properties or modifying existing ones easy:
///
/// class C(object):
///     @property
///     def x(self):
///         "I am the 'x' property."
///         return self._x
///     @x.setter
///     def x(self, value):
///         self._x = value
///     @x.deleter
///     def x(self):
///         del self._x
#[pytype(name = "property", gc, basetype, export = "PyProperty_Type")]
#[repr(C)]
pub struct PyProperty {
    head: ObjHead,
    #[member("fget", readonly)]
    get: FieldCell<Object>,
    #[member("fset", readonly)]
    set: FieldCell<Object>,
    #[member("fdel", readonly)]
    del: FieldCell<Object>,
    #[member("__doc__")]
    doc: FieldCell<Object>,
    name: FieldCell<Object>,
    /// The docstring came from the getter.
    getter_doc: Cell<bool>,
}

fn given(o: Option<&Object>) -> Option<Own<Object>> {
    o.filter(|o| !o.is_none()).map(|o| o.own())
}

impl PyProperty {
    /// The getter, for inline caches.
    #[inline(always)]
    pub fn getter<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        self.get.get(cx)
    }

    /// The name from `__set_name__`, else the getter's.
    fn known_name(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(n) = self.name.own() {
            return Ok(Some(n));
        }
        match self.get.own() {
            Some(g) => attr::get_opt(&g, name!(cx, "__name__"), cx),
            None => Ok(None),
        }
    }

    /// "property 'x' of 'C' object has no getter".
    #[cold]
    fn missing(&self, obj: &Object, what: &str, cx: &mut Cx) -> Raised {
        let name = match self.known_name(cx) {
            Ok(n) => n,
            Err(r) => return r,
        };
        let owner = match attr::get_opt(obj.ty().as_object(), name!(cx, "__qualname__"), cx) {
            Ok(q) => q,
            Err(r) => return r,
        };
        let shown = |o: &Option<Own<Object>>, cx: &mut Cx| o.as_ref().map(|o| crate::abstract_::repr(o, cx));
        match (shown(&name, cx), shown(&owner, cx)) {
            (Some(Err(r)), _) | (_, Some(Err(r))) => r,
            (Some(Ok(n)), Some(Ok(q))) => cx.attribute_error(format_args!("property {n} of {q} object has no {what}")),
            (None, Some(Ok(q))) => cx.attribute_error(format_args!("property of {q} object has no {what}")),
            _ => cx.attribute_error(format_args!("property has no {what}")),
        }
    }

    fn init_fields(&self, get: Option<Own<Object>>, set: Option<Own<Object>>, del: Option<Own<Object>>, doc: Option<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let mut doc = doc;
        self.getter_doc.set(false);
        if doc.is_none() {
            if let Some(g) = &get {
                if let Some(d) = attr::get_opt(g, name!(cx, "__doc__"), cx)?.filter(|d| !d.is_none()) {
                    doc = Some(d);
                    self.getter_doc.set(true);
                }
            }
        }
        self.get.set(get, cx);
        self.set.set(set, cx);
        self.del.set(del, cx);
        self.name.set(None, cx);
        if self.as_object().is_exact::<PyProperty>() {
            self.doc.set(doc, cx);
            return Ok(());
        }
        // A subclass keeps the docstring in its instances' attributes.
        let d = doc.unwrap_or_else(|| none().own());
        match attr::set(self.as_object(), name!(cx, "__doc__"), Some(&d), cx) {
            Ok(()) => Ok(()),
            Err(r) if !self.getter_doc.get() => cx.catch(r, exc::AttributeError()),
            Err(r) => Err(r),
        }
    }

    /// A copy with one function replaced.
    fn copy(&self, get: Option<&Object>, set: Option<&Object>, del: Option<&Object>, cx: &mut Cx) -> PyResult {
        let pick = |new: Option<&Object>, old: &FieldCell<Object>| given(new).or_else(|| old.own()).unwrap_or_else(|| none().own());
        let (g, s, d) = (pick(get, &self.get), pick(set, &self.set), pick(del, &self.del));
        let doc = if self.getter_doc.get() && !g.is_none() { none().own() } else { self.doc.own().unwrap_or_else(|| none().own()) };
        let new = call::call(self.as_object().ty().as_object(), &[&g, &s, &d, &doc], cx)?;
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
                get: FieldCell::empty(),
                set: FieldCell::empty(),
                del: FieldCell::empty(),
                doc: FieldCell::empty(),
                name: FieldCell::empty(),
                getter_doc: Cell::new(false),
            },
        )
    }

    #[init("property(fget=None, fset=None, fdel=None, doc=None)")]
    fn py_init(&self, fget: Option<&Object>, fset: Option<&Object>, fdel: Option<&Object>, doc: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.init_fields(given(fget), given(fset), given(fdel), given(doc), cx)
    }

    #[slot(tp_descr_get)]
    fn descr_get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult {
        let Some(o) = obj.filter(|o| !o.is_none()) else { return Ok(self.as_object().own()) };
        match self.get.own() {
            Some(g) => call::call(&g, &[o], cx),
            None => Err(self.missing(o, "getter", cx)),
        }
    }

    #[slot(tp_descr_set)]
    fn descr_set(&self, obj: &Object, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let f = if v.is_some() { self.set.own() } else { self.del.own() };
        match (f, v) {
            (Some(f), Some(v)) => call::call(&f, &[obj, v], cx).map(drop),
            (Some(f), None) => call::call(&f, &[obj], cx).map(drop),
            (None, Some(_)) => Err(self.missing(obj, "setter", cx)),
            (None, None) => Err(self.missing(obj, "deleter", cx)),
        }
    }

    /// Descriptor to obtain a copy of the property with a different getter.
    #[method("getter(object, /)", nosig)]
    fn with_getter(&self, f: &Object, cx: &mut Cx) -> PyResult {
        self.copy(Some(f), None, None, cx)
    }
    /// Descriptor to obtain a copy of the property with a different setter.
    #[method("setter(object, /)", nosig)]
    fn with_setter(&self, f: &Object, cx: &mut Cx) -> PyResult {
        self.copy(None, Some(f), None, cx)
    }
    /// Descriptor to obtain a copy of the property with a different deleter.
    #[method("deleter(object, /)", nosig)]
    fn with_deleter(&self, f: &Object, cx: &mut Cx) -> PyResult {
        self.copy(None, None, Some(f), cx)
    }
    /// __set_name__($self, owner, name, /)
    /// --
    ///
    /// Method to set name of a property.
    #[method("__set_name__(*args)", nosig)]
    fn set_name_hook(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        let [_, name] = args.0 else {
            return Err(cx.type_error(format_args!("__set_name__() takes 2 positional arguments but {} were given", args.0.len())));
        };
        self.name.set(Some(name.own()), cx);
        Ok(())
    }
    #[getter("__name__")]
    fn get_name(&self, cx: &mut Cx) -> PyResult {
        match self.known_name(cx)? {
            Some(n) => Ok(n),
            None => Err(attr::no_attribute(self.as_object(), name!(cx, "__name__"), cx)),
        }
    }
    #[setter("__name__")]
    fn set_name(&self, v: Option<&Object>, cx: &mut Cx) {
        self.name.set(v.map(|v| v.own()), cx);
    }
    #[getter("__isabstractmethod__")]
    fn is_abstract(&self, cx: &mut Cx) -> PyResult<bool> {
        for f in [self.get.own(), self.set.own(), self.del.own()].into_iter().flatten() {
            if let Some(v) = attr::get_opt(&f, name!(cx, "__isabstractmethod__"), cx)? {
                if crate::abstract_::is_true(&v, cx)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
