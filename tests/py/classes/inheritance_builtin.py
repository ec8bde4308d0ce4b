# Subclasses of built-in types.
class I(int):
    def __add__(self, o): return I(int(self) + o + 1)
    def __repr__(self): return f"I({int(self)})"
print(I(3) + 4, I(3) - 1, type(I(3) - 1), 1 + I(3), sum([I(1), I(2)]), I("12"), I.from_bytes(b"\1"), isinstance(I(1), int), hash(I(5)), {I(1): 2}[1], I(7) == 7, f"{I(5):>4}")
class S(str):
    def upper(self): return S("U:" + super().upper())
    def __getitem__(self, i): return S(super().__getitem__(i))
s = S("abc"); s.attr = 1
print(s.upper(), s[0], type(s[0]), type(s + "x"), s.attr, s == "abc", {"abc": 1}[s], "-".join([s, s]), S(5), s.join("xy"), type(str(s)), type(s.strip()))
class L(list):
    def append(self, x): super().append(x * 2)
l = L([1]); l.append(5); l += [7]; l.extra = "e"
print(l, type(l + [1]), type(l[:]), l.extra, L(range(3)) == [0, 1, 2], sorted(L([3, 1])), [*l], len(l))
class D(dict):
    def __setitem__(self, k, v): super().__setitem__(k, v + 1)
d = D(a=1); d["b"] = 1; d.update(c=1); d.setdefault("e", 1)
print(d, d | {"z": 0}, type(d | {}), type(d.copy()), {**d}, list(d.items()))
class T(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
    @property
    def first(self): return self[0]
t = T(1, 2); print(t, t.first, t + (3,), type(t + ()), type(t[:]), hash(t) == hash((1, 2)), t == (1, 2))
class F(float):
    def __str__(self): return "F!"
print(F(1.5), repr(F(1.5)), F(2) * 2, f"{F(1)}", f"{F(1):.2f}", F.fromhex("0x1p1"), type(F(1) + 1))
class B(bytes): pass
print(B(b"ab"), B(b"ab")[0:1], type(B(b"ab")[0:1]), B([65]).decode())
class Fr(frozenset): pass
print(Fr([1]), Fr([1]) | {2}, type(Fr([1]) | {2}), Fr([1]) == {1}, hash(Fr([1])) == hash(frozenset([1])))
class E(Exception):
    def __init__(self, code, msg): super().__init__(msg); self.code = code
try: raise E(7, "boom")
except E as e: print(e, e.code, e.args, repr(e))
class O(OSError): pass
print(repr(O(2, "no", "file")), O(2, "x").errno, type(OSError(2, "x")).__name__, str(OSError(13, "p", "f")))
class Set(set):
    def add(self, x): print("add", x); super().add(x)
x = Set([1]); x.add(2); print(sorted(x), x)
class Prop(property): pass
class UsesProp:
    p = Prop(lambda self: "subclassed")
print(UsesProp().p, type(UsesProp.__dict__["p"]).__name__)
class M(type(len.__self__)): pass
m = M("mymod", "doc"); m.a = 1
print(m.__name__, m.__doc__, m.a, repr(m))
class Empty(int, object): __slots__ = ()
print(Empty(3).real, Empty(3) + 1)
try: Empty(3).x = 1
except AttributeError as e: print(e)
for b in (bool, type(None), type(...), range, slice, type(lambda: 0), type(iter([])), memoryview):
    try: type("X", (b,), {}); print("fine", b.__name__)
    except TypeError as e: print(e)
