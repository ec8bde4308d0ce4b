# dict: methods, views, order, merging, mutation during iteration, keys of many kinds.
d = {"a": 1, "b": 2}
d["c"] = 3; d["a"] = 10; del d["b"]; d["b"] = 20
print(d, list(d), d.get("z"), d.get("z", 0), d.pop("c"), d.pop("zz", "def"), d.setdefault("n", []), d.setdefault("a", 5), d.popitem(), len(d), "a" in d, d | {"a": 0, "q": 1}, d)
d |= {"u": 1}; d |= [("v", 2)]; d.update({"w": 3}, x=4); d.update([("y", 5)]); print(d, d.copy() == d, dict(d) is d)
print(dict(), dict(a=1), dict([(1, 2)]), dict({1: 2}, b=3), dict(zip("ab", (1, 2))), {**d, "a": 0}["a"], dict.fromkeys("ab"), dict.fromkeys([1, 2], 0), {1: "int", 1.0: "float", True: "bool"}, {0: 1, False: 2, 0.0: 3, -0.0: 4})
k, v, i = d.keys(), d.values(), d.items()
print(k, v, i, len(k), "a" in k, 10 in v, ("a", 10) in i, k & {"a", "z"}, sorted(k | {"z"}), sorted(k - {"a"}), sorted(k ^ {"a", "zz"}), k == set(d), k <= set(d) | {1}, k.isdisjoint({"q"}), i & {("a", 10)}, list(reversed(d)), list(reversed(d.items()))[0], k.mapping["a"], type(k.mapping).__name__)
d["late"] = 1; print(len(k), "late" in k)
for bad in ("d['zz']", "d.pop('zz')", "{}.popitem()", "del d['zz']", "dict(5)", "dict([1])", "dict([(1, 2, 3)])", "dict(['abc'])", "{[]: 1}", "d[[]]", "{}.fromkeys(5)", "d | 5", "d + d", "d < d", "hash(d)", "d.get()", "d.update(5)", "d.update([1])", "{**5}", "dict(**{1: 2})", "dict(a=1, **{'a': 2})", "d.keys() | 5", "d.keys()[0]", "d.x", "d.setdefault()", "d.pop()", "{} | []"):
    try: print(bad, "->", eval(bad) if not bad.startswith("del") else exec(bad))
    except Exception as e: print(bad, "->", type(e).__name__ + ":", e)
m = {1: 1, 2: 2}
for f in (lambda: [m.update({9: 9}) for _ in m], lambda: [m.pop(next(iter(m))) for _ in m], lambda: [m.update({1: 5}) for _ in m]):
    try: print(f())
    except RuntimeError as e: print(e)
m = {1: 1, 2: 2}
try:
    for q in m: del m[q]; m[q + 10] = 1
except RuntimeError as e: print(e)
class H:
    def __init__(self, n, h): self.n, self.h = n, h
    def __hash__(self): return self.h
    def __eq__(self, o): return isinstance(o, H) and self.n == o.n
    def __repr__(self): return f"H{self.n}"
c = {H(i, 7): i for i in range(20)}; print(c[H(13, 7)], H(99, 7) in c, len(c)); del c[H(5, 7)]; print(list(c)[:7])
big = {i: str(i) for i in range(10000)}
for i in range(0, 10000, 3): del big[i]
for i in range(0, 10000, 9): big[i] = "again"
print(len(big), list(big)[:4], list(big)[-3:], sum(big), big[9], big.get(3))
class Bad:
    def __hash__(self): return 1
    def __eq__(self, o): raise ValueError("eq")
b = {Bad(): 1}
try: b[Bad()]
except ValueError as e: print(e)
class D(dict):
    def __missing__(self, key): self[key] = v = key * 2; return v
x = D(); print(x[4], x, x.get(9), "r" in x)
n = {}; n[n.__class__] = n; print(n); e = {"k": [1]}; f = e.copy(); f["k"].append(2); print(e, {1: 2} == {1: 2.0}, {1: 2} != {2: 1}, {"a": 1, "b": 2} == {"b": 2, "a": 1}, {} == [], float("nan") in {float("nan"): 1})
import types, sys; p = types.MappingProxyType({"a": 1}); print(p, p["a"], len(p), p | {"b": 2}, list(p.items()))
try: p["b"] = 1
except TypeError as e: print(e)
print(sys.getsizeof({}), {}.__sizeof__() > 0, dict.__class_getitem__(int), max({"x": 1, "y": 5}.items(), key=lambda t: t[1]), sorted({"b": 1, "a": 2}.items(), key=lambda kv: kv[1]), {v: k for k, v in {"a": 1}.items()})
words = "a b a c b a".split(); cnt = {}
for w in words: cnt[w] = cnt.get(w, 0) + 1
print(cnt, {k: [w for w in words if w == k] for k in cnt})
