# Function, method and builtin objects from outside.
def f(a, b=1, *c, d=2, **e):
    """Doc of f."""
    local = a
    return local
code = f.__code__
print(code.co_name, code.co_qualname, code.co_argcount, code.co_nlocals, code.co_varnames, code.co_flags & 0xff, code.co_firstlineno)
print(code.co_consts[0] if code.co_consts[0] == "Doc of f." else "doc elsewhere", code.co_names, code.co_freevars, code.co_cellvars)
class C:
    def m(self): return self
    @classmethod
    def c(cls): pass
    @staticmethod
    def s(): pass
o = C()
print(o.m.__self__ is o, o.m.__func__ is C.m, o.m == o.m, o.m is o.m, hash(o.m) == hash(o.m), C.c.__self__ is C)
print(C.m.__qualname__, o.m.__name__, o.m.__doc__, C.__dict__["c"].__func__.__name__, C.__dict__["s"].__wrapped__.__name__)
print(len.__name__, len.__qualname__, len.__module__, len.__self__.__name__, [].append.__name__, [].append.__qualname__)
print(str.join.__name__, str.join.__qualname__, str.join.__objclass__, type(str.join).__name__, type([].append).__name__, type(str.__add__).__name__)
print(type(f).__name__, type(o.m).__name__, type(len).__name__, type(C.__init__).__name__, type(o.__init__).__name__)
try: f.__name__ = 1
except TypeError as e: print(e)
try: f.__defaults__ = 1
except TypeError as e: print(e)
try: del f.__code__
except (TypeError, AttributeError) as e: print(type(e).__name__)
try: o.m.attr = 1
except AttributeError as e: print(e)
try: len.x = 1
except AttributeError as e: print(e)
try: f.nope
except AttributeError as e: print(e)
f.__defaults__ = (10,)
print(f(5), f.__defaults__)
f.__doc__ = "new"; f.__name__ = "g"; f.__qualname__ = "Q.g"
print(f.__doc__, f.__name__, repr(f).startswith("<function Q.g at 0x"))
new = code.replace(co_name="other", co_firstlineno=99)
print(new.co_name, new.co_firstlineno, new == code, code == code.replace())
print(repr(len), repr(str.join), repr(C.__dict__["c"]).startswith("<classmethod(<function"), repr(str.__add__))
print(list(code.co_lines())[-1][2] > code.co_firstlineno)
import types
bound = types.MethodType(lambda self, x: (self, x), 5)
print(bound(6), bound.__self__)
print(callable(f), callable(5), callable(C), callable(o))
print(int.__doc__.splitlines()[0], len.__text_signature__, len.__doc__)
