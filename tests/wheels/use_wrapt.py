# wheels: wrapt==2.5.2
"""Transparent proxies and decorators in C."""
import inspect
import wrapt
from wrapt import _wrappers


@wrapt.decorator
def loud(wrapped, instance, args, kwargs):
    return ("loud", instance.__class__.__name__, wrapped(*args, **kwargs))


class C:
    @loud
    def m(self, a, b=2):
        "doc"
        return a + b

    @loud
    @classmethod
    def c(cls):
        return cls.__name__

    @loud
    @staticmethod
    def s():
        return "s"


@loud
def f(x: int, *, y=1) -> int:
    return x + y


print(C().m(1), C().m(1, b=5), C.c(), C.s(), f(1, y=3), C.m.__doc__, f.__name__, inspect.signature(f), f.__wrapped__(2))
p = wrapt.ObjectProxy([1, 2])
p.append(3)
p += [4]
print(p, len(p), p[0], p == [1, 2, 3, 4], isinstance(p, list), type(p).__name__, p.__class__, p * 2, 3 in p, repr(p).startswith("<"), bool(p), list(reversed(p)), p[1:3])
n = wrapt.ObjectProxy(5)
print(n + 1, 1 + n, -n, n ** 2, divmod(n, 2), n < 6, int(n), float(n), hash(n) == hash(5), f"{n:03d}", round(n), n & 4, n << 1, complex(n))
n += 2
print(n, type(n).__name__)


class Mine(wrapt.ObjectProxy):
    _self_extra = 1

    def __init__(self, w):
        super().__init__(w)
        self._self_extra = 7

    def extra(self):
        return self._self_extra


o = Mine({"a": 1})
o["b"] = 2
print(o.extra(), o, sorted(o), dict(o), o.__wrapped__ is not o, "a" in o)
with wrapt.ObjectProxy(__import__("io").StringIO("x")) as fh:
    print(fh.read())
print(wrapt.PartialCallableObjectProxy(f, 1)(y=9), wrapt.FunctionWrapper is _wrappers.FunctionWrapper)
for bad in [lambda: wrapt.ObjectProxy(), lambda: p.nope, lambda: setattr(p, "nope", 1), lambda: n["x"], lambda: wrapt.FunctionWrapper(5), lambda: p(), lambda: hash(p), lambda: len(n), lambda: C().m()]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
