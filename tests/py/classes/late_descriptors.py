"""Classes of class variables that become descriptors later: what sites have cached is void."""
class V: pass
class C:
    v = V()
class S:
    __slots__ = ('__dict__',)
    v = V()
class L(list):
    v = V()
def f(o):
    r = None
    for _ in range(50): r = o.v
    return r
def g(o):
    return o.v
a, b, c = C(), S(), L()
c2 = L(); c2.x = 1
for _ in range(3000): [g(x) for x in (a, b, c, C)]
for x in (a, b, c, C): f(x)
V.__get__ = lambda self, i, o: 'got'
print([g(x) for x in (a, b, c, c2, C)], [f(x) for x in (a, b, c, c2, C)])
def only(o): return o.v
class V2: pass
class C2: v = V2()
o = C2()
for _ in range(100): only(o)
V2.__get__ = lambda self, i, o: 'got'
print(only(o))
class M: pass
class K: m = M()
k = K(); k.m = lambda: 'mine'
def call(k): return k.m()
for _ in range(100): call(k)
M.__get__ = lambda s, i, o: (lambda: 'theirs'); M.__set__ = lambda *a: None
print(call(k))
