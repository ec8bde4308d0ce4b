# Decorators: order, expressions, classes, stacked with descriptors.
def tag(t):
    print("make", t)
    def deco(f):
        print("apply", t, getattr(f, "__name__", type(f).__name__))
        return f
    return deco
@tag("outer")
@tag("inner")
def f(): "doc"; return 1
print(f(), f.__name__, f.__doc__)
@tag("class")
class C:
    @staticmethod
    @tag("static")
    def s(x): return x
    @classmethod
    def c(cls): return cls.__name__
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = v
    @p.deleter
    def p(self): del self._p
o = C()
o.p = 5
print(C.s(1), o.s(2), C.c(), o.c(), o.p)
del o.p
try: o.p
except AttributeError as e: print(e)
registry = {}
@registry.setdefault("g", tag("expr")) if 1 else None
def g(): pass
@(lambda fn: [fn.__name__, fn()])
def h(): return "called"
print(h)
def memo(fn):
    cache = {}
    def wrapper(*args):
        if args not in cache:
            cache[args] = fn(*args)
        return cache[args]
    wrapper.cache = cache
    return wrapper
@memo
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(60), len(fib.cache))
class Deco:
    def __init__(self, fn): self.fn = fn; self.calls = 0
    def __call__(self, *a): self.calls += 1; return self.fn(*a)
    def __get__(self, obj, owner): return self if obj is None else (lambda *a: self(obj, *a))
class D:
    @Deco
    def m(self, x): return x * 2
print(D().m(4), D.m.calls)
