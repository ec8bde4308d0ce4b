# The with statement: order, suppression, several managers, parentheses, errors.
class M:
    def __init__(self, name, suppress=False): self.name, self.suppress = name, suppress
    def __enter__(self): print("enter", self.name); return self.name.upper()
    def __exit__(self, *exc):
        print("exit", self.name, exc[0].__name__ if exc[0] else None, exc[1]); return self.suppress
with M("a") as a, M("b") as b:
    print(a, b)
with (M("c") as c, M("d", True),):
    raise ValueError("swallowed")
print("after")
try:
    with M("e"):
        raise KeyError("out")
except KeyError as e:
    print("caught", e)
def f():
    with M("r"):
        return "value"
print(f())
for i in range(3):
    with M(str(i)):
        if i == 0: continue
        break
with M("x") as (p):
    print(p)
class Pair:
    def __enter__(self): return 1, 2
    def __exit__(self, *a): pass
with Pair() as (l, r): print(l, r)
class Obj: pass
o = Obj()
with M("attr") as o.field, Pair() as [o.x, *o.y]: print(o.field, o.x, o.y)
for bad in (5, Obj()):
    try:
        with bad: pass
    except Exception as e:
        print(type(e).__name__, e)
class NoExit:
    def __enter__(self): pass
try:
    with NoExit(): pass
except Exception as e:
    print(type(e).__name__, e)
class ExitRaises:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): raise RuntimeError("from exit")
try:
    with ExitRaises(): raise ValueError("body")
except RuntimeError as e:
    print(repr(e), repr(e.__context__))
class EnterRaises(M):
    def __enter__(self): raise OSError("enter")
try:
    with M("outer"), EnterRaises("inner"): print("never")
except OSError as e:
    print(e)
