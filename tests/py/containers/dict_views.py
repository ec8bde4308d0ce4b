"""Views and iterators of dicts."""


def show(f, *args):
    try:
        print(repr(f(*args)))
    except Exception as e:
        print(type(e).__name__, e)


def srt(s):
    return sorted(s, key=repr)


d = {"a": 1, "b": 2, "c": 3}
k, v, i = d.keys(), d.values(), d.items()
print(k, v, i)
print(len(k), "a" in k, ("a", 1) in i, ("a", 2) in i, "a" in i, ("a",) in i, 2 in v)
print(list(reversed(k)), list(reversed(v)), list(reversed(i)))
print(srt(k & {"a", "z"}), srt(k | ["z"]), srt(k - {"a"}), srt(k ^ {"a", "z"}))
print(srt({"a", "z"} & k), srt(["z"] | k), srt(["a", "z"] - k), srt(["a"] ^ k))
print(srt(i & [("a", 1)]), srt(i | [("q", 0)]), srt(i - [("a", 1)]), srt(i ^ {"a": 1, "b": 5}.items()))
print(type(k & k), type(i & {1}), type(i ^ i), type(k - k))
print(k == {"a", "b", "c"}, k == frozenset("abc"), k < set("abcd"), k <= k, k > {"a"}, k >= i, k == ["a", "b", "c"], k != d)
print(i == {("a", 1), ("b", 2), ("c", 3)}, v == v, v == d.values())
print(k.isdisjoint("xyz"), k.isdisjoint(k), k.isdisjoint(["a"]), i.isdisjoint([("a", 2)]))
show(lambda: k - 1)
show(lambda: 1 & k)
show(lambda: k < 1)
show(k.isdisjoint, 1)
show(hash, k)
show(hash, i)
show(type(k))
show(type(iter(k)))
print(k.mapping, type(v.mapping))
show(k.mapping.__setitem__ if hasattr(k.mapping, "__setitem__") else lambda: "read-only")
{"x": []}.items() ^ {"x": []}.items()
print({"x": []}.items() ^ {"x": []}.items())
show(lambda: {"x": []}.items() ^ {"x": [1]}.items())

d["d"] = 4
print(k, len(v))
it = iter(d)
print(next(it), it.__length_hint__(), it.__reduce__()[1])
del d["d"]
show(next, it)
show(next, it)
it = iter(d.items())
del d["a"]
d["z"] = 0
print(list(it) if False else "", end="")
try:
    for x in d:
        d.pop(x)
        d[x + "!"] = 1
except RuntimeError as e:
    print(e)
try:
    for x in d:
        d["more" + x] = 1
except RuntimeError as e:
    print(e)
it = reversed({1: 2, 3: 4}.items())
print(it.__length_hint__(), it.__reduce__()[1], list(it), list(it), it.__length_hint__())
import copy, pickle

for view in (k, v, i):
    it = iter(view)
    next(it)
    print(list(copy.copy(it)) == list(pickle.loads(pickle.dumps(it))), len(list(it)) == len(d) - 1)
e = {}
e["v"] = e.values()
print(repr(e))


class K:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 7

    def __eq__(self, o):
        target.clear()
        return False


target = {}
target[K(1)] = 1
print(len(target))
target = {9: 9}
target = {K(1): 1}
print(target.get(K(3)), target)
target = {K(1): 1}
target[K(5)] = "after"
print(len(target))
