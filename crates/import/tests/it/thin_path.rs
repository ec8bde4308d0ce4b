//! The thin path without any library: source text to result, by kernel, compiler and machine alone.

use taipan_object::config::Config;
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, ThreadState, gil};

/// Run `source` in a bare namespace and give `repr(result)`, or the exception as `Type: text`.
fn run(source: &str) -> String {
    let ts: &'static ThreadState = ThreadState::new(Interpreter::new(Config { int_max_str_digits: 4300, ..Config::default() }));
    gil::take(ts);
    ts.set_stack_size(1 << 20);
    // SAFETY: the GIL was just taken.
    let cx = &mut unsafe { Cx::assume() };
    taipan_interp::init();
    let out = (|| {
        taipan_object::typelist::init(cx)?;
        taipan_builtins::init(cx)?;
        taipan_import::compile::install();
        let b = taipan_object::types::module::create(&taipan_builtins::MODULE, cx)?;
        taipan_object::types::module::exec(&taipan_builtins::MODULE, &b, cx)?;
        taipan_builtins::fill(&b, cx)?;
        let bd = b.dict(cx)?;
        cx.interp().builtins.set(Some(bd), cx);
        let name = PyStr::new("<test>", cx)?;
        let code = taipan_import::compile::compile_module(source, &name, cx)?;
        let ns = PyDict::new(cx)?;
        ns.set_text("__builtins__", b.into_object(), cx)?;
        ns.set_text("__name__", PyStr::new("__main__", cx)?.into_object(), cx)?;
        taipan_import::compile::run_module(&code, &ns, cx)?;
        let r = ns.get_text("r", cx)?.unwrap_or_else(|| none().own());
        taipan_object::abstract_::repr(&r, cx).map(|s| s.to_string())
    })();
    let text = match out {
        Ok(s) => s,
        Err(r) => {
            let e = cx.take_raised(r);
            let s = taipan_object::abstract_::str(&e, cx).map(|s| s.to_string()).unwrap_or_default();
            format!("{}: {s}", e.ty().name())
        }
    };
    gil::release(ts);
    text
}

#[test]
fn thin_path() {
    let cases: &[(&str, &str)] = &[
        ("r = None", "None"),
        ("r = 1 + 2 == 3", "True"),
        ("def f(a, b=2, *, c=3): return a * 100 + b * 10 + c\nr = f(1) == 123 and f(4, 5, c=6) == 456", "True"),
        ("s = 0\ni = 0\nwhile i < 1000:\n    s += i * i % 7\n    i += 1\nr = s == 2001", "True"),
        ("def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nr = fib(15) == 610", "True"),
        ("class A:\n    x = 1\n    def __init__(self, y): self.y = y\n    def m(self): return self.x + self.y\nr = A(4).m() == 5", "True"),
        ("class A:\n    def f(self): return 1\nclass B(A):\n    def f(self): return super().f() + 1\nr = isinstance(B(), A)", "True"),
        ("try:\n    1 / 0\nexcept TypeError:\n    r = False\nexcept Exception as e:\n    r = type(e) is not None", "True"),
        ("def g():\n    yield 1\n    yield 2\nr = [x for x in g()] == [1, 2] if False else sum(g()) == 3", "True"),
        ("def outer():\n    x = 1\n    def inner():\n        nonlocal x\n        x += 1\n        return x\n    inner()\n    return inner()\nr = outer() == 3", "True"),
        ("d = {'a': 1}\nd['b'] = 2\nr = d['a'] + d['b'] == 3 and len(d) == 2", "True"),
        ("try:\n    raise KeyError('k')\nfinally:\n    pass", "KeyError: 'k'"),
        ("undefined_name", "NameError: name 'undefined_name' is not defined"),
        ("def f(x): pass\nf()", "TypeError: f() missing 1 required positional argument: 'x'"),
        ("class C:\n    def __enter__(self): return 5\n    def __exit__(self, *a): return True\nwith C() as v:\n    raise ValueError\nr = v == 5", "True"),
        ("x = 3\nmatch x:\n    case 1: r = False\n    case int(): r = True", "True"),
        ("f = lambda *a, **k: len(a) + len(k)\nr = f(1, 2, x=3) == 3 and f(*(1, 2), **{'y': 1}) == 3", "True"),
    ];
    let wrong: Vec<String> = cases.iter().map(|(s, want)| (s, want, run(s))).filter(|(_, w, g)| *w != g).map(|(s, w, g)| format!("{s}\n  want {w}\n  got  {g}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}
