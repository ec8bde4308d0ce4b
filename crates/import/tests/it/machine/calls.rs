//! Recorded programs; see `main.rs`.

use super::run;

#[test]
fn arguments() {
    let source = r####"def f(a, b=2, /, c=3, *args, d, e=5, **kw): return (a, b, c, args, d, e, kw)
log.append(f(1, d=4))
log.append(f(1, 2, 3, 4, 5, d=6, z=7))
log.append(f(*[1, 2], **{"d": 4, "q": 1}))
def g(x, y): return x - y
log.append((g(y=1, x=5), g(*(7, 2))))
"####;
    assert_eq!(run(source), r####"[(1, 2, 3, (), 4, 5, {}), (1, 2, 3, (4, 5), 6, 5, {'z': 7}), (1, 2, 3, (), 4, 5, {'q': 1}), (4, 5)]"####);
}

#[test]
fn messages() {
    let source = r####"def f(a, b, /, c, *, d): pass
def g(x, y=1): pass
def t(fn, *a, **k):
    try: fn(*a, **k)
    except TypeError as e: log.append(str(e))
t(f); t(f, 1); t(f, 1, 2, 3); t(f, 1, 2, 3, 4, d=1); t(f, 1, 2, 3, d=1, q=2); t(f, a=1, b=2, c=3, d=4); t(f, 1, 2, 3, c=3, d=4)
t(g); t(g, 1, 2, 3); t(g, 1, z=2); t(lambda: 0, 1); t(lambda *, k: 0); t(5); t(lambda: g(*5)); t(lambda: g(**5)); t(lambda: g(1, **{"x": 2}))
"####;
    assert_eq!(run(source), r####"["f() missing 3 required positional arguments: 'a', 'b', and 'c'", "f() missing 2 required positional arguments: 'b' and 'c'", "f() missing 1 required keyword-only argument: 'd'", 'f() takes 3 positional arguments but 4 positional arguments (and 1 keyword-only argument) were given', "f() got an unexpected keyword argument 'q'", "f() got some positional-only arguments passed as keyword arguments: 'a, b'", "f() got multiple values for argument 'c'", "g() missing 1 required positional argument: 'x'", 'g() takes from 1 to 2 positional arguments but 3 were given', "g() got an unexpected keyword argument 'z'", '<lambda>() takes 0 positional arguments but 1 was given', "<lambda>() missing 1 required keyword-only argument: 'k'", "'int' object is not callable", '__main__.g() argument after * must be an iterable, not int', '__main__.g() argument after ** must be a mapping, not int', "g() got multiple values for argument 'x'"]"####);
}

#[test]
fn methods() {
    let source = r####"class A:
    k = 1
    def __init__(self, x): self.x = x
    def m(self, y=2): return self.x + y
    @classmethod
    def c(cls, v): return (cls.__name__, v)
    @staticmethod
    def s(v): return v
    @property
    def p(self): return self.x * 2
class B(A):
    def __init__(self): super().__init__(10)
    def m(self, y=0): return -super().m(y)
for i in range(50):
    o = A(i) if i % 3 else B()
    r = (o.m(), o.m(5), o.x, o.k, o.p, o.c(1), o.s(2))
    if i > 46: log.append(r)
A.k = 9
log.append((o.k, B().k))
o.m = lambda: "own"
log.append(o.m())
bm = B().m
log.append(bm(1))
class Bad:
    def __init__(self): return 1
try: Bad()
except TypeError as e: log.append(str(e))
"####;
    assert_eq!(run(source), r####"[(49, 52, 47, 1, 94, ('A', 1), 2), (-10, -15, 10, 1, 20, ('B', 1), 2), (51, 54, 49, 1, 98, ('A', 1), 2), (9, 9), 'own', -11, "__init__() should return None, not 'int'"]"####);
}

#[test]
fn recursion() {
    let source = r####"def f(n): return f(n + 1)
try: f(0)
except RecursionError as e: log.append(str(e))
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
log.append(depth(800))
"####;
    assert_eq!(run(source), r####"['maximum recursion depth exceeded', 800]"####);
}

#[test]
fn closures() {
    let source = r####"def outer():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    def get(): return n
    return inc, get
i, g = outer()
i(); i()
log.append(g())
fs = [lambda k=k: k for k in range(3)] + [lambda: k2 for k2 in range(3)]
log.append([f() for f in fs])
def late():
    def g(): return zz
    try: g()
    except NameError as e: log.append(str(e))
    zz = 1
    return g()
log.append(late())
"####;
    assert_eq!(run(source), r####"[2, [0, 1, 2, 2, 2, 2], "cannot access free variable 'zz' where it is not associated with a value in enclosing scope", 1]"####);
}
