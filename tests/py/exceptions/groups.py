# Exception groups and except*.
eg = ExceptionGroup("top", [ValueError(1), TypeError("t"), ExceptionGroup("sub", [KeyError("k"), ValueError(2)])])
print(repr(eg), eg.message, len(eg.exceptions), str(eg))
m, r = eg.split(ValueError); print(repr(m)); print(repr(r))
print(repr(eg.subgroup(lambda e: isinstance(e, KeyError))), eg.subgroup(OSError), eg.derive([OSError()]))
def run(exc):
    log = []
    try:
        try: raise exc
        except* ValueError as g: log.append(("V", [repr(x) for x in g.exceptions]))
        except* (TypeError, KeyError) as g: log.append(("TK", g.message, len(g.exceptions)))
        else: log.append("else")
        finally: log.append("finally")
    except BaseException as rest: log.append(("rest", repr(rest)))
    return log
print(run(eg)); print(run(ValueError("plain"))); print(run(OSError("other"))); print(run(ExceptionGroup("g", [OSError(1), ValueError(2)])))
def raising():
    try:
        try: raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
        except* ValueError: raise RuntimeError("new")
    except ExceptionGroup as e: return e
e = raising(); print(repr(e), repr(e.exceptions[0].__context__))
def reraise():
    try:
        try: raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
        except* ValueError: raise
    except ExceptionGroup as e: return repr(e)
print(reraise())
for bad in (("m", []), ("m", [1]), (1, [ValueError()]), ("m", ValueError()), ("m", [KeyboardInterrupt()]), ("m",)):
    try: ExceptionGroup(*bad)
    except Exception as e: print(type(e).__name__, e)
print(type(BaseExceptionGroup("b", [ValueError()])).__name__, type(BaseExceptionGroup("b", [KeyboardInterrupt()])).__name__)
try:
    try: raise ValueError
    except* ExceptionGroup: pass
except TypeError as e: print(e)
class My(ExceptionGroup):
    def derive(self, excs): return My(self.message + "!", excs)
print(repr(My("m", [ValueError(), KeyError()]).subgroup(KeyError)))
for src in ("try: pass\nexcept* ValueError: break", "try: pass\nexcept* : pass", "try: pass\nexcept ValueError: pass\nexcept* KeyError: pass", "for i in x:\n try: pass\n except* V: continue", "def f():\n try: pass\n except* V: return"):
    try: compile(src, "x", "exec")
    except SyntaxError as e: print(e.msg)
import traceback
try: raise ExceptionGroup("shown", [ValueError("one"), ExceptionGroup("inner", [TypeError("two")])])
except ExceptionGroup as e: print("".join(traceback.format_exception(e)).replace(__file__, "FILE"))
try: raise ValueError("x")
except ValueError, TypeError: print("no parentheses needed")
