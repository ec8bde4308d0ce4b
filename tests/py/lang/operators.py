# Operator dispatch: reflected methods, subclasses first, NotImplemented, in-place fall-backs, messages.
class A:
    def __init__(self, tag): self.tag = tag
    def __add__(self, o): return f"{self.tag}+{getattr(o, 'tag', o)}"
    def __radd__(self, o): return f"r{self.tag}+{getattr(o, 'tag', o)}"
    def __sub__(self, o): return NotImplemented
    def __matmul__(self, o): return "matmul"
    def __neg__(self): return "neg"
    def __invert__(self): return "inv"
    def __pos__(self): return "pos"
    def __pow__(self, e, m=None): return ("pow", e, m)
    def __divmod__(self, o): return ("divmod", o)
    def __contains__(self, o): return o == 1
    def __getitem__(self, k): return k
    def __call__(self, *a, **k): return a, k
    def __index__(self): return 3
    def __lt__(self, o): return "lt"
class B(A):
    def __radd__(self, o): return f"B.r{self.tag}+{getattr(o, 'tag', o)}"
a, b = A("a"), B("b")
print(a + b, b + a, 1 + a, a + 1, sum([a]))
print(a @ a, -a, ~a, +a, a ** 2, pow(a, 2, 5), divmod(a, 4))
print(1 in a, 2 in a, a[1:2, ..., ::3], a(1, *[2], k=3, **{"l": 4}))
print([10, 20, 30, 40][a], range(5)[a], "x" * a, hex(a), bin(a))
print(a < b, a > b)
class I:
    def __init__(self): self.v = []
    def __iadd__(self, o): self.v.append(o); return self
    def __isub__(self, o): return NotImplemented
    def __sub__(self, o): return "sub"
i = I(); j = i
i += 1; i += 2
print(i is j, i.v)
i -= 1
print(i)
for expr in ("a - 1", "1 - a", "a * 2", "[] + ()", "1 + 'a'", "'a' + 1", "{} | 1", "-'a'", "~1.5", "1 < 'a'", "a >= a", "None + 1",
             "[1] * 'a'", "1 @ 2", "pow('a', 2, 3)", "divmod('a', 1)", "1 << 'a'", "1 // 0", "1 % 0", "1.0 / 0", "0 ** -1", "[][0]", "{}['k']",
             "(1,)[5]", "'abc'[10]", "5[0]", "5()", "1 in 5", "len(5)", "None.x", "a.missing", "print.x", "int.x", "[].append(1, 2)", "(1)[::0]",
             "[1][::0]", "'a'['b']", "[1]['a']", "{}[[]]", "{[]: 1}", "{1, []}", "1 << -1", "x = 1" if 0 else "2 ** -1"):
    try:
        print(expr, "->", eval(expr))
    except Exception as e:
        print(expr, "->", type(e).__name__ + ":", e)
class Eq:
    def __eq__(self, o): return "eq" if isinstance(o, int) else NotImplemented
print(Eq() == 1, 1 == Eq(), Eq() == "s", Eq() != 1)
try: hash(Eq())
except TypeError as e: print(e)
print(1 .__add__(2), (1).__add__("a"), True + True, 5 .__rsub__(7))
