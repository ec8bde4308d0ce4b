//! Binding, conversions and messages, compared with what `_testclinic` and the built-ins of CPython 3.14 say; a type and a module made by the macros.

use crate::with_kernel as with_cx;
use taipan_object::args::guard;
use taipan_object::call::{call, call_kw};
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, types};

/// An object as text, for the few types that appear here (without their `__repr__`, which is not under test).
fn show(v: &Object) -> String {
    if let Some(i) = v.downcast::<PyInt>() {
        let i = i.as_ref_int();
        let n = i.digits.iter().rev().fold(0i128, |n, &d| (n << 30) + d as i128);
        format!("{}", if i.neg { -n } else { n })
    } else if let Some(s) = v.downcast::<PyStr>() {
        format!("'{s}'")
    } else if let Some(t) = v.downcast::<PyTuple>() {
        format!("({})", t.as_slice().iter().map(|o| show(o)).collect::<Vec<_>>().join(", "))
    } else if v.is(none()) {
        "None".into()
    } else {
        v.ty().name().to_string()
    }
}

/// The result of a call, or "Type: message".
fn message(r: PyResult<Own<Object>>, cx: &mut Cx) -> String {
    match r {
        Ok(v) => show(&v),
        Err(r) => {
            let e = cx.take_raised(r);
            let args = e.downcast::<exc::PyBaseException>().and_then(|b| b.args.own()).map_or("no args".into(), |a| show(&a));
            format!("{}: {}", e.ty().name(), args.trim_start_matches("('").trim_end_matches("')"))
        }
    }
}

/// Signatures of CPython's `_testclinic`, whose bodies give the number of arguments that arrived.
#[pymodule(name = "_testclinic", doc = "Shapes of signatures.")]
mod clinic {
    use super::*;

    #[constant]
    const ANSWER: i64 = 42;
    #[constant("name")]
    fn name_() -> &'static str {
        "clinic"
    }

    fn count(v: &[Option<&Object>]) -> usize {
        v.iter().flatten().count()
    }

    #[function("empty()")]
    fn empty() {}
    #[function("one(x, /)")]
    fn one(x: &PyStr) -> usize {
        x.len()
    }
    #[function("positional(a, b, c=None, /)")]
    fn positional(a: &Object, b: &Object, c: Option<&Object>) -> usize {
        count(&[Some(a), Some(b), c])
    }
    #[function("varpos(*args)")]
    fn varpos(args: Args<'_>) -> usize {
        args.len()
    }
    #[function("posonly_varpos(a, b, /, *args)")]
    fn posonly_varpos(_a: &Object, _b: &Object, args: Args<'_>) -> usize {
        args.len()
    }
    #[function("keywords(a, b)")]
    fn keywords(_a: &Object, _b: &Object) -> usize {
        2
    }
    #[function("posonly_keywords_opt(a, /, b, c=None, d=None)")]
    fn posonly_keywords_opt(a: &Object, b: &Object, c: Option<&Object>, d: Option<&Object>) -> usize {
        count(&[Some(a), Some(b), c, d])
    }
    #[function("posonly_kwonly(a, /, *, b)")]
    fn posonly_kwonly(_a: &Object, _b: &Object) -> usize {
        2
    }
    #[function("keywords_opt_kwonly(a, b=None, *, c=None, d=None)")]
    fn keywords_opt_kwonly(a: &Object, b: Option<&Object>, c: Option<&Object>, d: Option<&Object>) -> usize {
        count(&[Some(a), b, c, d])
    }
    #[function("keyword_only_parameter(*, a)")]
    fn keyword_only_parameter(_a: &Object) -> usize {
        1
    }
    #[function("poskw_varpos_kwonly_opt(a, *args, b=False)")]
    fn poskw_varpos_kwonly_opt(_a: &Object, args: Args<'_>, b: bool) -> usize {
        10 * args.len() + b as usize
    }
    #[function("open_kw(a, /, **kw)")]
    fn open_kw(_a: &Object, kw: Kwargs<'_>) -> usize {
        kw.len()
    }
    #[function("defaults(a=-1, b=True, c='x', d=2.5)")]
    fn defaults(a: isize, b: bool, c: std::borrow::Cow<'_, str>, d: f64) -> String {
        format!("{a} {b} {c} {d}")
    }
    #[function("bug()")]
    fn bug() -> usize {
        panic!("on purpose")
    }
}

/// The function of the test module.
fn function(name: &str, cx: &mut Cx) -> Own<Object> {
    let m = types::module::create(&clinic::MODULE, cx).expect("module");
    types::module::exec(&clinic::MODULE, &m, cx).expect("exec");
    member(&m, name, cx)
}

/// What a module has under a name.
fn member(m: &PyModule, name: &str, cx: &mut Cx) -> Own<Object> {
    m.dict(cx).expect("dict").get_text(name, cx).expect("lookup").expect("member")
}

/// Call with `n` ints by position and ints under the given names.
fn run(f: &Object, n: usize, names: &[&str], cx: &mut Cx) -> String {
    let ints: Vec<Own<Object>> = (0..n + names.len()).map(|i| PyInt::new(i as i64 + 1, cx).expect("int").into_object()).collect();
    let refs: Vec<&Object> = ints.iter().map(|o| &**o).collect();
    let keys: Vec<Own<Object>> = names.iter().map(|k| PyStr::new(k, cx).expect("str").into_object()).collect();
    let keys = PyTuple::from_vec(keys, cx).expect("tuple");
    let r = call_kw(f, &refs[..n], &refs[n..], (!names.is_empty()).then_some(&*keys), cx);
    message(r, cx)
}

#[test]
fn messages_are_cpython_s() {
    let cases: &[(&str, usize, &[&str], &str)] = &[
        ("empty", 0, &[], "None"),
        ("empty", 1, &[], "TypeError: _testclinic.empty() takes no arguments (1 given)"),
        ("empty", 1, &["a"], "TypeError: _testclinic.empty() takes no keyword arguments"),
        ("one", 0, &[], "TypeError: _testclinic.one() takes exactly one argument (0 given)"),
        ("one", 0, &["x"], "TypeError: _testclinic.one() takes no keyword arguments"),
        ("one", 1, &[], "TypeError: one() argument must be str, not int"),
        ("positional", 1, &[], "TypeError: positional expected at least 2 arguments, got 1"),
        ("positional", 4, &[], "TypeError: positional expected at most 3 arguments, got 4"),
        ("positional", 2, &["c"], "TypeError: _testclinic.positional() takes no keyword arguments"),
        ("positional", 2, &[], "2"),
        ("varpos", 3, &[], "3"),
        ("posonly_varpos", 1, &[], "TypeError: posonly_varpos expected at least 2 arguments, got 1"),
        ("posonly_varpos", 5, &[], "3"),
        ("keywords", 1, &["b"], "2"),
        ("keywords", 0, &["b", "a"], "2"),
        ("keywords", 3, &[], "TypeError: keywords() takes at most 2 arguments (3 given)"),
        ("keywords", 0, &["a", "b", "c"], "TypeError: keywords() takes at most 2 keyword arguments (3 given)"),
        ("keywords", 1, &["a"], "TypeError: keywords() missing required argument 'b' (pos 2)"),
        ("posonly_keywords_opt", 0, &[], "TypeError: posonly_keywords_opt() takes at least 1 positional argument (0 given)"),
        ("posonly_keywords_opt", 1, &["b", "zz"], "TypeError: posonly_keywords_opt() got an unexpected keyword argument 'zz'"),
        ("posonly_keywords_opt", 1, &["b", "b1"], "TypeError: posonly_keywords_opt() got an unexpected keyword argument 'b1'. Did you mean 'b'?"),
        ("posonly_keywords_opt", 2, &["b"], "TypeError: argument for posonly_keywords_opt() given by name ('b') and position (2)"),
        ("posonly_keywords_opt", 2, &["d"], "3"),
        ("posonly_kwonly", 0, &[], "TypeError: posonly_kwonly() takes exactly 1 positional argument (0 given)"),
        ("posonly_kwonly", 2, &[], "TypeError: posonly_kwonly() takes exactly 1 positional argument (2 given)"),
        ("posonly_kwonly", 1, &[], "TypeError: posonly_kwonly() missing required argument 'b' (pos 2)"),
        ("posonly_kwonly", 1, &["b"], "2"),
        ("keywords_opt_kwonly", 4, &[], "TypeError: keywords_opt_kwonly() takes at most 2 positional arguments (4 given)"),
        ("keywords_opt_kwonly", 0, &["d"], "TypeError: keywords_opt_kwonly() missing required argument 'a' (pos 1)"),
        ("keyword_only_parameter", 1, &[], "TypeError: keyword_only_parameter() takes no positional arguments"),
        ("keyword_only_parameter", 0, &["b"], "TypeError: keyword_only_parameter() missing required argument 'a' (pos 1)"),
        ("poskw_varpos_kwonly_opt", 3, &["b"], "21"),
        ("poskw_varpos_kwonly_opt", 1, &["a"], "TypeError: argument for poskw_varpos_kwonly_opt() given by name ('a') and position (1)"),
        ("poskw_varpos_kwonly_opt", 1, &["c"], "TypeError: poskw_varpos_kwonly_opt() got an unexpected keyword argument 'c'"),
        ("open_kw", 1, &["a", "z"], "2"),
        ("defaults", 0, &[], "'-1 true x 2.5'"),
        ("defaults", 2, &[], "'1 true x 2.5'"),
        ("defaults", 2, &["c"], "TypeError: defaults() argument 'c' must be str, not int"),
        ("bug", 0, &[], "SystemError: internal error in _testclinic.bug: on purpose"),
    ];
    with_cx(|cx| {
        for (name, n, names, want) in cases {
            let f = function(name, cx);
            assert_eq!(run(&f, *n, names, cx), *want, "{name}({n} positional, {names:?})");
        }
        assert_eq!(message(Ok(function("ANSWER", cx)), cx), "42");
        assert_eq!(message(Ok(function("name", cx)), cx), "'clinic'");
    });
}

/// Every integer parameter type with values at and beyond its limits.
#[pymodule(name = "ints")]
mod ints {
    #[function("u8_(x, /)")]
    fn u8_(x: u8) -> u8 {
        x
    }
    #[function("i16_(x, /)")]
    fn i16_(x: i16) -> i16 {
        x
    }
    #[function("u16_(x, /)")]
    fn u16_(x: u16) -> u16 {
        x
    }
    #[function("i32_(x, /)")]
    fn i32_(x: i32) -> i32 {
        x
    }
    #[function("u64_(x, /)")]
    fn u64_(x: u64) -> u64 {
        x
    }
    #[function("isize_(x, /)")]
    fn isize_(x: isize) -> isize {
        x
    }
}

#[test]
fn integers_have_c_s_limits() {
    // 2**33 and 2**64 - 1, 2**64 as digits of 30 bits.
    let (big33, max64, over64): (&[u32], &[u32], &[u32]) = (&[0, 8], &[0x3fff_ffff, 0x3fff_ffff, 15], &[0, 0, 16]);
    let cases: &[(&str, bool, &[u32], &str)] = &[
        ("u8_", false, &[255], "255"),
        ("u8_", false, &[256], "OverflowError: unsigned byte integer is greater than maximum"),
        ("u8_", true, &[1], "OverflowError: unsigned byte integer is less than minimum"),
        ("u8_", false, over64, "OverflowError: Python int too large to convert to C long"),
        ("i16_", true, &[32768], "-32768"),
        ("i16_", false, &[32768], "OverflowError: signed short integer is greater than maximum"),
        ("u16_", true, &[1], "ValueError: Cannot convert negative int"),
        ("u16_", false, &[65536], "OverflowError: Python int too large for C unsigned short"),
        ("i32_", false, big33, "OverflowError: Python int too large to convert to C int"),
        ("u64_", false, max64, "18446744073709551615"),
        ("u64_", false, over64, "OverflowError: Python int too large for C unsigned long"),
        ("u64_", true, over64, "ValueError: Cannot convert negative int"),
        ("isize_", false, over64, "OverflowError: Python int too large to convert to C ssize_t"),
    ];
    with_cx(|cx| {
        let m = types::module::create(&ints::MODULE, cx).expect("module");
        types::module::exec(&ints::MODULE, &m, cx).expect("exec");
        for (name, neg, digits, want) in cases {
            let f = member(&m, name, cx);
            let v = PyInt::from_digits(*neg, digits, cx).expect("int");
            let r = call(&f, &[&v], cx);
            assert_eq!(message(r, cx), *want, "{name}({neg}, {digits:?})");
        }
        let f = member(&m, "isize_", cx);
        let s = PyStr::new("a", cx).expect("str");
        let r = call(&f, &[&s], cx);
        assert_eq!(message(r, cx), "TypeError: 'str' object cannot be interpreted as an integer");
    });
}

/// A pair of bounds.
#[pytype(name = "test.Span", gc, basetype)]
#[repr(C)]
struct Span {
    head: ObjHead,
    #[member("start", readonly)]
    start: Field<Object>,
    #[member("stop")]
    stop: FieldCell<Object>,
}

#[pymethods]
impl Span {
    #[new("Span(start, stop=None)")]
    fn new(cls: &PyType, start: &Object, stop: &Object, cx: &mut Cx) -> PyResult<Own<Span>> {
        cx.new_object_of(cls, Span { head: Object::placeholder(), start: Field::new(start.own()), stop: FieldCell::new(Some(stop.own())) })
    }

    /// Both bounds.
    #[method("bounds()", alias = "both")]
    fn bounds(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let stop = self.stop.own().unwrap_or_else(|| none().own());
        PyTuple::from_slice(&[&self.start, &stop], cx)
    }

    #[classmethod("of(x, /)")]
    fn of(cls: &PyType, x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        call(cls, &[x, x], cx)
    }

    #[staticmethod("add(x, y=1, /)")]
    fn add(x: isize, y: isize) -> isize {
        x + y
    }

    #[getter]
    fn get_width(&self, cx: &Cx) -> Option<i64> {
        Some(self.stop.get(cx)?.downcast::<PyInt>()?.to_i64()? - self.start.downcast::<PyInt>()?.to_i64()?)
    }

    #[setter]
    fn set_width(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.stop.set(value.map(|v| v.own()), cx);
        Ok(())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        -1
    }

    #[slot(sq_length)]
    fn len(&self) -> usize {
        2
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let b = self.bounds(cx)?;
        Ok(format!("Span{}", show(&b)))
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        match other.downcast::<Span>() {
            Some(o) => abstract_::rich_compare(&self.start, &o.start, op, cx),
            None => Ok(not_implemented().own()),
        }
    }
}

#[test]
fn a_type_works() {
    with_cx(|cx| {
        taipan_object::typeobj::ready_static(Span::SPEC, cx).expect("ready");
        let (one, three) = (PyInt::new(1, cx).expect("int"), PyInt::new(3, cx).expect("int"));
        let ty: &Object = Span::ty();
        let s = call(ty, &[&one, &three], cx).expect("instance");
        assert_eq!(&*abstract_::repr(&s, cx).expect("repr").to_string(), "Span(1, 3)");
        assert!(s.is_a::<Span>() && abstract_::eq(&s, &s, cx).expect("eq"));
        assert_eq!(abstract_::len(&s, cx).expect("len"), 2);
        assert_eq!(abstract_::hash(&s, cx).expect("hash"), -2);
        let get = |name: &str, cx: &mut Cx| {
            let r = attr::get_text(&s, name, cx);
            message(r, cx)
        };
        assert_eq!(get("start", cx), "1");
        assert_eq!(get("width", cx), "2");
        let both = attr::get_text(&s, "both", cx).expect("method");
        let r = call(&both, &[], cx);
        assert_eq!(message(r, cx), "(1, 3)");
        let r = call(&both, &[&one], cx);
        assert_eq!(message(r, cx), "TypeError: Span.both() takes no arguments (1 given)");
        let of = attr::get_text(ty, "of", cx).expect("class method");
        let r = call(&of, &[&three], cx).expect("instance");
        assert_eq!(&*abstract_::repr(&r, cx).expect("repr").to_string(), "Span(3, 3)");
        let add = attr::get_text(ty, "add", cx).expect("static method");
        let r = call(&add, &[&three], cx);
        assert_eq!(message(r, cx), "4");
        let r = call(ty, &[], cx);
        assert_eq!(message(r, cx), "TypeError: Span() missing required argument 'start' (pos 1)");
        assert_eq!(Span::SPEC.doc, Some(c"Span(start, stop=None)\n--\n\nA pair of bounds."));
        let before = three.as_object().refcount();
        drop(s);
        assert!(three.as_object().refcount() <= before);
    });
}

#[test]
fn a_panic_is_an_exception() {
    with_cx(|cx| {
        // SAFETY: the GIL is held.
        let r: PyResult<()> = unsafe { guard("here", |_| panic!("bug {}", 7)) };
        let e = cx.take_raised(r.expect_err("raised"));
        let r = cx.raise(e);
        assert_eq!(message(Err(r), cx), "SystemError: internal error in here: bug 7");
    });
}
