//! `super`: attribute lookup that begins behind a class in the MRO of an object's type.

use crate::attr;
use crate::err::result_from_raw;
use crate::machine;
use crate::prelude::*;
use crate::typeobj::flags;
use crate::types::cell::PyCell;

/// super() -> same as super(__class__, <first argument>)
/// super(type) -> unbound super object
/// super(type, obj) -> bound super object; requires isinstance(obj, type)
/// super(type, type2) -> bound super object; requires issubclass(type2, type)
/// Typical use to call a cooperative superclass method:
/// class C(B):
///     def meth(self, arg):
///         super().meth(arg)
/// This works for class methods too:
/// class C(B):
///     @classmethod
///     def cmeth(cls, arg):
///         super().cmeth(arg)
#[pytype(name = "super", no_clear, gc, basetype, export = "PySuper_Type")]
#[repr(C)]
pub struct PySuper {
    head: ObjHead,
    /// the class invoking super()
    #[member("__thisclass__", readonly)]
    class: FieldCell<PyType>,
    /// the instance invoking super(); may be None
    #[member("__self__", readonly)]
    obj: FieldCell<Object>,
    /// the type of the instance invoking super(); may be None
    #[member("__self_class__", readonly)]
    obj_type: FieldCell<PyType>,
}

/// The type from whose MRO the lookup goes: `obj` itself if it is a subclass, else its type (or what it says is its class).
fn start_type(class: &PyType, obj: &Object, cx: &mut Cx) -> PyResult<Own<PyType>> {
    if let Some(t) = obj.downcast::<PyType>() {
        if t.is_subtype(class) {
            return Ok(t.new_ref());
        }
    }
    if obj.ty().is_subtype(class) {
        return Ok(obj.ty().new_ref());
    }
    if let Some(c) = attr::get_opt(obj, name!(cx, "__class__"), cx)? {
        if let Some(t) = c.downcast::<PyType>() {
            if !std::ptr::eq(t, obj.ty()) && t.is_subtype(class) {
                return Ok(t.new_ref());
            }
        }
    }
    let (kind, name) = match obj.downcast::<PyType>() {
        Some(t) => ("type", t.tp_name_str()),
        None => ("instance of", obj.ty().tp_name_str()),
    };
    Err(cx.type_error(format_args!("super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({}).", class.tp_name_str())))
}

/// What the classes behind `class` in the MRO of `start` have under `name`.
fn find(class: &PyType, start: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(mro) = start.tp_mro.own() else { return Ok(None) };
    let behind = mro.as_slice().iter().skip_while(|t| !std::ptr::eq(t.as_ptr(), class.as_object().as_ptr())).skip(1);
    for t in behind {
        let Some(d) = t.downcast::<PyType>().and_then(|t| t.tp_dict.own()) else { continue };
        if let Some(v) = d.get(name, cx)? {
            return Ok(Some(v));
        }
    }
    Ok(None)
}

/// `super(class, obj).name` without the super object. With `method`, a function that takes `obj` first comes back unbound and with `true`.
pub fn lookup(class: &PyType, obj: &Object, name: &PyStr, method: bool, cx: &mut Cx) -> PyResult<(Own<Object>, bool)> {
    let start = start_type(class, obj, cx)?;
    if !name.eq_text("__class__") {
        if let Some(v) = find(class, &start, name, cx)? {
            let on_class = std::ptr::eq(start.as_object(), obj);
            if method && !on_class && v.ty().has(flags::METHOD_DESCRIPTOR) {
                return Ok((v, true));
            }
            return bind(v, if on_class { None } else { Some(obj) }, &start).map(|v| (v, false));
        }
    }
    let s = PySuper::made(class, obj, &start, cx)?;
    attr::generic_get(&s, name, cx).map(|v| (v, false))
}

/// Bind what was found as an attribute of `obj`, or of the class when there is none.
fn bind(v: Own<Object>, obj: Option<&Object>, start: &PyType) -> PyResult {
    match v.ty().tp_descr_get.get() {
        None => Ok(v),
        // SAFETY: the slot's contract.
        Some(get) => unsafe {
            result_from_raw(get(v.as_ptr(), obj.map_or(std::ptr::null_mut(), |o| o.as_ptr()), start.as_object().as_ptr()))
        },
    }
}

impl PySuper {
    fn made(class: &PyType, obj: &Object, start: &PyType, cx: &mut Cx) -> PyResult<Own<PySuper>> {
        cx.new_object(PySuper {
            head: Object::placeholder(),
            class: FieldCell::new(Some(class.new_ref())),
            obj: FieldCell::new(Some(obj.own())),
            obj_type: FieldCell::new(Some(start.new_ref())),
        })
    }

    /// Class and first argument of the calling method, for `super()`.
    fn from_frame(cx: &mut Cx) -> PyResult<(Own<PyType>, Own<Object>)> {
        let Some(f) = machine::current_frame(cx.ts()) else {
            return Err(cx.runtime_error(format_args!("super(): no current frame")));
        };
        let code = f.code();
        if code.argcount() == 0 {
            return Err(cx.runtime_error(format_args!("super(): no arguments")));
        }
        // SAFETY: locals of the running frame.
        let first = unsafe { *f.locals_ptr() };
        if first.is_empty() {
            return Err(cx.runtime_error(format_args!("super(): arg[0] deleted")));
        }
        // SAFETY: not empty.
        let mut obj = unsafe { first.duplicate().into_own(cx)? };
        if let Some(c) = code.is_cell_local(0).then(|| obj.exact::<PyCell>()).flatten() {
            match c.get() {
                Some(o) => obj = o,
                None => return Err(cx.runtime_error(format_args!("super(): arg[0] deleted"))),
            }
        }
        let cell = match code.free_index("__class__") {
            Some(i) => f.func().closure_cell(i, cx),
            None => None,
        };
        match cell.map(|c| c.get()) {
            None => Err(cx.runtime_error(format_args!("super(): __class__ cell not found"))),
            Some(None) => Err(cx.runtime_error(format_args!("super(): empty __class__ cell"))),
            Some(Some(t)) => match t.downcast_own::<PyType>() {
                Ok(t) => Ok((t, obj)),
                Err(o) => Err(cx.runtime_error(format_args!("super(): __class__ is not a type ({})", o.ty().tp_name_str()))),
            },
        }
    }
}

#[pymethods]
impl PySuper {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PySuper>> {
        cx.new_object_of(
            cls,
            PySuper {
                head: Object::placeholder(),
                class: FieldCell::empty(),
                obj: FieldCell::empty(),
                obj_type: FieldCell::empty(),
            },
        )
    }

    #[slot(tp_vectorcall)]
    fn construct(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PySuper>> {
        let made = PySuper::py_new(cls, args, kw, cx)?;
        made.py_init(args, kw, cx)?;
        Ok(made)
    }

    #[slot(tp_init)]
    fn py_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("super() takes no keyword arguments")));
        }
        let (class, obj) = match args.0 {
            [] => {
                let (t, o) = PySuper::from_frame(cx)?;
                (t, Some(o))
            }
            [t, rest @ ..] if rest.len() <= 1 => {
                let Some(t) = t.downcast::<PyType>() else {
                    return Err(cx.type_error(format_args!("super() argument 1 must be a type, not {}", t.ty().tp_name_str())));
                };
                (t.new_ref(), rest.first().filter(|o| !o.is_none()).map(|o| o.own()))
            }
            more => return Err(cx.type_error(format_args!("super() expected at most 2 arguments, got {}", more.len()))),
        };
        let start = match &obj {
            Some(o) => Some(start_type(&class, o, cx)?),
            None => None,
        };
        self.class.set(Some(class), cx);
        self.obj.set(obj, cx);
        self.obj_type.set(start, cx);
        Ok(())
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult {
        let name = attr::as_name(name, cx)?;
        if let (Some(class), Some(obj), Some(start)) = (self.class.own(), self.obj.own(), self.obj_type.own()) {
            if !name.eq_text("__class__") {
                if let Some(v) = find(&class, &start, &name, cx)? {
                    let on_class = std::ptr::eq(start.as_object(), &*obj);
                    return bind(v, if on_class { None } else { Some(&obj) }, &start);
                }
            }
        }
        attr::generic_get(self.as_object(), &name, cx)
    }

    #[slot(tp_descr_get)]
    fn descr_get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult {
        let (Some(o), true, Some(class)) = (obj.filter(|o| !o.is_none()), self.obj.is_empty(), self.class.own()) else {
            return Ok(self.as_object().own());
        };
        if !self.as_object().is_exact::<PySuper>() {
            return crate::call::call(self.as_object().ty().as_object(), &[class.as_object(), o], cx);
        }
        let start = start_type(&class, o, cx)?;
        PySuper::made(&class, o, &start, cx).map(Own::into_object)
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let class = self.class.own().map_or_else(|| "NULL".to_owned(), |t| t.tp_name_str().to_owned());
        let text = match self.obj_type.own() {
            Some(t) => format!("<super: <class '{class}'>, <{} object>>", t.tp_name_str()),
            None => format!("<super: <class '{class}'>, NULL>"),
        };
        PyStr::new(&text, cx)
    }
}

/// The type `super`.
pub fn super_type() -> &'static PyType {
    PySuper::ty()
}
