# Classes: attributes, inheritance, mro, super, introspection, errors.
class Base:
    """Doc."""
    count = 0
    def __init__(self, v): self.v = v; Base.count += 1
    def who(self): return "Base"
    def __repr__(self): return f"{type(self).__name__}({self.v})"
class L(Base):
    def who(self): return "L>" + super().who()
class R(Base):
    def who(self): return "R>" + super().who()
class D(L, R):
    def who(self): return "D>" + super().who()
    def __init__(self, v, w=0): super().__init__(v); self.w = w
d = D(1, w=2)
print(d, d.who(), [c.__name__ for c in D.__mro__], Base.count)
print(D.__bases__, D.__base__, D.__name__, D.__qualname__, D.__module__, D.__doc__, Base.__doc__, D.__dict__["__doc__"])
print(isinstance(d, R), issubclass(D, (int, L)), type(d) is D, d.__class__, L.__subclasses__())
print(sorted(vars(d)), hasattr(d, "who"), getattr(d, "zz", "default"))
setattr(d, "new", 1); delattr(d, "w")
print(d.__dict__)
for bad in ("d.w", "D.nope", "del d.nope", "d.who.x = 1", "D()", "D(1, 2, 3)", "class X(L, Base, R): pass", "class X(Base, L): pass", "class X(int, str): pass",
            "class X(bool): pass", "class X(5): pass", "class X(d): pass", "int.x = 1", "class X(type(None)): pass", "object().x = 1", "issubclass(1, int)",
            "isinstance(1, 1)", "super().x", "Base.who()", "class X(object, object): pass"):
    try: exec(bad)
    except Exception as e: print(bad, "->", type(e).__name__ + ":", e)
class S: pass
S.method = lambda self: "added"
s = S(); print(s.method())
S.method = property(lambda self: "prop"); print(s.method)
class T: 
    def hello(self): return "T"
s.__class__ = T; print(s.hello(), type(s).__name__)
class N:
    def __new__(cls, *a):
        self = super().__new__(cls); self.args = a; return self
    def __init__(self, *a): self.inited = True
print(N(1, 2).args, N().inited)
class Other:
    def __new__(cls): return 42
    def __init__(self): print("not called")
print(Other())
class Slots:
    __slots__ = ("a", "b")
x = Slots(); x.a = 1
for code in ("x.b", "x.c = 1", "x.__dict__", "del x.b"):
    try: exec(code)
    except AttributeError as e: print(code, "->", e)
print(type("Dyn", (Base,), {"k": 1})(3), type("E", (), {}).__mro__[1])
class Outer:
    class Inner:
        def f(self): pass
print(Outer.Inner.__qualname__, Outer.Inner.f.__qualname__, Outer.Inner.f)if 0 else print(Outer.Inner.f.__qualname__)
class __Mangle:
    def __init__(self): self.__x = 1; self._Other__y = 2
    def __m(self): return self.__x
    def call(self): return self.__m()
m = __Mangle(); print(sorted(vars(m)), m.call(), [n for n in dir(m) if "Mangle" in n])
