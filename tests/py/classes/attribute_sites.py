"""Attributes that are called or loaded where several kinds of objects come: slots, instance variables before methods, dicts that are not made yet, bound methods in variables, truth."""
import types
class S:
    __slots__ = ('f', 'g', 'd')
    cv = 'S'
    key = None
class T(S): key = 't'
class U(S):
    key = 'u'
    __slots__ = ()
class V(T):
    key = 'v'
    def m(self): return 'Vm'
class W(T):
    def m(self): return 'Wm'
class P:
    def __init__(self): self.push = [].append; self.n = len; self.b = self.m2
    def push(self, x): return 'method'
    def m2(self, x): return ('m2', x)
class Q(P):
    def __init__(self): pass
def use(objs, n):
    out = []
    for i in range(n):
        for o in objs:
            out.append(o.key)
    return out
objs = [T(), U(), V(), W(), S()]
print(use(objs, 3)); use(objs, 200)
objs[0].key = 'own'; T.cv = 'Tcv'
print(use(objs, 2))
T.key = 'T2'
print(use(objs, 2))
del objs[0].key
print(use(objs, 2))
def call(objs, n):
    out = []
    for i in range(n):
        for o in objs:
            out.append(o.m())
    return out
ms = [V(), W()]
print(call(ms, 3)); call(ms, 400)
ms[0].m = lambda: 'own'
print(call(ms, 2))
V.m = lambda self: 'new'
W.m = staticmethod(lambda: 'static')
print(call(ms, 2))
def slots(o, n):
    return [o.f(i) for i in range(n)]
s = S(); s.f = lambda x: ('slot', x)
print(slots(s, 10))
s.f = P().m2
print(slots(s, 5))
s.f = len
try: slots(s, 5)
except TypeError as e: print(e)
s.f = types.MethodType(len, 'abc')
def none(o): return o.f()
print([none(s) for i in range(5)])
del s.f
try: none(s)
except AttributeError as e: print(e)
s.f = 5
try: none(s)
except TypeError as e: print(e)
def push(o, n): return [o.push(i) for i in range(n)], o.n('xyz') if hasattr(o, 'n') else 0
print(push(P(), 5), push(Q(), 5), push(P(), 3))
p = P(); push(p, 5); del p.push
print(push(p, 3))
def b(o, n): return [o.b(i) for i in range(n)] + [o.b(x=i) for i in range(n)]
print(b(P(), 6))
class K:
    def __init__(self): self.f = self.g
    def g(self, *a, **k): return a, k
k = K()
for i in range(6): print(k.f(), k.f(1, 2), k.f(a=i))
class B1: 
    def __bool__(self): return False
class L0:
    def __len__(self): return 0
class N: pass
class X: pass
def truth(objs): return [1 if o else 0 for o in objs]
xs = [B1(), L0(), N(), X(), b'', b'a', truth, len, X, print, 0, (), S(), {}.keys(), {1:1}.keys()]
for i in range(5): print(truth(xs))
N.__bool__ = lambda self: False
X.__len__ = lambda self: 0
print(truth(xs))
del N.__bool__
print(truth(xs))
class Bad:
    def __bool__(self): return 5
for i in range(3):
    try: truth([Bad()])
    except TypeError as e: print(e)
def unbound(n): return [dict.get({'a': 1}, 'a'), object.__getattribute__(k, '__class__').__name__, list.append([], 1), str.upper('x')]
for i in range(6): print(unbound(1))
