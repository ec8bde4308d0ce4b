//! `cmp_to_key`: objects that compare by a function.

use taipan_object::abstract_;
use taipan_object::call;
use taipan_object::prelude::*;

/// The function, and the wrapped object unless it is the factory itself.
#[pytype(name = "functools.KeyWrapper", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct PyKeyWrapper {
    head: ObjHead,
    cmp: Field<Object>,
    /// Value wrapped by a key function.
    #[member("obj", doc = "Value wrapped by a key function.")]
    object: FieldCell<Object>,
    vectorcall: Vectorcall,
}

impl PyKeyWrapper {
    /// A wrapper of an object, or a factory of wrappers.
    pub fn of(cmp: &Object, object: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyKeyWrapper>> {
        cx.new_object(PyKeyWrapper {
            head: Object::placeholder(),
            cmp: Field::new(cmp.own()),
            object: FieldCell::new(object.map(|o| o.own())),
            vectorcall: Vectorcall::new(Self::VECTORCALL),
        })
    }
}

#[pymethods]
impl PyKeyWrapper {
    #[vectorcall]
    fn wrap(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyKeyWrapper>> {
        let given = args.0.len() + kw.len();
        if given > 1 {
            return Err(cx.type_error(format_args!("K() takes at most 1 argument ({given} given)")));
        }
        kw.only("K", &["obj"], cx)?;
        match args.0.first().copied().or_else(|| kw.get("obj")) {
            Some(o) => PyKeyWrapper::of(&self.cmp, Some(o), cx),
            None => Err(cx.type_error(format_args!("K() missing required argument 'obj' (pos 1)"))),
        }
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyKeyWrapper>> {
        self.wrap(args, kw, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.exact::<PyKeyWrapper>() else {
            return Err(cx.type_error(format_args!("other argument must be K instance")));
        };
        let (Some(a), Some(b)) = (self.object.own(), o.object.own()) else {
            return Err(cx.attribute_error(format_args!("object")));
        };
        let r = call::call(&self.cmp, &[&a, &b], cx)?;
        let zero = PyInt::new(0, cx)?;
        abstract_::rich_compare(&r, &zero, op, cx)
    }
    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj)"
    }
}
