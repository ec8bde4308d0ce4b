# Imports of modules beside the program.
import _helper
import _helper as h
from _helper import value, func as f, __name__ as n
from _helper import *
print(h is _helper, value, f(2), n, exported)
try: hidden
except NameError as e: print(e)
try: from _helper import nothing
except ImportError as e: print(e.name, str(e).split(" (")[0])
try: import no_such_module
except ModuleNotFoundError as e: print(e, e.name)
try: import _helper.sub
except ModuleNotFoundError as e: print(e)
import sys
print(sys.modules["_helper"] is h, h.__doc__, h.loads)
del sys.modules["_helper"]
import _helper
print(_helper is h, _helper.loads)
def local():
    import _helper as inner
    from _helper import value as v
    return inner.value + v
print(local())
h.dynamic = 1
try: _helper.dynamic
except AttributeError as e: print(e)
print(h.virtual)
try: h.gone
except AttributeError as e: print(e)
print(__import__("_helper").value, __name__, __doc__, __spec__)
