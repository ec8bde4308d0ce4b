# try/except semantics: matching, chaining, re-raise, context, attributes, notes.
try: raise ValueError("a", 1)
except (TypeError, ValueError) as e: print(e, e.args, repr(e), e.__traceback__ is not None)
try: e
except NameError as err: print(err)
def chain():
    try:
        try: 1 / 0
        except ZeroDivisionError as z: raise KeyError("k") from z
    except KeyError as k: return k
k = chain(); print(repr(k.__cause__), k.__suppress_context__, k.__context__ is k.__cause__)
try:
    try: {}["x"]
    except KeyError: raise RuntimeError("during")
except RuntimeError as r: print(repr(r.__context__), r.__cause__, r.__suppress_context__)
try:
    try: raise ValueError
    except ValueError: raise TypeError from None
except TypeError as t: print(t.__suppress_context__, repr(t.__context__))
def reraise():
    try: raise OSError(5, "io")
    except OSError:
        try: raise
        except OSError as again: return again
print(reraise().errno)
try: raise
except RuntimeError as e: print(e)
for bad in ("raise 5", "raise int", "raise ValueError from 5", "raise 'str'", "raise None", "raise ValueError() from TypeError"):
    try: exec(bad)
    except BaseException as e: print(bad, "->", type(e).__name__, e, repr(e.__cause__))
try:
    try: raise ValueError
    except 5: pass
except TypeError as e: print(e)
try:
    try: raise ValueError
    except (KeyError, "x"): pass
except TypeError as e: print(e)
def lazy_match():
    try: pass
    except undefined_here: pass
    return "not evaluated"
print(lazy_match())
e = ValueError("n"); e.add_note("note 1"); e.add_note("note 2"); print(e.__notes__)
try: e.add_note(5)
except TypeError as t: print(t)
for cls in (KeyError, IndexError, StopIteration, OSError, UnicodeDecodeError, SystemExit, ImportError, AttributeError, NameError, SyntaxError, ExceptionGroup, KeyboardInterrupt, RecursionError):
    print(cls.__name__, [c.__name__ for c in cls.__mro__[1:-1]])
print(KeyError("a"), str(KeyError("a", "b")), str(ValueError()), repr(ValueError()), str(ValueError(None)), StopIteration(3).value, SystemExit(4).code, repr(KeyError(1)))
u = UnicodeDecodeError("utf-8", b"\xff\xfe", 0, 1, "bad"); print(u, u.object, u.start, u.reason)
print(UnicodeEncodeError("ascii", "\xe9a", 0, 1, "ord"), UnicodeEncodeError("ascii", "\xe9\xe9", 0, 2, "ord"))
s = SyntaxError("msg", ("f.py", 3, 5, "text", 3, 8)); print(s, s.lineno, s.offset, s.end_offset, s.text)
o = OSError(2, "No such", "f1", None, "f2"); print(o, o.filename, o.filename2, type(o).__name__, o.args)
print(OSError("just"), OSError(1), repr(FileNotFoundError(2, "m")), BlockingIOError(11, "m", 5).characters_written)
i = ImportError("m", name="n", path="p"); print(i.name, i.path, i.msg)
a = AttributeError("m", name="n", obj=5); print(a.name, a.obj)
try: (5).foo
except AttributeError as x: print(x.name, x.obj)
try: ValueError(x=1)
except TypeError as t: print(t)
x = ValueError(1); x.custom = 2; print(x.__dict__); x.args = (3, 4); print(x)
try: x.__cause__ = 5
except TypeError as t: print(t)
try: x.__traceback__ = 5
except TypeError as t: print(t)
y = x.with_traceback(None); print(y is x)
def f():
    try: raise ValueError("f")
    finally: raise KeyError("g")
try: f()
except KeyError as q: print(repr(q.__context__))
def loop_ctx():
    a = ValueError("a")
    try:
        try: raise a
        except ValueError: raise a
    except ValueError as z: return z.__context__
print(loop_ctx())
def while_finally():
    n = 0
    while True:
        try:
            n += 1
            if n >= 3: return n
        except Exception: pass
        else: continue
        finally: n += 10
print(while_finally())
