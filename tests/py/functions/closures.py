# Closures and cells: sharing, late binding, class bodies, del, recursion, annotations of functions.
def counter(start=0):
    n = start
    def get(): return n
    def add(by=1):
        nonlocal n
        n += by
        return n
    return get, add
get, add = counter(5)
add(); add(10)
print(get(), add.__closure__[0].cell_contents, get.__code__.co_freevars, counter.__code__.co_cellvars)
get.__closure__[0].cell_contents = 100
print(get())
def compose(*fs):
    def run(x):
        for f in reversed(fs): x = f(x)
        return x
    return run
print(compose(str, lambda x: x + 1, abs)(-5))
def three():
    a = 1
    def two():
        b = 2
        def one():
            nonlocal a
            a += b
            return a
        return one
    f = two()
    return f(), f(), a
print(three())
def arg_cell(x, *args, **kw):
    def inner(): return x, args, kw
    x = x * 2
    return inner
print(arg_cell(1, 2, k=3)())
def cls():
    n = "function"
    class C:
        n = "class"
        def m(self): return n
        v = n
    return C().m(), C.v
print(cls())
def recursive():
    def fact(n): return 1 if n < 2 else n * fact(n - 1)
    return fact
print(recursive()(20))
f = recursive()
print(f.__qualname__, f.__module__, f.__name__)
def annotated(a: int, b: "str" = "x", *c: float, d: list[int] = None, **e: dict) -> tuple: "Doc."
print(annotated.__annotations__)
print(annotated.__defaults__, annotated.__kwdefaults__, annotated.__doc__)
annotated.extra = 1
print(annotated.__dict__, annotated.extra)
def change(): return 1
def other(): return 2
change.__code__ = other.__code__
print(change(), change.__name__)
try: change.__code__ = f.__code__
except ValueError as e: print(e)
import types
cell = types.CellType(3)
print(cell.cell_contents, types.CellType() == types.CellType())
try: types.CellType().cell_contents
except ValueError as e: print(e)
made = types.FunctionType((lambda y: y + x_global).__code__, {"x_global": 10}, "made", (5,))
print(made(), made(1), made.__name__)
print((lambda: (yield))().__class__.__name__)
