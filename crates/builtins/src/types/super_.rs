//! `super`: attributes as the classes behind a given one in the MRO have them.

use taipan_object::prelude::*;
use taipan_object::types::frame::super_arguments;
use taipan_object::{attr, call};

#[pytype(
    name = "super",
    export = "PySuper_Type",
    gc,
    basetype,
    doc = "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n"
)]
#[repr(C)]
pub struct PySuper {
    head: ObjHead,
    ty: FieldCell<PyType>,
    obj: FieldCell<Object>,
    obj_type: FieldCell<PyType>,
}

/// The class whose MRO is searched: that of `obj`, or `obj` itself.
fn start_type(ty: &PyType, obj: &Object, cx: &mut Cx) -> PyResult<Own<PyType>> {
    if let Some(t) = obj.downcast::<PyType>() {
        if t.is_subtype(ty) {
            return Ok(t.new_ref());
        }
    }
    if obj.ty().is_subtype(ty) {
        return Ok(obj.ty().new_ref());
    }
    if let Some(c) = attr::get_opt(obj, name!(cx, "__class__"), cx)? {
        if let Some(c) = c.downcast::<PyType>() {
            if !std::ptr::eq(c, obj.ty()) && c.is_subtype(ty) {
                return Ok(c.new_ref());
            }
        }
    }
    let (what, name) = match obj.downcast::<PyType>() {
        Some(t) => ("type", t.tp_name_str().to_owned()),
        None => ("instance of", obj.ty().tp_name_str().to_owned()),
    };
    Err(cx.type_error(format_args!("super(type, obj): obj ({what} {name}) is not an instance or subtype of type ({}).", ty.tp_name_str())))
}

fn make(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PySuper>> {
    cx.new_object_of(cls, PySuper { head: Object::placeholder(), ty: FieldCell::empty(), obj: FieldCell::empty(), obj_type: FieldCell::empty() })
}

impl PySuper {
    fn bind_to(&self, ty: Own<PyType>, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let obj_type = match obj {
            Some(o) => Some(start_type(&ty, o, cx)?),
            None => None,
        };
        self.ty.set(Some(ty), cx);
        self.obj.set(obj.map(|o| o.own()), cx);
        self.obj_type.set(obj_type, cx);
        Ok(())
    }

    /// The attribute in the classes behind `ty` in the MRO, bound.
    fn find(&self, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let (Some(ty), Some(start)) = (self.ty.own(), self.obj_type.own()) else { return Ok(None) };
        let Some(mro) = start.tp_mro.own() else { return Ok(None) };
        let behind = mro.as_slice().iter().skip_while(|t| !t.is(ty.as_object())).skip(1);
        let found = behind.filter_map(|t| t.downcast::<PyType>()).find_map(|t| t.tp_dict.get(cx)?.get_str(name, cx).map(|v| v.own()));
        let Some(d) = found else { return Ok(None) };
        let obj = self.obj.own();
        let receiver = obj.as_deref().filter(|o| !o.is(start.as_object()));
        attr::bind(&d, receiver, &start).map(Some)
    }
}

#[pymethods]
impl PySuper {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PySuper>> {
        make(cls, cx)
    }
    #[slot(tp_init)]
    fn init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        kw.refuse("super", cx)?;
        let (ty, obj) = match args.0 {
            [] => {
                let (t, o) = super_arguments(cx)?;
                return self.bind_to(t, Some(&o), cx);
            }
            [t] => (*t, None),
            [t, o] => (*t, Some(*o).filter(|o| !o.is_none())),
            a => return Err(cx.type_error(format_args!("super expected at most 2 arguments, got {}", a.len()))),
        };
        match ty.downcast::<PyType>() {
            Some(t) => self.bind_to(t.new_ref(), obj, cx),
            None => Err(cx.type_error(format_args!("super() argument 1 must be a type, not {}", ty.ty().name()))),
        }
    }
    #[slot(tp_vectorcall)]
    fn py_vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PySuper>> {
        let s = make(cls, cx)?;
        s.init(args, kw, cx)?;
        Ok(s)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> String {
        let ty = self.ty.get(cx).map_or("NULL", |t| t.name());
        match self.obj_type.get(cx) {
            Some(t) => format!("<super: <class '{ty}'>, <{} object>>", t.name()),
            None => format!("<super: <class '{ty}'>, NULL>"),
        }
    }
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = attr::as_name(name, cx)?;
        if !n.eq_text("__class__") {
            if let Some(v) = self.find(&n, cx)? {
                return Ok(v);
            }
        }
        attr::generic_get(self, &n, cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj.filter(|o| !o.is_none() && self.obj.is_empty()) else { return Ok(self.own()) };
        let Some(ty) = self.ty.own() else { return Ok(self.own()) };
        if !self.is_exact::<PySuper>() {
            return call::call(self.ty_of(), &[ty.as_object(), obj], cx);
        }
        let s = make(PySuper::ty(), cx)?;
        s.bind_to(ty, Some(obj), cx)?;
        Ok(s.into_object())
    }
    /// the class invoking super()
    #[getter("__thisclass__")]
    fn thisclass(&self) -> Option<Own<PyType>> {
        self.ty.own()
    }
    /// the instance invoking super(); may be None
    #[getter("__self__")]
    fn self_(&self) -> Option<Own<Object>> {
        self.obj.own()
    }
    /// the type of the instance invoking super(); may be None
    #[getter("__self_class__")]
    fn self_class(&self) -> Option<Own<PyType>> {
        self.obj_type.own()
    }
}

impl PySuper {
    fn ty_of(&self) -> &Object {
        Object::ty(self).as_object()
    }
}
