//! `_csv.reader`: a state machine over the characters of lines.

use super::dialect::*;
use super::{State as Module, fail};
use std::cell::Cell;
use taipan_object::abstract_::iter;
use taipan_object::prelude::*;
use taipan_object::types::float::{self, PyFloat};
use taipan_object::types::str::StrBuf;

/// The end of a line, as a character.
const EOL: u32 = u32::MAX - 1;

#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapeInQuoted,
    QuoteInQuoted,
    EatNewline,
    AfterEscapedNewline,
}

/// CSV reader
#[pytype(
    name = "_csv.reader", heap,
    gc,
    no_new,
    doc = "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n"
)]
#[repr(C)]
pub struct PyReader {
    head: ObjHead,
    lines: Field<Object>,
    dialect: Field<PyDialect>,
    #[member("line_num", ty = Py_T_LONG, readonly)]
    line_num: Cell<i64>,
    /// How many rows were begun: the iterator may come back to this reader, and then the row it was asked for is not the latest.
    rows: Cell<u64>,
}

/// What is known while one row is read.
struct Row<'a> {
    with: &'a PyDialect,
    state: State,
    fields: Own<PyList>,
    field: StrBuf,
    /// Whether the field so far had no quotes.
    unquoted: bool,
    field_max: i64,
}

impl Row<'_> {
    fn save(&mut self, cx: &mut Cx) -> PyResult<()> {
        let text = std::mem::take(&mut self.field);
        let quoting = self.with.quoting;
        let v = if self.unquoted && text.is_empty() && matches!(quoting, QUOTE_NOTNULL | QUOTE_STRINGS) {
            taipan_object::types::none().own()
        } else if self.unquoted && !text.is_empty() && matches!(quoting, QUOTE_NONNUMERIC | QUOTE_STRINGS) {
            let s = text.finish(cx)?;
            PyFloat::new(float::new::from_str(&s, cx)?, cx)?.into_object()
        } else {
            text.finish(cx)?.into_object()
        };
        self.unquoted = true;
        self.fields.push(v, cx)
    }

    #[inline]
    fn add(&mut self, c: u32, cx: &mut Cx) -> PyResult<()> {
        if self.field.len() as i64 >= self.field_max {
            return Err(fail(format_args!("field larger than field limit ({})", self.field_max), cx));
        }
        self.field.push(c);
        Ok(())
    }

    fn end_field(&mut self, c: u32, cx: &mut Cx) -> PyResult<()> {
        self.save(cx)?;
        self.state = if c == EOL { State::StartRecord } else { State::EatNewline };
        Ok(())
    }

    fn take(&mut self, mut c: u32, cx: &mut Cx) -> PyResult<()> {
        let d = self.with;
        let newline = c == u32::from(b'\n') || c == u32::from(b'\r');
        match self.state {
            State::StartRecord | State::StartField => {
                if self.state == State::StartRecord {
                    if c == EOL {
                        return Ok(());
                    }
                    if newline {
                        self.state = State::EatNewline;
                        return Ok(());
                    }
                    self.state = State::StartField;
                }
                if newline || c == EOL {
                    self.end_field(c, cx)?;
                } else if c == d.quotechar && d.quoting != QUOTE_NONE {
                    self.unquoted = false;
                    self.state = State::InQuoted;
                } else if c == d.escapechar {
                    self.state = State::Escaped;
                } else if c == u32::from(b' ') && d.skipinitialspace {
                } else if c == d.delimiter {
                    self.save(cx)?;
                } else {
                    self.add(c, cx)?;
                    self.state = State::InField;
                }
            }
            State::Escaped => {
                if newline {
                    self.add(c, cx)?;
                    self.state = State::AfterEscapedNewline;
                } else {
                    self.add(if c == EOL { u32::from(b'\n') } else { c }, cx)?;
                    self.state = State::InField;
                }
            }
            State::AfterEscapedNewline if c == EOL => {}
            State::AfterEscapedNewline | State::InField => {
                self.state = State::InField;
                if newline || c == EOL {
                    self.end_field(c, cx)?;
                } else if c == d.escapechar {
                    self.state = State::Escaped;
                } else if c == d.delimiter {
                    self.save(cx)?;
                    self.state = State::StartField;
                } else {
                    self.add(c, cx)?;
                }
            }
            State::InQuoted => {
                if c == EOL {
                } else if c == d.escapechar {
                    self.state = State::EscapeInQuoted;
                } else if c == d.quotechar && d.quoting != QUOTE_NONE {
                    self.state = if d.doublequote { State::QuoteInQuoted } else { State::InField };
                } else {
                    self.add(c, cx)?;
                }
            }
            State::EscapeInQuoted => {
                if c == EOL {
                    c = u32::from(b'\n');
                }
                self.add(c, cx)?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => {
                if d.quoting != QUOTE_NONE && c == d.quotechar {
                    self.add(c, cx)?;
                    self.state = State::InQuoted;
                } else if c == d.delimiter {
                    self.save(cx)?;
                    self.state = State::StartField;
                } else if newline || c == EOL {
                    self.end_field(c, cx)?;
                } else if !d.strict {
                    self.add(c, cx)?;
                    self.state = State::InField;
                } else {
                    let show = |c: u32| char::from_u32(c).unwrap_or('\u{fffd}');
                    return Err(fail(format_args!("'{}' expected after '{}'", show(d.delimiter), show(d.quotechar)), cx));
                }
            }
            State::EatNewline => {
                if newline {
                } else if c == EOL {
                    self.state = State::StartRecord;
                } else {
                    let msg = "new-line character seen in unquoted field - do you need to open the file with newline=''?";
                    return Err(fail(format_args!("{msg}"), cx));
                }
            }
        }
        Ok(())
    }

    /// Characters of `units` from `at` on that simply belong to the field.
    fn plain(&mut self, units: &[u8], at: usize) -> usize {
        let d = self.with;
        let special = |c: u32| c == d.delimiter || c == d.escapechar || c == 10 || c == 13;
        let rest = &units[at..];
        let n = match self.state {
            State::InField => rest.iter().position(|&c| special(u32::from(c))),
            State::InQuoted => rest.iter().position(|&c| u32::from(c) == d.quotechar || u32::from(c) == d.escapechar),
            _ => Some(0),
        };
        let n = n.unwrap_or(rest.len());
        let room = usize::try_from(self.field_max).unwrap_or(0).saturating_sub(self.field.len());
        if n > room {
            return 0;
        }
        match &mut self.field {
            StrBuf::Narrow(v) => v.extend_from_slice(&rest[..n]),
            StrBuf::Wide(v) => v.extend(rest[..n].iter().map(|&b| u32::from(b))),
        }
        n
    }

    fn line(&mut self, line: &PyStr, cx: &mut Cx) -> PyResult<()> {
        use taipan_object::types::str::Units;
        match line.units() {
            Units::Ascii(u) | Units::Latin1(u) => {
                let mut at = 0;
                while at < u.len() {
                    at += self.plain(u, at);
                    if let Some(&c) = u.get(at) {
                        self.take(u32::from(c), cx)?;
                        at += 1;
                    }
                }
            }
            _ => {
                for c in line.code_points() {
                    self.take(c, cx)?;
                }
            }
        }
        self.take(EOL, cx)
    }
}

impl PyReader {
    pub fn make(lines: &Object, dialect: Option<&Object>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyReader>> {
        let lines = iter::get_iter(lines, cx)?;
        let dialect = PyDialect::make(dialect, kw, cx)?;
        let (lines, dialect) = (Field::new(lines), Field::new(dialect));
        cx.new_object(PyReader { head: Object::placeholder(), lines, dialect, line_num: Cell::new(0), rows: Cell::new(0) })
    }
}

#[pymethods]
impl PyReader {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyList>>> {
        let field_max = cx.state::<Module>().field_max.get();
        let fields = PyList::new(cx)?;
        let mut row = Row { with: &self.dialect, state: State::StartRecord, fields, field: StrBuf::new(), unquoted: true, field_max };
        let turn = self.rows.get() + 1;
        self.rows.set(turn);
        loop {
            let line = iter::next(&self.lines, cx)?;
            if self.rows.get() != turn {
                return Err(fail(format_args!("iterator has already advanced the reader"), cx));
            }
            let Some(line) = line else {
                if row.field.is_empty() && row.state != State::InQuoted {
                    return Ok(None);
                }
                if row.with.strict {
                    return Err(fail(format_args!("unexpected end of data"), cx));
                }
                row.save(cx)?;
                break;
            };
            let Some(line) = line.downcast::<PyStr>() else {
                return Err(fail(
                    format_args!("iterator should return strings, not {} (the file should be opened in text mode)", line.ty().tp_name_str()),
                    cx,
                ));
            };
            self.line_num.set(self.line_num.get() + 1);
            row.line(line, cx)?;
            if row.state == State::StartRecord {
                break;
            }
        }
        Ok(Some(row.fields))
    }
    #[getter("dialect")]
    fn get_dialect(&self) -> Own<PyDialect> {
        AsObject::new_ref(&*self.dialect)
    }
}
