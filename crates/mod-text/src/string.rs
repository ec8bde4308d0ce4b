//! The module `_string`: format strings taken apart for `string.Formatter`.

use std::cell::{Cell, RefCell};
use taipan_algo_float::template::{self, Field as Place, First, Piece, Step, Template, TemplateError};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::str::Units;

fn bad(e: TemplateError, cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("{}", e.message()))
}

/// Run one body for whichever kind the string has.
macro_rules! by_units {
    ($s:expr, $u:ident => $body:expr) => {
        match $s.units() {
            Units::Ascii($u) | Units::Latin1($u) => $body,
            Units::Ucs2($u) => $body,
            Units::Ucs4($u) => $body,
        }
    };
}

fn expect_str<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyStr> {
    match o.downcast::<PyStr>() {
        Some(s) => Ok(s),
        None => Err(cx.type_error(format_args!("expected str, got {}", o.ty().tp_name_str()))),
    }
}

/// Pairs of literal text and field.
#[pytype(name = "formatteriterator", gc, no_new)]
#[repr(C)]
pub struct PyFormatterIter {
    head: ObjHead,
    text: Field<PyStr>,
    #[gc(skip)]
    pieces: RefCell<std::vec::IntoIter<Result<Piece, TemplateError>>>,
}

#[pymethods]
impl PyFormatterIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let piece = self.pieces.borrow_mut().next();
        let piece = match piece {
            None => return Ok(None),
            Some(Err(e)) => return Err(bad(e, cx)),
            Some(Ok(p)) => p,
        };
        let literal = self.text.slice(piece.literal.start, piece.literal.end, cx)?;
        let Some(Place { name, spec, conversion, .. }) = piece.field else {
            return PyTuple::from_slice(&[&literal, none(), none(), none()], cx).map(Some);
        };
        let name = self.text.slice(name.start, name.end, cx)?;
        let spec = self.text.slice(spec.start, spec.end, cx)?;
        let conversion = if conversion == 0 { none().own() } else { PyStr::from_code_points(&[conversion], cx)?.into_object() };
        PyTuple::from_slice(&[&literal, &name, &spec, &conversion], cx).map(Some)
    }
}

/// The steps of a field name: (is it an attribute, name or index).
#[pytype(name = "fieldnameiterator", gc, no_new)]
#[repr(C)]
pub struct PyFieldNameIter {
    head: ObjHead,
    text: Field<PyStr>,
    #[gc(skip)]
    steps: RefCell<std::vec::IntoIter<Result<Step, TemplateError>>>,
    #[gc(skip)]
    done: Cell<bool>,
}

#[pymethods]
impl PyFieldNameIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let step = if self.done.get() { None } else { self.steps.borrow_mut().next() };
        let (attribute, what) = match step {
            None => return Ok(None),
            Some(Err(e)) => {
                self.done.set(true);
                return Err(bad(e, cx));
            }
            Some(Ok(Step::Attribute(r))) => (true, self.text.slice(r.start, r.end, cx)?.into_object()),
            Some(Ok(Step::Key(r))) => (false, self.text.slice(r.start, r.end, cx)?.into_object()),
            Some(Ok(Step::Index(i))) => (false, PyInt::new(i as i64, cx)?.into_object()),
        };
        PyTuple::from_slice(&[&from_bool(attribute), &what], cx).map(Some)
    }
}

/// The module.
#[pymodule(name = "_string", doc = "string helper module")]
mod functions {
    use super::*;

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyFormatterIter::SPEC, cx)?;
        taipan_object::typeobj::ready_static(PyFieldNameIter::SPEC, cx)
    }

    /// parse the argument as a format string
    #[function("formatter_parser(object, /)")]
    fn formatter_parser(object: &Object, cx: &mut Cx) -> PyResult<Own<PyFormatterIter>> {
        let s = expect_str(object, cx)?;
        let pieces: Vec<_> = by_units!(s, u => Template::new(u).collect());
        cx.new_object(PyFormatterIter { head: Object::placeholder(), text: Field::new(s.new_ref()), pieces: RefCell::new(pieces.into_iter()) })
    }

    /// split the argument as a field name
    #[function("formatter_field_name_split(object, /)")]
    fn formatter_field_name_split(object: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = expect_str(object, cx)?;
        let split = by_units!(s, u => template::split_name(u, 0..s.len()).map(|(first, path)| (first, path.collect::<Vec<_>>())));
        let (first, steps) = split.map_err(|e| bad(e, cx))?;
        let first = match first {
            First::Empty => PyStr::new("", cx)?.into_object(),
            First::Index(i) => PyInt::new(i as i64, cx)?.into_object(),
            First::Name(r) => s.slice(r.start, r.end, cx)?.into_object(),
        };
        let path = cx.new_object(PyFieldNameIter {
            head: Object::placeholder(),
            text: Field::new(s.new_ref()),
            steps: RefCell::new(steps.into_iter()),
            done: Cell::new(false),
        })?;
        PyTuple::from_slice(&[&first, &path], cx)
    }
}

pub use functions::MODULE;
