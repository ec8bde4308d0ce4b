# Prompt finalisation, weak references, cycles, resurrection, gc interface.
import gc, sys, weakref
class N:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def scope(): a = N("local"); print("in scope")
scope()
x = N("rebound"); x = None
x = [N("in list"), N("second")]; x.pop(); print("popped"); del x[0]; print("removed")
d = {"k": N("dict value")}; d["k"] = 1; print("replaced")
N("temp").n; print("after temp")
def ret(): return N("returned")
ret(); r = ret(); print("kept"); del r
for i in range(2): o = N(i)
del o
t = (N("tuple"),); t = None
def exc():
    q = N("in frame")
    raise ValueError
try: exc()
except ValueError as e: print("caught")
print("frame gone")
def gen():
    g = N("in generator"); yield 1; yield 2
it = gen(); next(it); it.close(); print("closed")
it = gen(); next(it); del it; print("dropped")
w = weakref.ref(k := N("weak"), lambda r: print("callback", r() is None)); print(w() is k); del k; print(w())
class S: __slots__ = ("a", "__weakref__")
s = S(); wd = weakref.WeakValueDictionary(a=s); wk = weakref.WeakKeyDictionary({s: 1}); print(len(wd), len(wk)); del s; print(len(wd), len(wk))
f = weakref.finalize(z := N("fin"), print, "finalize called"); del z; print(f.alive)
p = weakref.proxy(y := N("proxied")); print(p.n); del y
try: p.n
except ReferenceError as e: print(e)
for bad in (5, "a", (), None):
    try: weakref.ref(bad)
    except TypeError as e: print(e)
gc.collect()
a, b = N("cycle a"), N("cycle b"); a.o, b.o = b, a; wa = weakref.ref(a); del a, b; print("before collect", wa() is not None); print(gc.collect() >= 2, wa())
l = []; l.append(l); del l; print(gc.collect() >= 1)
saved = []
class Res:
    def __del__(self): print("resurrect"); saved.append(self)
Res(); print(len(saved)); saved.clear(); print("cleared once")
c = Res(); c.me = c; del c; gc.collect(); print(len(saved)); saved.clear(); gc.collect()
class Bad:
    def __del__(self): raise RuntimeError("in del")
sys.unraisablehook = lambda u: print("unraisable", u.exc_type.__name__, u.exc_value, "Bad.__del__" in repr(u.object))
Bad(); del sys.unraisablehook
sys.unraisablehook = sys.__unraisablehook__
m = N("method"); bm = m.__init__; del m; print("bound keeps"); del bm; print("gone")
cl = N("closure"); fn = (lambda v: lambda: v)(cl); del cl; print("closure keeps", fn().n); del fn
cls = type("Temp", (), {"__del__": lambda self: print("temp class instance")}); cls(); wc = weakref.ref(cls); del cls; gc.collect(); print(wc())
print(gc.isenabled(), gc.is_tracked([]), gc.is_tracked(5), gc.is_tracked("a"), gc.get_threshold()[0] > 0, isinstance(gc.get_count(), tuple)); gc.disable(); print(gc.isenabled()); gc.enable()
print(sys.getrefcount(object()) >= 1, len(gc.get_referents([1, 2, "x"])), gc.get_referrers(tgt := object()) != [], gc.is_finalized(5))
wr = weakref.ref(N); print(wr is weakref.ref(N), hash(wr) == hash(N), wr == weakref.ref(N), weakref.getweakrefcount(N) >= 1, repr(wr).startswith("<weakref at 0x"))
ws = weakref.WeakSet(); e1 = N("e1"); ws.add(e1); print(len(ws)); del e1; print(len(ws))
wm = weakref.WeakMethod((h := N("h")).__init__); print(wm() is not None); del h; print(wm())
print("end"); last = N("at exit")
