# The descriptor protocol: data and non-data, lookup order, properties, __getattr__ family, slots.
class Data:
    def __init__(self, n): self.n = n
    def __get__(self, o, t): return f"data {self.n} {type(o).__name__} {t.__name__}"
    def __set__(self, o, v): print("set", v)
    def __delete__(self, o): print("delete")
class NonData:
    def __get__(self, o, t): return "nondata"
class C:
    d = Data("d"); n = NonData()
c = C()
c.__dict__.update(d="inst d", n="inst n")
print(c.d, c.n, C.d, C.n)
c.d = 5; del c.d
c.n = 6; print(c.n, c.__dict__)
class G:
    def __getattr__(self, n):
        if n.startswith("x"): return n.upper()
        raise AttributeError(n)
    def __getattribute__(self, n):
        if n == "hook": return "hooked"
        return super().__getattribute__(n)
    def __setattr__(self, n, v): object.__setattr__(self, n, (n, v))
    def __delattr__(self, n): print("del", n); super().__delattr__(n)
    def __dir__(self): return ["z", "a"]
g = G(); g.y = 1
print(g.hook, g.xyz, g.y, dir(g), hasattr(g, "q"))
del g.y
try: del g.y
except AttributeError as e: print(e)
class P:
    @property
    def ro(self): "doc"; return 1
    @property
    def raises(self): raise AttributeError("inner")
    def __getattr__(self, n): return "fallback " + n
p = P()
print(p.ro, P.ro.__doc__, P.ro.fset, p.raises)
for code in ("p.ro = 2", "del p.ro"):
    try: exec(code)
    except AttributeError as e: print(e)
wo = property(None, lambda s, v: print("wrote", v))
class W: w = wo
W().w = 3
try: W().w
except AttributeError as e: print(e)
print(type(C.__dict__["d"]).__name__, type(W.__dict__["w"].fset).__name__, property(lambda s: 1).__get__(5))
class Slot:
    __slots__ = {"a": "doc of a", "__dict__": ""}
s = Slot(); s.a = 1; s.b = 2
print(s.a, s.b, Slot.a.__doc__, type(Slot.a).__name__, Slot.a.__get__(s), Slot.__slots__)
try: Slot.a.__get__(5)
except TypeError as e: print(e)
class Sub(Slot): __slots__ = ("c",)
x = Sub(); x.c = 3; print(x.c, Sub.c, Sub.__slots__)
for bad in ("class B:\n __slots__ = ('a', 'a b')", "class B:\n __slots__ = ('x',)\n x = 1", "class B(int):\n __slots__ = ('x',)", "class B(tuple):\n __slots__ = ('x',)", "class B:\n __slots__ = 5", "class B:\n __slots__ = (1,)",
            "class B1:\n __slots__='a'\nclass B2:\n __slots__='b'\nclass B3(B1, B2): pass"):
    try: exec(bad); print("ok", bad.split("slots__")[-1][:12])
    except Exception as e: print(type(e).__name__, e)
class CM:
    @classmethod
    def c(cls, x): return cls.__name__, x
    @staticmethod
    def s(x): return x
class CM2(CM): pass
print(CM2.c(1), CM2().c(2), CM.s(3), CM().s(4), CM.__dict__["s"](5), CM.__dict__["c"].__get__(None, CM2)(6))
class Cached:
    def __set_name__(self, o, n): self.n = n
    def __get__(self, o, t=None):
        if o is None: return self
        v = o.__dict__[self.n] = len(o.__dict__); return v
class H: v = Cached()
h = H(); print(h.v, h.v, h.__dict__)
C.late = Data("late"); print(c.late); del C.late
