//! `_json.Scanner` (`json.scanner.make_scanner`): one JSON value from a string.

use super::strings::{self, Unit};
use super::{decode_error, wanted};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::float::{self, PyFloat};
use taipan_object::types::int;
use taipan_object::types::str::Units;
use taipan_object::{abstract_, attr, call};

/// JSON scanner object
#[pytype(name = "_json.Scanner", heap, mutable, gc, doc = "JSON scanner object")]
#[repr(C)]
pub struct PyScanner {
    head: ObjHead,
    #[member("strict", ty = Py_T_BOOL, readonly)]
    strict: bool,
    #[member("object_hook", readonly)]
    object_hook: Field<Object>,
    #[member("object_pairs_hook", readonly)]
    object_pairs_hook: Field<Object>,
    #[member("parse_float", readonly)]
    parse_float: Field<Object>,
    #[member("parse_int", readonly)]
    parse_int: Field<Object>,
    #[member("parse_constant", readonly)]
    parse_constant: Field<Object>,
}

#[pymethods]
impl PyScanner {
    #[new("make_scanner(context)", nosig)]
    fn new(cls: &PyType, context: &Object, cx: &mut Cx) -> PyResult<Own<PyScanner>> {
        let strict = attr::get(context, name!(cx, "strict"), cx)?;
        let strict = abstract_::is_true(&strict, cx)?;
        let object_hook = Field::new(attr::get(context, name!(cx, "object_hook"), cx)?);
        let object_pairs_hook = Field::new(attr::get(context, name!(cx, "object_pairs_hook"), cx)?);
        let parse_float = Field::new(attr::get(context, name!(cx, "parse_float"), cx)?);
        let parse_int = Field::new(attr::get(context, name!(cx, "parse_int"), cx)?);
        let parse_constant = Field::new(attr::get(context, name!(cx, "parse_constant"), cx)?);
        let head = Object::placeholder();
        cx.new_object_of(cls, PyScanner { head, strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant })
    }

    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        kw.only("scan_once", &["string", "idx"], cx)?;
        if args.len() + kw.len() > 2 {
            return Err(cx.type_error(format_args!("scan_once() takes at most 2 arguments ({} given)", args.len() + kw.len())));
        }
        let missing = |name: &str, pos: usize, cx: &mut Cx| cx.type_error(format_args!("scan_once() missing required argument '{name}' (pos {pos})"));
        let Some(string) = args.first().copied().or(kw.get("string")) else { return Err(missing("string", 1, cx)) };
        let Some(idx) = args.get(1).copied().or(kw.get("idx")) else { return Err(missing("idx", 2, cx)) };
        let idx = number::index_as_isize(idx, exc::OverflowError(), cx)?;
        let doc = wanted(string, cx)?;
        let Ok(idx) = usize::try_from(idx) else {
            return Err(cx.value_error(format_args!("idx cannot be negative")));
        };
        let (value, next) = match doc.units() {
            Units::Ascii(u) | Units::Latin1(u) => Scan::new(self, doc, u).value(idx, cx)?,
            Units::Ucs2(u) => Scan::new(self, doc, u).value(idx, cx)?,
            Units::Ucs4(u) => Scan::new(self, doc, u).value(idx, cx)?,
        };
        let next = PyInt::new(next as i64, cx)?;
        PyTuple::from_slice(&[&value, &next], cx)
    }
}

/// Most keys that room is made for ahead.
const ROOM_MAX: usize = 16;
/// Number of keys remembered in front of the memo.
const RECENT: usize = 64;

/// One run over a document.
struct Scan<'a, T: Unit> {
    with: &'a PyScanner,
    doc: &'a PyStr,
    units: &'a [T],
    /// Keys seen lately, by a hash of their units, with where they stand in the document.
    recent: Vec<Option<(usize, usize, Own<PyStr>)>>,
    /// All keys seen: equal keys are one object.
    memo: Option<Own<PyDict>>,
    /// How many keys the last object had, at most `ROOM_MAX`.
    keys_last: usize,
    float_is_plain: bool,
    int_is_plain: bool,
}

#[cold]
fn stop(idx: usize, cx: &mut Cx) -> Raised {
    match PyInt::new(idx as i64, cx) {
        Ok(i) => cx.raise_arg(exc::StopIteration(), &i),
        Err(r) => r,
    }
}

type Found = PyResult<(Own<Object>, usize)>;

impl<'a, T: Unit> Scan<'a, T> {
    fn new(with: &'a PyScanner, doc: &'a PyStr, units: &'a [T]) -> Self {
        let float_is_plain = with.parse_float.is(PyFloat::ty().as_object());
        let int_is_plain = with.parse_int.is(PyInt::ty().as_object());
        Scan { with, doc, units, recent: Vec::new(), memo: None, keys_last: 0, float_is_plain, int_is_plain }
    }

    #[inline]
    fn at(&self, i: usize) -> u8 {
        self.units.get(i).map_or(0, |&c| u8::try_from(c.into()).unwrap_or(0xFF))
    }

    #[inline]
    fn skip_space(&self, mut i: usize) -> usize {
        while matches!(self.at(i), b' ' | b'\t' | b'\n' | b'\r') {
            i += 1;
        }
        i
    }

    fn is_word(&self, i: usize, word: &str) -> bool {
        self.units.get(i..i + word.len()).is_some_and(|u| u.iter().zip(word.bytes()).all(|(&u, b)| u.into() == u32::from(b)))
    }

    fn error<R>(&self, msg: &str, at: usize, cx: &mut Cx) -> PyResult<R> {
        Err(decode_error(msg, self.doc, at, cx))
    }

    /// The value at `i`, and where it ends.
    fn value(&mut self, i: usize, cx: &mut Cx) -> Found {
        match self.at(i) {
            b'"' => {
                let (s, next) = strings::scan(self.doc, self.units, i + 1, self.with.strict, cx)?;
                Ok((s.into_object(), next))
            }
            b'{' => {
                let _guard = cx.enter_call(" while decoding a JSON object from a unicode string")?;
                self.object(i + 1, cx)
            }
            b'[' => {
                let _guard = cx.enter_call(" while decoding a JSON array from a unicode string")?;
                self.array(i + 1, cx)
            }
            b'n' if self.is_word(i, "null") => Ok((taipan_object::types::none().own(), i + 4)),
            b't' if self.is_word(i, "true") => Ok((from_bool(true), i + 4)),
            b'f' if self.is_word(i, "false") => Ok((from_bool(false), i + 5)),
            b'N' if self.is_word(i, "NaN") => self.constant("NaN", i, cx),
            b'I' if self.is_word(i, "Infinity") => self.constant("Infinity", i, cx),
            b'-' if self.is_word(i, "-Infinity") => self.constant("-Infinity", i, cx),
            b'-' | b'0'..=b'9' => self.number(i, cx),
            _ => Err(stop(i, cx)),
        }
    }

    fn constant(&self, word: &str, i: usize, cx: &mut Cx) -> Found {
        let s = PyStr::new(word, cx)?;
        Ok((call::call(&self.with.parse_constant, &[&s], cx)?, i + word.len()))
    }

    fn number(&self, start: usize, cx: &mut Cx) -> Found {
        let digits = |mut i: usize| {
            while self.at(i).is_ascii_digit() {
                i += 1;
            }
            i
        };
        let first = start + usize::from(self.at(start) == b'-');
        let mut end = match self.at(first) {
            b'0' => first + 1,
            b'1'..=b'9' => digits(first),
            _ => return Err(stop(start, cx)),
        };
        let mut is_float = false;
        if self.at(end) == b'.' && self.at(end + 1).is_ascii_digit() {
            is_float = true;
            end = digits(end + 1);
        }
        if matches!(self.at(end), b'e' | b'E') {
            let from = end + 1 + usize::from(matches!(self.at(end + 1), b'-' | b'+'));
            let to = digits(from);
            if to > from {
                is_float = true;
                end = to;
            }
        }
        let units = &self.units[start..end];
        let plain = if is_float { self.float_is_plain } else { self.int_is_plain };
        if !plain {
            let text = T::text(units, cx)?;
            let f = if is_float { &self.with.parse_float } else { &self.with.parse_int };
            return Ok((call::call(f, &[&text], cx)?, end));
        }
        if !is_float && units.len() <= 18 {
            let n = self.units[first..end].iter().fold(0i64, |n, &c| n * 10 + i64::from(c.into()) - i64::from(b'0'));
            let n = if first > start { -n } else { n };
            return Ok((PyInt::new(n, cx)?.into_object(), end));
        }
        if is_float {
            let ascii: Vec<u8> = units.iter().map(|&c| c.into() as u8).collect();
            if let Some(x) = taipan_algo_float::parse_float(&ascii) {
                return Ok((PyFloat::new(x, cx)?.into_object(), end));
            }
        }
        let text = T::text(units, cx)?;
        let v = if is_float { PyFloat::new(float::new::from_str(&text, cx)?, cx)?.into_object() } else { int::new::from_str(&text, 10, cx)?.into_object() };
        Ok((v, end))
    }

    /// The key whose opening quote is at `i`.
    fn key(&mut self, i: usize, cx: &mut Cx) -> PyResult<(Own<PyStr>, usize)> {
        let (start, end) = (i + 1, strings::plain_run(self.units, i + 1, self.with.strict));
        let simple = self.at(end) == b'"' && end - start <= 32 && end < self.units.len();
        let mut slot = 0;
        if simple {
            let units = &self.units[start..end];
            let hash = units.iter().fold(0u32, |h, &c| (h.rotate_left(5) ^ c.into()).wrapping_mul(0x9E37_79B9));
            slot = (hash >> 26) as usize % RECENT;
            if self.recent.is_empty() {
                self.recent.resize_with(RECENT, || None);
            }
            if let Some(Some((a, b, key))) = self.recent.get(slot) {
                let same = b - a == units.len() && self.units[*a..*b].iter().zip(units).all(|(&x, &y)| x.into() == y.into());
                if same {
                    return Ok((key.clone(), end + 1));
                }
            }
        }
        let (key, next) = strings::scan(self.doc, self.units, start, self.with.strict, cx)?;
        let memo = match &self.memo {
            Some(m) => m.clone(),
            None => self.memo.insert(PyDict::with_capacity(ROOM_MAX, true, cx)?).clone(),
        };
        let (known, _) = memo.setdefault(&key, &key, cx)?;
        let key = known.downcast_own::<PyStr>().unwrap_or(key);
        if simple {
            self.recent[slot] = Some((start, end, key.clone()));
        }
        Ok((key, next))
    }

    fn object(&mut self, start: usize, cx: &mut Cx) -> Found {
        let with = self.with;
        let pairs = if with.object_pairs_hook.is_none() { None } else { Some(PyList::new(cx)?) };
        let mut i = self.skip_space(start);
        // Objects of a document are often alike: make room for as many keys as the last one had.
        let room = if pairs.is_some() || self.at(i) == b'}' { 0 } else { self.keys_last };
        let dict = PyDict::with_capacity(room, true, cx)?;
        if self.at(i) != b'}' {
            loop {
                if self.at(i) != b'"' {
                    return self.error("Expecting property name enclosed in double quotes", i, cx);
                }
                let (key, next) = self.key(i, cx)?;
                i = self.skip_space(next);
                if self.at(i) != b':' {
                    return self.error("Expecting ':' delimiter", i, cx);
                }
                i = self.skip_space(i + 1);
                let (value, next) = self.value(i, cx)?;
                match &pairs {
                    Some(list) => list.push(PyTuple::from_slice(&[&key, &value], cx)?.into_object(), cx)?,
                    None => dict.set_own(&key, value, cx)?,
                }
                i = self.skip_space(next);
                match self.at(i) {
                    b'}' => break,
                    b',' => {}
                    _ => return self.error("Expecting ',' delimiter", i, cx),
                }
                let comma = i;
                i = self.skip_space(i + 1);
                if self.at(i) == b'}' {
                    return self.error("Illegal trailing comma before end of object", comma, cx);
                }
            }
        }
        self.keys_last = dict.len().min(ROOM_MAX);
        let value = match pairs {
            Some(list) => call::call(&with.object_pairs_hook, &[&list], cx)?,
            None if !with.object_hook.is_none() => call::call(&with.object_hook, &[&dict], cx)?,
            None => dict.into_object(),
        };
        Ok((value, i + 1))
    }

    fn array(&mut self, start: usize, cx: &mut Cx) -> Found {
        let list = PyList::new(cx)?;
        let mut i = self.skip_space(start);
        if self.at(i) != b']' {
            loop {
                let (value, next) = self.value(i, cx)?;
                list.push(value, cx)?;
                i = self.skip_space(next);
                match self.at(i) {
                    b']' => break,
                    b',' => {}
                    _ => return self.error("Expecting ',' delimiter", i, cx),
                }
                let comma = i;
                i = self.skip_space(i + 1);
                if self.at(i) == b']' {
                    return self.error("Illegal trailing comma before end of array", comma, cx);
                }
            }
        }
        Ok((list.into_object(), i + 1))
    }
}
