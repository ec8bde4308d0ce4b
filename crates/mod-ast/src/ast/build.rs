//! Objects from a tree.

use super::classes::Classes;
use super::node::PyAst;
use taipan_object::attr;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::PyFrozenSet;
use taipan_object::types::{boolean, int, singletons};
use taipan_syntax::ast::{Build, ConstantValue, Identifier, Int, NodeInfo, PyString, Span};

pub struct Builder<'a> {
    pub classes: &'static Classes,
    pub cx: &'a mut Cx,
}

fn text(s: &PyString, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    match s.as_str() {
        Some(t) => PyStr::new(t, cx),
        None => PyStr::from_code_points(&s.code_points().collect::<Vec<_>>(), cx),
    }
}

fn integer(i: &Int, cx: &mut Cx) -> PyResult {
    match i {
        Int::Small(v) => PyInt::new(*v, cx).map(Own::into_object),
        Int::Big(b) => {
            let shown = format!("{}{}", if b.negative { "-" } else { "" }, b.digits);
            let shown = PyStr::new(&shown, cx)?;
            int::new::from_str(&shown, b.radix, cx).map(Own::into_object)
        }
    }
}

/// The object of a constant.
pub fn constant(c: &ConstantValue, cx: &mut Cx) -> PyResult {
    Ok(match c {
        ConstantValue::None => none().own(),
        ConstantValue::Bool(b) => boolean::from_bool(*b),
        ConstantValue::Ellipsis => singletons::ellipsis().own(),
        ConstantValue::Int(i) => integer(i, cx)?,
        ConstantValue::Float(f) => PyFloat::new(*f, cx)?.into_object(),
        ConstantValue::Complex { real, imag } => PyComplex::new(*real, *imag, cx)?.into_object(),
        ConstantValue::Str(s) => text(s, cx)?.into_object(),
        ConstantValue::Bytes(b) => PyBytes::new(b, cx)?.into_object(),
        ConstantValue::Tuple(v) => tuple(v, cx)?.into_object(),
        ConstantValue::FrozenSet(v) => {
            let t = tuple(v, cx)?;
            PyFrozenSet::from_iterable(&t, cx)?
        }
    })
}

fn tuple(v: &[ConstantValue], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let _deep = cx.enter_call(" during  ast construction")?;
    let items = v.iter().map(|c| constant(c, cx)).collect::<PyResult<Vec<_>>>()?;
    PyTuple::from_vec(items, cx)
}

impl Build for Builder<'_> {
    type Value = Own<Object>;
    type Error = Raised;

    fn enter(&mut self, _info: &'static NodeInfo) -> PyResult<()> {
        self.cx.enter_call(" during  ast construction").map(drop)
    }

    fn node(&mut self, info: &'static NodeInfo, fields: Vec<Own<Object>>, span: Option<Span>) -> PyResult {
        let classes = self.classes;
        let cx = &mut *self.cx;
        let class = classes.of(info, cx)?;
        let node = PyAst::alloc(class.ty(), cx)?;
        for (name, value) in class.fields.iter().zip(&fields) {
            attr::set(&node, name, Some(value), cx)?;
        }
        if let Some(s) = span {
            let numbers = [s.lineno, s.col_offset, s.end_lineno, s.end_col_offset];
            for (name, n) in classes.positions.iter().zip(numbers) {
                let n = PyInt::new(n.into(), cx)?;
                attr::set(&node, name, Some(&n), cx)?;
            }
        }
        Ok(node)
    }

    fn tag(&mut self, info: &'static NodeInfo) -> PyResult {
        let class = self.classes.of(info, self.cx)?;
        match &class.tag {
            Some(t) => Ok(t.clone()),
            None => PyAst::alloc(class.ty(), self.cx),
        }
    }

    fn list(&mut self, items: Vec<Own<Object>>) -> PyResult {
        PyList::from_vec(items, self.cx).map(Own::into_object)
    }

    fn none(&mut self) -> PyResult {
        Ok(none().own())
    }

    fn identifier(&mut self, value: &Identifier) -> PyResult {
        PyStr::new_interned(value, self.cx).map(Own::into_object)
    }

    fn string(&mut self, value: &PyString) -> PyResult {
        text(value, self.cx).map(Own::into_object)
    }

    fn int(&mut self, value: i32) -> PyResult {
        PyInt::new(value.into(), self.cx).map(Own::into_object)
    }

    fn constant(&mut self, value: &ConstantValue) -> PyResult {
        constant(value, self.cx)
    }
}
