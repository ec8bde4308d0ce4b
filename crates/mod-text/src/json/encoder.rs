//! `_json.Encoder` (`json.encoder.c_make_encoder`): a value as JSON text.

use super::strings::Out;
use crate::naming::noted;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;
use taipan_object::types::int::text;
use taipan_object::call;

/// Which of this module's functions quotes strings, if it is one of them.
#[derive(Clone, Copy, PartialEq)]
enum Quote {
    Ascii,
    Plain,
    Call,
}

/// Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)
#[pytype(name = "_json.Encoder", heap, mutable, gc, doc = "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)")]
#[repr(C)]
pub struct PyEncoder {
    head: ObjHead,
    #[member("markers", readonly)]
    markers: Field<Object>,
    #[member("default", readonly)]
    default: Field<Object>,
    #[member("encoder", readonly)]
    encoder: Field<Object>,
    #[member("indent", readonly)]
    indent: Field<Object>,
    #[member("key_separator", readonly)]
    key_separator: Field<Object>,
    #[member("item_separator", readonly)]
    item_separator: Field<Object>,
    #[member("sort_keys", ty = Py_T_BOOL, readonly)]
    sort_keys: bool,
    #[member("skipkeys", ty = Py_T_BOOL, readonly)]
    skipkeys: bool,
    allow_nan: bool,
    #[gc(skip)]
    quote: Quote,
}

fn text_argument(o: &Object, pos: u32, cx: &mut Cx) -> PyResult<Own<Object>> {
    if o.is_a::<PyStr>() {
        return Ok(o.own());
    }
    Err(cx.type_error(format_args!("make_encoder() argument {pos} must be str, not {}", o.ty().name())))
}

/// Which of this module's functions `f` is.
fn quoting(f: &Object, cx: &Cx) -> Quote {
    let state = cx.state::<super::State>();
    let is = |known: &std::cell::OnceCell<Own<Object>>| known.get().is_some_and(|k| k.is(f));
    if is(&state.quote_ascii) {
        Quote::Ascii
    } else if is(&state.quote) {
        Quote::Plain
    } else {
        Quote::Call
    }
}

#[pymethods]
impl PyEncoder {
    #[new("make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", nosig)]
    #[allow(clippy::too_many_arguments)]
    fn new(
        cls: &PyType,
        markers: &Object,
        default: &Object,
        encoder: &Object,
        indent: &Object,
        key_separator: &Object,
        item_separator: &Object,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
        cx: &mut Cx,
    ) -> PyResult<Own<PyEncoder>> {
        let key_separator = text_argument(key_separator, 5, cx)?;
        let item_separator = text_argument(item_separator, 6, cx)?;
        if !markers.is_none() && !markers.is_a::<PyDict>() {
            return Err(cx.type_error(format_args!("make_encoder() argument 1 must be dict or None, not {}", markers.ty().tp_name_str())));
        }
        let quote = quoting(encoder, cx);
        let e = PyEncoder {
            head: Object::placeholder(),
            markers: Field::new(markers.own()),
            default: Field::new(default.own()),
            encoder: Field::new(encoder.own()),
            indent: Field::new(indent.own()),
            key_separator: Field::new(key_separator),
            item_separator: Field::new(item_separator),
            sort_keys,
            skipkeys,
            allow_nan,
            quote,
        };
        cx.new_object_of(cls, e)
    }

    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        kw.only("_iterencode", &["obj", "_current_indent_level"], cx)?;
        if args.len() + kw.len() > 2 {
            return Err(cx.type_error(format_args!("_iterencode() takes at most 2 arguments ({} given)", args.len() + kw.len())));
        }
        let missing = |name: &str, pos: usize, cx: &mut Cx| cx.type_error(format_args!("_iterencode() missing required argument '{name}' (pos {pos})"));
        let Some(obj) = args.first().copied().or(kw.get("obj")) else { return Err(missing("obj", 1, cx)) };
        let Some(level) = args.get(1).copied().or(kw.get("_current_indent_level")) else {
            return Err(missing("_current_indent_level", 2, cx));
        };
        let level = number::index_as_isize(level, exc::OverflowError(), cx)?;
        let mut run = Encode { with: self, indent: Indent::new(&self.indent, cx)?, out: Out::new() };
        run.value(obj, level.max(0) as usize, cx)?;
        let s = run.out.finish(cx)?;
        PyTuple::from_slice(&[&s], cx)
    }
}

/// What is put in front of an item on a line of its own.
enum Indent {
    None,
    Ascii(String),
    Other(Own<PyStr>),
}

impl Indent {
    fn new(o: &Object, cx: &mut Cx) -> PyResult<Indent> {
        if o.is_none() {
            return Ok(Indent::None);
        }
        let Some(s) = o.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("indent must be None or a string, not {}", o.ty().tp_name_str())));
        };
        Ok(match s.as_ascii() {
            Some(t) => Indent::Ascii(t.to_owned()),
            None => Indent::Other(AsObject::new_ref(s)),
        })
    }
}

struct Encode<'a> {
    with: &'a PyEncoder,
    indent: Indent,
    out: Out,
}

impl Encode<'_> {
    fn newline(&mut self, level: usize) {
        match &self.indent {
            Indent::None => {}
            Indent::Ascii(s) => {
                self.out.push_ascii(b"\n");
                (0..level).for_each(|_| self.out.push_ascii(s.as_bytes()));
            }
            Indent::Other(s) => {
                self.out.push_ascii(b"\n");
                (0..level).for_each(|_| self.out.push_str(s));
            }
        }
    }

    fn separator(&mut self, of_items: bool) {
        let with = self.with;
        let s: &Object = if of_items { &with.item_separator } else { &with.key_separator };
        if let Some(s) = s.downcast::<PyStr>() {
            match s.as_ascii() {
                Some(t) => self.out.push_ascii(t.as_bytes()),
                None => self.out.push_str(s),
            }
        }
    }

    fn string(&mut self, s: &PyStr, cx: &mut Cx) -> PyResult<()> {
        match self.with.quote {
            Quote::Ascii => self.out.push_quoted(s, true),
            Quote::Plain => self.out.push_quoted(s, false),
            Quote::Call => {
                let v = call::call(&self.with.encoder, &[s], cx)?;
                let Some(v) = v.downcast::<PyStr>() else {
                    return Err(cx.type_error(format_args!("encoder() must return a string, not {}", v.ty().tp_name_str())));
                };
                self.out.push_str(v);
            }
        }
        Ok(())
    }

    /// The digits of a float, or its name when it is not finite.
    fn float(&self, f: &PyFloat, buf: &mut Vec<u8>, cx: &mut Cx) -> PyResult<()> {
        let x = f.value();
        if x.is_finite() {
            taipan_algo_float::repr(x, buf);
            return Ok(());
        }
        if !self.with.allow_nan {
            let shown = abstract_::repr(f.as_object(), cx)?;
            return Err(cx.value_error(format_args!("Out of range float values are not JSON compliant: {shown}")));
        }
        let word: &[u8] = if x.is_nan() {
            b"NaN"
        } else if x > 0.0 {
            b"Infinity"
        } else {
            b"-Infinity"
        };
        buf.extend_from_slice(word);
        Ok(())
    }

    /// `null`, `true`, `false` and numbers; false for anything else.
    fn scalar(&self, o: &Object, buf: &mut Vec<u8>, cx: &mut Cx) -> PyResult<bool> {
        if o.is_none() {
            buf.extend_from_slice(b"null");
        } else if let Some(i) = o.downcast::<PyInt>() {
            if taipan_object::types::boolean::is_bool(o) {
                buf.extend_from_slice(if i.is_zero() { b"false" } else { b"true" });
            } else {
                text::push_decimal(i, buf, cx)?;
            }
        } else if let Some(f) = o.downcast::<PyFloat>() {
            self.float(f, buf, cx)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn value(&mut self, o: &Object, level: usize, cx: &mut Cx) -> PyResult<()> {
        if let Some(s) = o.downcast::<PyStr>() {
            return self.string(s, cx);
        }
        if let Some(i) = o.exact::<PyInt>().and_then(PyInt::to_i64) {
            self.out.push_ascii(text::write_i64(i, &mut [0; 20]));
            return Ok(());
        }
        let mut buf = Vec::new();
        if self.scalar(o, &mut buf, cx)? {
            self.out.push_ascii(&buf);
            return Ok(());
        }
        let _guard = cx.enter_call(" while encoding a JSON object")?;
        if o.is_a::<PyList>() || o.is_a::<PyTuple>() {
            return self.list(o, level, cx);
        }
        if let Some(d) = o.downcast::<PyDict>() {
            return self.dict(d, level, cx);
        }
        let mark = self.enter(o, cx)?;
        let made = call::call(&self.with.default, &[o], cx)?;
        self.value(&made, level, cx).map_err(|r| noted(r, o, |_| Ok("object".to_owned()), cx))?;
        self.leave(mark, cx)
    }

    /// Remember a container as one whose encoding is under way.
    fn enter(&mut self, o: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyInt>>> {
        let Some(markers) = self.with.markers.downcast::<PyDict>() else { return Ok(None) };
        let id = PyInt::from_u64(o.as_ptr() as usize as u64, cx)?;
        if markers.contains(&id, cx)? {
            return Err(cx.value_error(format_args!("Circular reference detected")));
        }
        markers.set(&id, o, cx)?;
        Ok(Some(id))
    }

    fn leave(&mut self, mark: Option<Own<PyInt>>, cx: &mut Cx) -> PyResult<()> {
        if let (Some(markers), Some(id)) = (self.with.markers.downcast::<PyDict>(), mark) {
            if markers.remove(&id, cx)?.is_none() {
                return Err(cx.raise_arg(exc::KeyError(), &id));
            }
        }
        Ok(())
    }

    fn list(&mut self, o: &Object, level: usize, cx: &mut Cx) -> PyResult<()> {
        let length = |cx: &mut Cx| o.downcast::<PyList>().map_or_else(|| o.downcast::<PyTuple>().map_or(0, PyTuple::len), |l| l.items(cx).len());
        if length(cx) == 0 {
            self.out.push_ascii(b"[]");
            return Ok(());
        }
        let mark = self.enter(o, cx)?;
        self.out.push_ascii(b"[");
        self.newline(level + 1);
        let mut i = 0;
        loop {
            // The list may change while an item is encoded.
            let item = match (o.downcast::<PyList>(), o.downcast::<PyTuple>()) {
                (Some(l), _) => l.get_own(i),
                (_, Some(t)) => t.get(i).map(Object::own),
                _ => None,
            };
            let Some(item) = item else { break };
            if i > 0 {
                self.separator(true);
                self.newline(level + 1);
            }
            self.value(&item, level + 1, cx).map_err(|r| noted(r, o, |_| Ok(format!("item {i}")), cx))?;
            i += 1;
        }
        self.leave(mark, cx)?;
        self.newline(level);
        self.out.push_ascii(b"]");
        Ok(())
    }

    fn dict(&mut self, d: &PyDict, level: usize, cx: &mut Cx) -> PyResult<()> {
        if d.is_empty() {
            self.out.push_ascii(b"{}");
            return Ok(());
        }
        let mark = self.enter(d.as_object(), cx)?;
        self.out.push_ascii(b"{");
        let mut first = true;
        if self.with.sort_keys || !d.as_object().is_exact::<PyDict>() {
            let items = call::call_method(d.as_object(), name!(cx, "items"), &[], cx)?;
            let items = abstract_::iter::to_list(&items, cx)?;
            if self.with.sort_keys {
                items.sort(None, false, cx)?;
            }
            let mut i = 0;
            while let Some(pair) = items.get_own(i) {
                let Some([key, value]) = pair.downcast::<PyTuple>().map(PyTuple::as_slice) else {
                    return Err(cx.value_error(format_args!("items must return 2-tuples")));
                };
                self.pair(d, &mut first, key, value, level + 1, cx)?;
                i += 1;
            }
        } else {
            let mut pos = 0;
            while let Some((key, value, _)) = d.next_own(&mut pos) {
                self.pair(d, &mut first, &key, &value, level + 1, cx)?;
            }
        }
        self.leave(mark, cx)?;
        if !first {
            self.newline(level);
        }
        self.out.push_ascii(b"}");
        Ok(())
    }

    fn pair(&mut self, d: &PyDict, first: &mut bool, key: &Object, value: &Object, level: usize, cx: &mut Cx) -> PyResult<()> {
        let mut made = None;
        let name = match key.downcast::<PyStr>() {
            Some(s) => s,
            None => {
                let mut buf = Vec::new();
                if !self.scalar(key, &mut buf, cx)? {
                    if self.with.skipkeys {
                        return Ok(());
                    }
                    return Err(cx.type_error(format_args!("keys must be str, int, float, bool or None, not {}", key.ty().tp_name_str())));
                }
                &**made.insert(PyStr::from_latin1(&buf, cx)?)
            }
        };
        if !std::mem::take(first) {
            self.separator(true);
        }
        self.newline(level);
        self.string(name, cx)?;
        self.separator(false);
        self.value(value, level, cx).map_err(|r| noted(r, d.as_object(), |cx| Ok(format!("item {}", abstract_::repr(key, cx)?)), cx))
    }
}
