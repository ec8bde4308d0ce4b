"""Classes with metaclasses: calls, methods and computed attributes at sites that cache."""
import abc, enum, typing
class Meta(type):
    @property
    def mp(cls): return cls.__name__ + '!'
    def mm(cls, x=0): return (cls.__name__, x)
    cv = 7
class A(metaclass=Meta):
    def __init__(self, x=1, *, k=2): self.x = x; self.k = k
class B(A): 
    mm2 = 1
class P(metaclass=Meta): pass
class N(metaclass=Meta):
    def __new__(cls, *a): o = object.__new__(cls); o.a = a; return o
class AB(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
class ABI(AB):
    def __init__(self, *a, **k): self.a, self.k_ = a, k
    def f(self): return 1
class E2(Exception, metaclass=type): pass
class MC(type):
    def __call__(cls, *a, **k): return ('called', a, k)
class C3(metaclass=MC):
    def __init__(self, *a): raise 1
import types
mod = types.ModuleType('mod'); mod.A = A; mod.ABI = ABI; mod.P = P; mod.N = N; mod.C3 = C3; mod.E = E2; mod.AB = AB; mod.K = KeyError; mod.t = type; mod.int = int
class Plain:
    def __init__(self, a, b=2): self.a, self.b = a, b
mod.Plain = Plain
def gen():
    for i in range(3):
        yield mod.Plain(i).a, mod.A(i).x, Plain(i).a
def run():
    out = []
    for i in range(40):
        out += [A().x, A(i).x, A(i, k=i).k, A(x=3).x, mod.A(i).x, mod.A(i, k=5).k, P().__class__.__name__, mod.P().__class__.__name__, N(1, i).a, mod.N(i).a]
        out += [ABI(i).a, mod.ABI(i, z=1).k_, mod.ABI().a, C3(i, z=2), mod.C3(i), str(mod.E(i)), repr(E2(1, i)), repr(mod.K(i)), mod.t(i), mod.int('12'), mod.Plain(i).b, mod.Plain(i, 5).b]
        for f in (lambda: AB(), lambda: mod.AB(), lambda: P(1), lambda: mod.P(1), lambda: mod.Plain(), lambda: mod.Plain(1, 2, 3)):
            try: f()
            except TypeError as e: out.append(str(e))
        out += [A.mp, B.mp, A.mm(), B.mm(i), A.__name__, type(i).__name__, B.__mro__[0].__name__, A.__module__, A.__dict__.get('zz'), B.__bases__, A.__flags__ & 512, A.__basicsize__ > 0, A.__qualname__, A.cv]
        out += [list(gen())]
        out += [b'abc'[i % 3], bytearray(b'xyz')[-1], b'q'[-1]]
        for v, k in ((b'', 0), (b'ab', 2), (bytearray(), -1), (b'ab', -3)):
            try: v[k]
            except IndexError as e: out.append(str(e))
    return out
def change():
    out = []
    class M(type):
        def mm(cls): return 'meta'
        @property
        def pr(cls): return 'pr'
    class X(metaclass=M): pass
    def look(): return X.mm(), X.pr
    for i in range(10): out.append(look())
    X.mm = lambda: 'own'
    X.pr = 5
    for i in range(5): out.append(look())
    return out
try: print(change())
except Exception as e: print(type(e), e)
def change2():
    out = []
    class M(type):
        def mm(cls): return 'meta'
    class X(metaclass=M): pass
    def look(): return X.mm()
    for i in range(10): out.append(look())
    X.mm = staticmethod(lambda: 'own')
    for i in range(5): out.append(look())
    del X.mm
    for i in range(5): out.append(look())
    M.mm = lambda cls: 'new'
    for i in range(5): out.append(look())
    def call(): return X(1)
    class X(metaclass=M):
        def __init__(self, a): self.a = a
    for i in range(5): out.append(call().a)
    M.__call__ = lambda cls, a: 'mcall'
    for i in range(3): out.append(call())
    del M.__call__
    for i in range(3): out.append(call().a)
    X.__init__ = lambda self, a: setattr(self, 'a', 'other')
    for i in range(3): out.append(call().a)
    return out
print(change2())
print(run())
def fk(a, **k): return a, k
def fk2(a, /, **k): return a, k
nm = 'x' * 3
for i in range(5): print(fk(1, z=2, y=i), fk2(1, a=5), fk(**{'a': 1, nm: 2, ''.join(['b', 'c']): 3}), fk(**{''.join(['a']): 1}))
for f in (lambda: fk(1, a=2), lambda: fk(), lambda: (lambda a: 1)(**{''.join(['z', 'z']): 1}), lambda: (lambda a: 1)(zz=1)):
    try: f()
    except TypeError as e: print(e)
