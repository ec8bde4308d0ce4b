# Metaclasses, __prepare__, __init_subclass__, __set_name__, __class_getitem__, __instancecheck__ and friends.
log = []
class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases, **kw): log.append(("prepare", name, kw)); return {"injected": 1}
    def __new__(mcls, name, bases, ns, **kw): log.append(("new", name)); return super().__new__(mcls, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw): log.append(("init", name)); super().__init__(name, bases, ns)
    def __call__(cls, *a, **k): log.append(("call", cls.__name__)); return super().__call__(*a, **k)
    def __instancecheck__(cls, o): return o == "magic"
    def __subclasscheck__(cls, c): return c is int
    def __getattr__(cls, n): return f"meta:{n}"
    def __len__(cls): return 7
    def __iter__(cls): return iter("ab")
    def __contains__(cls, x): return x == 1
    @property
    def mp(cls): return "meta property"
class A(metaclass=Meta, opt=1):
    x = injected
a = A()
print(log, A.x, type(A), isinstance("magic", A), isinstance(a, A), issubclass(int, A), A.anything, len(A), list(A), 1 in A, A.mp)
try: a.mp
except AttributeError as e: print(e)
class B(A): pass
print(type(B).__name__)
class Plugin:
    registry = {}
    def __init_subclass__(cls, /, key=None, **kw):
        super().__init_subclass__(**kw); Plugin.registry[key or cls.__name__] = cls
class P1(Plugin, key="one"): pass
class P2(Plugin): pass
print(sorted(Plugin.registry))
try:
    class P3(Plugin, nope=1): pass
except TypeError as e: print(e)
class Field:
    def __set_name__(self, owner, name): self.owner, self.name = owner.__name__, name
    def __get__(self, o, t=None): return (self.owner, self.name, o is None)
class Model:
    f = Field(); g = Field()
print(Model.f, Model().g)
class BadName:
    def __set_name__(self, o, n): raise ValueError("no")
try:
    class X: attr = BadName()
except Exception as e: print(type(e).__name__, e, e.__notes__)
class G:
    def __class_getitem__(cls, k): return (cls.__name__, k)
print(G[int], G[1, 2])
try: int[3]
except TypeError as e: print(e)
print(list[int], dict[str, int] == dict[str, int], list[int]([1]), type(list[int]).__name__)
class M1(type): pass
class M2(type): pass
class C1(metaclass=M1): pass
class C2(metaclass=M2): pass
try:
    class C3(C1, C2): pass
except TypeError as e: print(e)
class Resolve:
    def __mro_entries__(self, bases): return (dict,)
class FromEntries(Resolve()): pass
print(FromEntries.__bases__, [type(b).__name__ for b in FromEntries.__orig_bases__])
def meta_func(name, bases, ns, **kw): return (name, bases, sorted(k for k in ns if not k.startswith("__")), kw)
class F(metaclass=meta_func, z=3):
    q = 1
print(F)
class Sing(type):
    inst = {}
    def __call__(cls, *a):
        if cls not in Sing.inst: Sing.inst[cls] = super().__call__(*a)
        return Sing.inst[cls]
class One(metaclass=Sing): pass
print(One() is One())
class Order(type):
    def mro(cls): return [cls, object]
class Cut(A.__mro__[1], metaclass=Order): pass
print(Cut.__mro__)
print(type.__call__(type, 5), type(type), type.__mro__, type.__base__, object.__class__, type(object()))
class Abstract(metaclass=__import__("abc").ABCMeta):
    @__import__("abc").abstractmethod
    def need(self): ...
try: Abstract()
except TypeError as e: print(e)
