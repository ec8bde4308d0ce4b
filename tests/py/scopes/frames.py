# Frames, locals(), tracing hooks, line numbers, sys functions that see the stack.
import sys
def f(a):
    b = a + 1
    fr = sys._getframe()
    print(fr.f_code.co_name, fr.f_lineno, sorted(fr.f_locals), fr.f_back.f_code.co_name, fr.f_globals is globals(), fr.f_builtins is not None)
    fr.f_locals["b"] = 99; fr.f_locals["new"] = 5
    print(b, locals().get("new"), sorted(locals()), fr.f_locals["a"])
    return b
f(1)
events = []
def tracer(fr, ev, arg):
    if fr.f_code.co_name in ("traced", "inner"): events.append((ev, fr.f_code.co_name, fr.f_lineno - fr.f_code.co_firstlineno, arg if ev == "return" else (arg[0].__name__ if ev == "exception" else None)))
    return tracer
def inner(n):
    if n: raise ValueError
    return n
def traced():
    x = 1
    for i in range(2):
        x += i
    try: inner(1)
    except ValueError: pass
    inner(0)
    return x
sys.settrace(tracer); traced(); sys.settrace(None)
for e in events: print(e)
prof = []
sys.setprofile(lambda fr, ev, arg: prof.append((ev, fr.f_code.co_name, getattr(arg, "__name__", None))) if fr.f_code.co_name in ("traced", "inner") else None); traced(); sys.setprofile(None)
print(prof)
def outer():
    v = 1
    def g(): return sys._getframe(1).f_locals["v"], sys._getframe(1).f_code.co_name
    return g()
print(outer(), sys._getframe().f_code.co_name)
try: sys._getframe(10000)
except ValueError as e: print(e)
def loc(p, *q, r=1, **s):
    l = locals(); l["p"] = "changed"; t = 1
    return p, sorted(l), sorted(locals())
print(loc(1))
class C:
    a = 1
    locals()["dyn"] = 2
    print(sorted(k for k in locals() if k[0] != "_"))
print(C.dyn)
def gen():
    x = 1
    yield sys._getframe()
    x = 2
    yield
g = gen(); fr = next(g); print(fr.f_locals["x"], fr is g.gi_frame, fr.f_back, fr.f_lineno - fr.f_code.co_firstlineno); next(g); print(fr.f_locals["x"])
def exc():
    try: 1 / 0
    except ZeroDivisionError: return sys.exc_info()[0].__name__, sys.exception() is sys.exc_info()[1]
print(exc(), sys.exc_info(), sys.exception())
fr.clear() if False else None
try: sys._getframe().clear()
except RuntimeError as e: print(e)
print([l for _, _, l in f.__code__.co_lines() if l is not None][:1][0] == f.__code__.co_firstlineno, len(list(f.__code__.co_positions())) > 10)
log = []
tool = 3; M = sys.monitoring; E = M.events
M.use_tool_id(tool, "t"); M.register_callback(tool, E.PY_START, lambda c, o: log.append(("start", c.co_name))); M.register_callback(tool, E.PY_RETURN, lambda c, o, v: log.append(("ret", c.co_name, v))); M.set_events(tool, E.PY_START | E.PY_RETURN); inner(0); M.set_events(tool, 0); M.free_tool_id(tool)
print(log)
