import sys
import warnings

import errors as e


def show(f, *args):
    try:
        print(f(*args))
    except BaseException as x:
        print(type(x).__name__, x, "|", repr(x.__cause__), repr(x.__context__))


print(e.Error.__mro__, e.Error.__doc__, e.Error.__module__)
show(e.raise_, ValueError)
show(e.raise_, ValueError, "text")
show(e.raise_, ValueError, (1, 2))
show(e.raise_, ValueError, TypeError("inner"))
show(e.raise_, OSError, (2, "no such", "file"))
show(e.raise_, e.Error, e.Error(1))
show(e.raise_, int, 1)
show(e.format, [1])
show(e.fetch, lambda: {}["k"])
show(e.fetch, lambda: 1 / 0)
show(e.fetch, lambda: 5)
show(e.old_fetch, lambda: [][1])
show(e.chain, lambda: int("x"))
show(e.from_errno, "missing")
print(e.handled())
try:
    1 / 0
except ZeroDivisionError:
    print(repr(e.handled()))
    show(e.raise_, KeyError, "during")
print(e.handled())
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    e.warn("careful")
    print([(x.category.__name__, str(x.message), x.lineno > 0) for x in w])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    show(e.warn, "now an error")
seen = []
sys.unraisablehook = lambda u: seen.append((u.exc_type.__name__, str(u.exc_value), u.object))
e.unraisable("place")
print(seen)
