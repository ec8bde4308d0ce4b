//! `sqlite3.Row`: a row whose columns also have names.

use crate::cursor::PyCursor;
use taipan_object::abstract_::{self, iter, number};
use taipan_object::prelude::*;
use taipan_object::types::slice::PySlice;
use taipan_object::types::tuple::PyTuple;

/// Rows, as `row_factory` makes them.
#[pytype(name = "sqlite3.Row", gc, basetype, doc = "")]
#[repr(C)]
pub struct PyRow {
    head: ObjHead,
    data: Field<PyTuple>,
    description: Field<Object>,
}

impl PyRow {
    fn name(&self, i: usize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(d) = self.description.downcast::<PyTuple>().and_then(|d| d.get(i)) else { return Ok(None) };
        match d.downcast::<PyTuple>() {
            Some(t) => Ok(t.get(0).map(|n| n.own())),
            None => abstract_::sequence::get(&d.own(), 0, cx).map(Some),
        }
    }
}

#[pymethods]
impl PyRow {
    #[new("Row(cursor, data, /)", nosig)]
    fn new(cls: &PyType, cursor: &Object, data: &Object, cx: &mut Cx) -> PyResult<Own<PyRow>> {
        let Some(c) = cursor.downcast::<PyCursor>() else {
            let ty = cursor.ty().tp_name_str();
            return Err(cx.type_error(format_args!("Row() argument 1 must be sqlite3.Cursor, not {ty}")));
        };
        let Some(data) = data.downcast::<PyTuple>() else {
            let ty = data.ty().tp_name_str();
            return Err(cx.type_error(format_args!("Row() argument 2 must be tuple, not {ty}")));
        };
        let description = c.description_own();
        cx.new_object_of(cls, PyRow { head: Object::placeholder(), data: Field::new(data.new_ref()), description: Field::new(description) })
    }
    /// Returns the keys of the row.
    #[method("keys()")]
    fn keys(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let out = PyList::new(cx)?;
        let n = self.description.downcast::<PyTuple>().map_or(0, |d| d.len());
        for i in 0..n {
            if let Some(name) = self.name(i, cx)? {
                out.push(name, cx)?;
            }
        }
        Ok(out)
    }
    #[slot(sq_length, mp_length)]
    fn len(&self) -> usize {
        self.data.len()
    }
    #[slot(mp_subscript)]
    fn get(&self, key: &Object, cx: &mut Cx) -> PyResult {
        if key.is_a::<PyInt>() {
            let i = number::index_as_isize(key, exc::IndexError(), cx)?;
            let i = if i < 0 { i + self.data.len() as isize } else { i };
            return match usize::try_from(i).ok().and_then(|i| self.data.get(i)) {
                Some(v) => Ok(v.own()),
                None => Err(cx.index_error(format_args!("tuple index out of range"))),
            };
        }
        if let Some(key) = key.downcast::<PyStr>() {
            let n = self.description.downcast::<PyTuple>().map_or(0, |d| d.len());
            for i in 0..n {
                let Some(name) = self.name(i, cx)? else { continue };
                let Some(name) = name.downcast::<PyStr>() else { continue };
                if name.eq_str(key) || both_ascii_equal(name, key) {
                    return match self.data.get(i) {
                        Some(v) => Ok(v.own()),
                        None => Err(cx.index_error(format_args!("tuple index out of range"))),
                    };
                }
            }
            let shown = abstract_::repr(key.as_object(), cx)?;
            return Err(cx.index_error(format_args!("No item with key {shown}")));
        }
        if key.is_a::<PySlice>() {
            return abstract_::get_item(self.data.as_object(), key, cx);
        }
        Err(cx.index_error(format_args!("Index must be int or string")))
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult {
        match usize::try_from(i).ok().and_then(|i| self.data.get(i)) {
            Some(v) => Ok(v.own()),
            None => Err(cx.index_error(format_args!("tuple index out of range"))),
        }
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult {
        iter::get_iter(self.data.as_object(), cx)
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        Ok(abstract_::hash(&self.description, cx)? ^ abstract_::hash(self.data.as_object(), cx)?)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
        if op != CmpOp::Eq && op != CmpOp::Ne {
            return Ok(not_implemented().own());
        }
        let Some(other) = other.downcast::<PyRow>() else { return Ok(not_implemented().own()) };
        let same = abstract_::eq(&self.description, &other.description, cx)? && abstract_::eq(self.data.as_object(), other.data.as_object(), cx)?;
        Ok(taipan_object::types::boolean::from_bool(same == (op == CmpOp::Eq)))
    }
}

/// Whether both names are ASCII and equal but for case.
fn both_ascii_equal(a: &PyStr, b: &PyStr) -> bool {
    matches!((a.as_ascii(), b.as_ascii()), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}
