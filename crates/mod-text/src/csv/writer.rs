//! `_csv.writer`: rows of objects as lines of text.

use super::dialect::*;
use super::fail;
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::types::str::StrBuf;
use taipan_object::{attr, call};

/// CSV writer
#[pytype(
    name = "_csv.writer", heap,
    gc,
    no_new,
    doc = "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.\n"
)]
#[repr(C)]
pub struct PyWriter {
    head: ObjHead,
    write: Field<Object>,
    dialect: Field<PyDialect>,
}

/// Whether the object counts as a number (`PyNumber_Check`).
fn is_number(o: &Object) -> bool {
    o.ty().number().is_some_and(|n| n.nb_index.get().is_some() || n.nb_int.get().is_some() || n.nb_float.get().is_some())
        || o.is_a::<taipan_object::types::complex::PyComplex>()
}

struct Line<'a> {
    with: &'a PyDialect,
    out: StrBuf,
    fields: usize,
}

impl Line<'_> {
    /// Append a field; `None` is the empty field of `None`.
    fn push(&mut self, field: Option<&PyStr>, quoted: bool, cx: &mut Cx) -> PyResult<()> {
        let d = self.with;
        if self.fields > 0 {
            self.out.push(d.delimiter);
        }
        self.fields += 1;
        let mut quoted = quoted;
        if field.is_none_or(PyStr::is_empty) && d.delimiter == u32::from(b' ') && d.skipinitialspace {
            if d.quoting == QUOTE_NONE || (field.is_none() && matches!(d.quoting, QUOTE_STRINGS | QUOTE_NOTNULL)) {
                return Err(fail(format_args!("empty field must be quoted if delimiter is a space and skipinitialspace is true"), cx));
            }
            quoted = true;
        }
        let mut text = StrBuf::new();
        if let Some(s) = field {
            let special = |c: u32| {
                c == d.delimiter || c == d.escapechar || c == d.quotechar || c == 10 || c == 13 || d.lineterminator.code_points().any(|l| l == c)
            };
            if !s.code_points().any(special) {
                text.push_str(s);
            } else {
                for c in s.code_points() {
                    if special(c) {
                        self.special(c, &mut text, &mut quoted, cx)?;
                    }
                    text.push(c);
                }
            }
        }
        if quoted {
            self.out.push(d.quotechar);
        }
        match (&mut self.out, &text) {
            (StrBuf::Narrow(v), StrBuf::Narrow(t)) => v.extend_from_slice(t),
            (out, StrBuf::Narrow(t)) => t.iter().for_each(|&c| out.push(u32::from(c))),
            (out, StrBuf::Wide(t)) => t.iter().for_each(|&c| out.push(c)),
        }
        if quoted {
            self.out.push(d.quotechar);
        }
        Ok(())
    }

    /// What comes in front of a character that cannot stand alone.
    fn special(&self, c: u32, text: &mut StrBuf, quoted: &mut bool, cx: &mut Cx) -> PyResult<()> {
        let d = self.with;
        let mut escape = d.quoting == QUOTE_NONE;
        if !escape {
            if c == d.quotechar {
                if d.doublequote {
                    text.push(d.quotechar);
                } else {
                    escape = true;
                }
            } else if c == d.escapechar {
                escape = true;
            }
            if !escape {
                *quoted = true;
            }
        }
        if escape {
            if d.escapechar == UNSET {
                return Err(fail(format_args!("need to escape, but no escapechar set"), cx));
            }
            text.push(d.escapechar);
        }
        Ok(())
    }
}

impl PyWriter {
    pub fn make(file: &Object, dialect: Option<&Object>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyWriter>> {
        let dialect = PyDialect::make(dialect, kw, cx)?;
        let write = attr::get_opt(file, name!(cx, "write"), cx)?.filter(|w| cx.is_callable(w));
        let Some(write) = write else {
            return Err(cx.type_error(format_args!("argument 1 must have a \"write\" method")));
        };
        cx.new_object(PyWriter { head: Object::placeholder(), write: Field::new(write), dialect: Field::new(dialect) })
    }

    fn row(&self, row: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let items = match iter::get_iter(row, cx) {
            Ok(it) => it,
            Err(r) => {
                cx.catch(r, exc::TypeError())?;
                return Err(fail(format_args!("iterable expected, not {}", row.ty().tp_name_str()), cx));
            }
        };
        let d: &PyDialect = &self.dialect;
        let mut line = Line { with: d, out: StrBuf::new(), fields: 0 };
        let mut last_is_none = false;
        while let Some(field) = iter::next(&items, cx)? {
            let quoted = match d.quoting {
                QUOTE_NONNUMERIC => !is_number(&field),
                QUOTE_ALL => true,
                QUOTE_STRINGS => field.is_a::<PyStr>(),
                QUOTE_NOTNULL => !field.is_none(),
                _ => false,
            };
            last_is_none = field.is_none();
            if let Some(s) = field.downcast::<PyStr>() {
                line.push(Some(s), quoted, cx)?;
            } else if last_is_none {
                line.push(None, quoted, cx)?;
            } else {
                let s = abstract_::str(&field, cx)?;
                line.push(Some(&s), quoted, cx)?;
            }
        }
        if line.fields > 0 && line.out.is_empty() {
            if d.quoting == QUOTE_NONE || (last_is_none && matches!(d.quoting, QUOTE_STRINGS | QUOTE_NOTNULL)) {
                return Err(fail(format_args!("single empty field record must be quoted"), cx));
            }
            line.fields -= 1;
            line.push(None, true, cx)?;
        }
        line.out.push_str(&d.lineterminator);
        let text = line.out.finish(cx)?;
        call::call(&self.write, &[&text], cx)
    }
}

#[pymethods]
impl PyWriter {
    /// Construct and write a CSV record from an iterable of fields.
    ///
    /// Non-string elements will be converted to string.
    #[method("writerow(row, /)")]
    fn writerow(&self, row: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.row(row, cx)
    }
    /// Construct and write a series of iterables to a csv file.
    ///
    /// Non-string elements will be converted to string.
    #[method("writerows(rows, /)")]
    fn writerows(&self, rows: &Object, cx: &mut Cx) -> PyResult<()> {
        let rows = iter::get_iter(rows, cx)?;
        while let Some(row) = iter::next(&rows, cx)? {
            drop(self.row(&row, cx)?);
        }
        Ok(())
    }
    #[getter("dialect")]
    fn get_dialect(&self) -> Own<PyDialect> {
        AsObject::new_ref(&*self.dialect)
    }
}
