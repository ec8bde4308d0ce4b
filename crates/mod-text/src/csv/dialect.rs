//! `_csv.Dialect`: the checked set of format parameters.

use super::registered;
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr};

pub const QUOTE_MINIMAL: i32 = 0;
pub const QUOTE_ALL: i32 = 1;
pub const QUOTE_NONNUMERIC: i32 = 2;
pub const QUOTE_NONE: i32 = 3;
pub const QUOTE_STRINGS: i32 = 4;
pub const QUOTE_NOTNULL: i32 = 5;

/// A character that is not set.
pub const UNSET: u32 = u32::MAX;

const NAMES: [&str; 9] =
    ["dialect", "delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"];

/// CSV dialect
#[pytype(name = "_csv.Dialect", heap, basetype, gc, doc = "CSV dialect\n\nThe Dialect type records CSV parsing and generation options.\n")]
#[repr(C)]
pub struct PyDialect {
    head: ObjHead,
    #[member("doublequote", ty = Py_T_BOOL, readonly)]
    pub doublequote: bool,
    #[member("skipinitialspace", ty = Py_T_BOOL, readonly)]
    pub skipinitialspace: bool,
    #[member("strict", ty = Py_T_BOOL, readonly)]
    pub strict: bool,
    pub quoting: i32,
    pub delimiter: u32,
    pub quotechar: u32,
    pub escapechar: u32,
    pub lineterminator: Field<PyStr>,
}

fn one_char(name: &str, o: &Object, or_none: &str, cx: &mut Cx) -> PyResult<u32> {
    let Some(s) = o.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("\"{name}\" must be a unicode character{or_none}, not {}", o.ty().tp_name_str())));
    };
    match s.len() {
        1 => Ok(s.code_point(0)),
        n => Err(cx.type_error(format_args!("\"{name}\" must be a unicode character{or_none}, not a string of length {n}"))),
    }
}

fn char_or_none(name: &str, o: &Object, cx: &mut Cx) -> PyResult<u32> {
    if o.is_none() { Ok(UNSET) } else { one_char(name, o, " or None", cx) }
}

fn checked(name: &str, c: u32, space_is_fine: bool, line: &PyStr, cx: &mut Cx) -> PyResult<()> {
    if c == u32::from(b'\r') || c == u32::from(b'\n') || (c == u32::from(b' ') && !space_is_fine) {
        return Err(cx.value_error(format_args!("bad {name} value")));
    }
    if c != UNSET && line.code_points().any(|l| l == c) {
        return Err(cx.value_error(format_args!("bad {name} or lineterminator value")));
    }
    Ok(())
}

fn distinct(a: (&str, u32), b: (&str, u32), cx: &mut Cx) -> PyResult<()> {
    if a.1 == b.1 && a.1 != UNSET {
        return Err(cx.value_error(format_args!("bad {} or {} value", a.0, b.0)));
    }
    Ok(())
}

impl PyDialect {
    /// What `dialect` (a name, an instance, a class or nothing) and the keywords describe.
    pub fn make(dialect: Option<&Object>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDialect>> {
        let mut given: [Option<&Object>; 9] = [None; 9];
        given[0] = dialect;
        PyDialect::fill(PyDialect::ty(), given, kw, cx)
    }

    fn fill<'a>(cls: &PyType, mut given: [Option<&'a Object>; 9], kw: Kwargs<'a>, cx: &mut Cx) -> PyResult<Own<PyDialect>> {
        for (name, value) in kw.iter() {
            let at = name.downcast::<PyStr>().and_then(|n| NAMES.iter().position(|known| n.eq_text(known)));
            match at {
                Some(i) if given[i].is_none() => given[i] = Some(value),
                Some(i) => return Err(cx.type_error(format_args!("argument for function given by name ('{}') and position ({})", NAMES[i], i + 1))),
                None => {
                    let name = abstract_::str(name, cx)?;
                    return Err(cx.type_error(format_args!("this function got an unexpected keyword argument '{name}'")));
                }
            }
        }
        let base = match given[0] {
            None => None,
            Some(d) if d.is_a::<PyStr>() => Some(registered(d, cx)?),
            Some(d) => Some(d.own()),
        };
        if let Some(d) = &base {
            if given[1..].iter().all(Option::is_none) && cls.as_object().is(PyDialect::ty().as_object()) {
                if let Some(d) = d.exact::<PyDialect>() {
                    return Ok(AsObject::new_ref(d));
                }
            }
        }
        let mut values: [Option<Own<Object>>; 9] = given.map(|g| g.map(Object::own));
        if let Some(d) = &base {
            for (i, v) in values.iter_mut().enumerate().skip(1) {
                if v.is_none() {
                    match attr::get_text(d, NAMES[i], cx) {
                        Ok(o) => *v = Some(o),
                        Err(r) => cx.discard(r),
                    }
                }
            }
        }
        PyDialect::checked(cls, &values, cx)
    }

    fn checked(cls: &PyType, values: &[Option<Own<Object>>; 9], cx: &mut Cx) -> PyResult<Own<PyDialect>> {
        let get = |i: usize| values[i].as_deref();
        let truth = |i: usize, default: bool, cx: &mut Cx| get(i).map_or(Ok(default), |o| abstract_::is_true(o, cx));
        let delimiter = get(1).map_or(Ok(u32::from(b',')), |o| one_char("delimiter", o, "", cx))?;
        let doublequote = truth(2, true, cx)?;
        let escapechar = get(3).map_or(Ok(UNSET), |o| char_or_none("escapechar", o, cx))?;
        let lineterminator = match get(4) {
            None => PyStr::new("\r\n", cx)?,
            Some(o) => match o.downcast::<PyStr>() {
                Some(s) => AsObject::new_ref(s),
                None => return Err(cx.type_error(format_args!("\"lineterminator\" must be a string, not {}", o.ty().tp_name_str()))),
            },
        };
        let quotechar = get(5).map_or(Ok(u32::from(b'"')), |o| char_or_none("quotechar", o, cx))?;
        let mut quoting = match get(6) {
            None => QUOTE_MINIMAL,
            Some(o) => match o.exact::<PyInt>() {
                Some(i) => i.to_i64().and_then(|n| i32::try_from(n).ok()).unwrap_or(-1),
                None => return Err(cx.type_error(format_args!("\"quoting\" must be an integer, not {}", o.ty().tp_name_str()))),
            },
        };
        let skipinitialspace = truth(7, false, cx)?;
        let strict = truth(8, false, cx)?;
        if !(QUOTE_MINIMAL..=QUOTE_NOTNULL).contains(&quoting) {
            return Err(cx.type_error(format_args!("bad \"quoting\" value")));
        }
        if get(5).is_some_and(Object::is_none) && get(6).is_none() {
            quoting = QUOTE_NONE;
        }
        if quoting != QUOTE_NONE && quotechar == UNSET {
            return Err(cx.type_error(format_args!("quotechar must be set if quoting enabled")));
        }
        checked("delimiter", delimiter, true, &lineterminator, cx)?;
        checked("escapechar", escapechar, !skipinitialspace, &lineterminator, cx)?;
        checked("quotechar", quotechar, !skipinitialspace, &lineterminator, cx)?;
        distinct(("delimiter", delimiter), ("escapechar", escapechar), cx)?;
        distinct(("delimiter", delimiter), ("quotechar", quotechar), cx)?;
        distinct(("escapechar", escapechar), ("quotechar", quotechar), cx)?;
        let head = Object::placeholder();
        let lineterminator = Field::new(lineterminator);
        cx.new_object_of(cls, PyDialect { head, doublequote, skipinitialspace, strict, quoting, delimiter, quotechar, escapechar, lineterminator })
    }
}

fn shown(c: u32, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
    if c == UNSET { Ok(None) } else { PyStr::from_code_points(&[c], cx).map(Some) }
}

#[pymethods]
impl PyDialect {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDialect>> {
        let mut given: [Option<&Object>; 9] = [None; 9];
        if args.len() > 9 {
            return Err(cx.type_error(format_args!("function takes at most 9 arguments ({} given)", args.len())));
        }
        for (slot, a) in given.iter_mut().zip(args.0) {
            *slot = Some(a);
        }
        PyDialect::fill(cls, given, kw, cx)
    }
    #[getter("delimiter")]
    fn get_delimiter(&self, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        shown(self.delimiter, cx)
    }
    #[getter("escapechar")]
    fn get_escapechar(&self, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        shown(self.escapechar, cx)
    }
    #[getter("quotechar")]
    fn get_quotechar(&self, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        shown(self.quotechar, cx)
    }
    #[getter("lineterminator")]
    fn get_lineterminator(&self) -> Own<PyStr> {
        AsObject::new_ref(&*self.lineterminator)
    }
    #[getter("quoting")]
    fn get_quoting(&self) -> i32 {
        self.quoting
    }
    /// raises an exception to avoid pickling
    #[method("__reduce__(*args)", nosig)]
    fn reduce(&self, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("cannot pickle '{}' instances", self.ty().name())))
    }
    /// raises an exception to avoid pickling
    #[method("__reduce_ex__(*args)", nosig)]
    fn reduce_ex(&self, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("cannot pickle '{}' instances", self.ty().name())))
    }
}
