# Every kind of parameter and argument, and the messages for wrong calls.
def f(a, b=2, /, c=3, *args, d, e=5, **kw): return a, b, c, args, d, e, kw
print(f(1, d=4))
print(f(1, 2, 3, 4, 5, d=6, z=7, a=8))
print(f(*[1, 2], **{"d": 3, "c": 9}))
print(f(1, *(2,), *[3, 4], d=5, **{"x": 1}, **{"y": 2}))
def g(a, b=1): return a, b
def k(*, x, y=2): return x, y
def p(a, /, b): return a, b
def n(): pass
def v(*a): return a
calls = ["g()", "g(1, 2, 3)", "g(1, a=2)", "g(1, c=2)", "g(b=1)", "k()", "k(1)", "k(x=1, z=3)", "p(a=1, b=2)", "p(1)", "n(1)", "n(x=1)",
         "f()", "f(1)", "f(1, d=2, **{'d': 3})", "g(*5)", "g(**5)", "g(**{1: 2})", "v(*None)", "g(1, *[2, 3, 4])", "len()", "len(1, 2)",
         "len(x=1)", "print(foo=1)", "int('1', bas=2)", "isinstance(1)", "[].append()", "[].append(1, 2)", "'a'.join()", "dict(1)", "g(1, 2, b=3)",
         "sorted()", "sorted([1], 2)", "range()", "range(1, 2, 3, 4)", "max()", "type()", "super()", "object(1)", "p(1, 2, 3)", "k(x=1, y=2, **{'x': 1})"]
for c in calls:
    try: print(c, "->", eval(c))
    except Exception as e: print(c, "->", type(e).__name__ + ":", e)
def order(log=[]):
    def t(x): log.append(x); return x
    def h(*a, **k): return a, k
    h(t(1), *[t(2)], x=t(3), *[t(4)], **{"y": t(5)})
    return log
print(order())
def defaults(x, acc=[]): acc.append(x); return acc
print(defaults(1), defaults(2), defaults.__defaults__)
def many(a, b, c, d, e, f, g, h, i, j): return locals()
print(many(*range(10)))
print((lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, z=4))
class C:
    def m(self, a, *, b=1): return a, b
    def __call__(self, x): return x
c = C()
print(c.m(1, b=2), C.m(c, 3), c(4))
for bad in ("c.m()", "c.m(1, 2)", "C.m()", "c()", "c(1, 2)", "C(1)", "C.m(c)"):
    try: eval(bad)
    except TypeError as e: print(bad, "->", e)
print(f.__code__.co_varnames, f.__code__.co_argcount, f.__code__.co_posonlyargcount, f.__code__.co_kwonlyargcount, f.__kwdefaults__)
def inner_two(a, b, c):
    pass
try: inner_two()
except TypeError as e: print(e)
try: inner_two(1, c=2)
except TypeError as e: print(e)
