import importlib.util
import sys

import modules as m


def show(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, e)


def f(*args, **kw):
    return args, kw


print(m.__name__, m.__doc__, m.ONE, m.TEXT, m.LIST, m.remember.__text_signature__, m.remember.__module__, m.__spec__.name, m.remember.__self__ is m)
show(m.remember, [1])
show(m.remember, 2)
spec = importlib.util.find_spec("modules")
other = importlib.util.module_from_spec(spec)
spec.loader.exec_module(other)
print(other is m, other.remember("x"), m.remember(3))
other.remember(other)
del other
import gc

gc.collect()
show(m.call, f, 1, 2, 3)
show(m.call_method, "a-b-c")
show(m.call_method, 5)
c = m.capsule()
print(m.open_capsule(c), repr(c).split('"')[1], type(c).__name__)
del c
c = m.capsule()
print(m.open_capsule(c))
show(m.open_capsule, 1)


class C:
    pass


o = C()
r, n, same = m.weak(o)
print(n, same, r() is o)
del o
print(r())
show(m.weak, 5)
show(m.import_, "os.path")
show(m.import_, "no_such_module")
show(m.evaluate, "[x * 2 for x in range(3)]")
show(m.evaluate, "1 +")
show(m.evaluate, "undefined")
