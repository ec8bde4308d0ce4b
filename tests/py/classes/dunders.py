# Special methods: containers, numbers, comparisons, hash, format, conversion, copying, call.
class V:
    def __init__(self, *c): self.c = c
    def __len__(self): return len(self.c)
    def __getitem__(self, i): return V(*self.c[i]) if isinstance(i, slice) else self.c[i]
    def __iter__(self): return iter(self.c)
    def __reversed__(self): return iter(self.c[::-1])
    def __eq__(self, o): return isinstance(o, V) and self.c == o.c
    def __hash__(self): return hash(self.c)
    def __lt__(self, o): return self.c < o.c
    def __add__(self, o): return V(*(a + b for a, b in zip(self, o)))
    def __mul__(self, k): return V(*(a * k for a in self))
    __rmul__ = __mul__
    def __bool__(self): return any(self.c)
    def __repr__(self): return f"V{self.c}"
    def __format__(self, spec): return "/".join(format(x, spec) for x in self.c)
    def __abs__(self): return sum(x * x for x in self.c) ** .5
    def __int__(self): return self.c[0]
    def __float__(self): return float(self.c[0])
    def __complex__(self): return complex(*self.c[:2])
    def __round__(self, n=None): return ("round", n)
    def __bytes__(self): return bytes(self.c)
    def __trunc__(self): return 1
    def __floor__(self): return "floor"
    def __enter__(self): return self
    def __exit__(self, *a): return None
v = V(3, 4)
print(v, len(v), v[0], v[0:1], [*v], [*reversed(v)], v == V(3, 4), v != V(3, 5), v < V(4, 0), sorted([V(2), V(1)]), v + v, v * 2, 3 * v)
print(bool(V(0)), abs(v), int(v), float(v), complex(v), round(v), round(v, 2), bytes(v), f"{v:03d} {v!r:>10}", {v: 1}[V(3, 4)], 4 in v, max(v), min(v))
print(str(v), "%s" % v, V(1) in [V(1)], [V(1), V(2)].index(V(2)))
class Seq:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * i
print(list(Seq()), 9 in Seq(), 5 in Seq(), list(zip(Seq(), "ab")), iter(Seq()).__class__.__name__)
class L:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
for n in (-1, "a", 2 ** 100, 1.5):
    try: print(len(L(n)))
    except Exception as e: print(type(e).__name__, e)
class Bad:
    def __repr__(self): return 5
    def __str__(self): return b"x"
    def __hash__(self): return "h"
    def __int__(self): return "i"
    def __index__(self): return 1.0
    def __bool__(self): return None
    def __iter__(self): return 5
    def __format__(self, s): return 1
    def __bytes__(self): return 1
    def __float__(self): return 1
    def __complex__(self): return 1
    def __contains__(self, x): return []
    def __eq__(self, o): return []
    def __length_hint__(self): return -5
for f in (repr, str, hash, int, bin, bool, iter, format, bytes, float, complex, lambda b: 1 in b, lambda b: b == 1, lambda b: not (b == b), list):
    try: print(f(Bad()))
    except Exception as e: print(type(e).__name__, e)
class H:
    def __eq__(self, o): return True
print(H.__hash__, V.__hash__ is not None, hash(type("Z", (), {"__hash__": lambda s: 2 ** 61})()), hash(type("Z", (), {"__hash__": lambda s: -1})()))
class Total:
    def __init__(self, v): self.v = v
    def __le__(self, o): return self.v <= o.v
    def __gt__(self, o): return NotImplemented
print(Total(1) <= Total(2), Total(1) >= Total(2))
try: Total(1) > Total(2)
except TypeError as e: print(e)
class D(dict):
    def __missing__(self, k): return f"missing {k}"
print(D(a=1)["a"], D()["z"], D().get("z"))
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
print(list(It()), sum(It()), [*It()], dict(zip(It(), It())), 2 in It())
class Attr:
    __match_args__ = ("x",)
    def __init_subclass__(cls): print("sub", cls.__name__)
    def __sizeof__(self): return 100
class Sub(Attr): pass
print(Attr().__sizeof__(), Attr().__reduce_ex__(2)[1:2][0][0].__name__ if 0 else "ok")
