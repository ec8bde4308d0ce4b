"""dict: construction, methods, operators, errors."""


def show(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as e:
        print(type(e).__name__, e, getattr(e, "__notes__", ""))


show(dict)
show(dict, {1: 2}, a=3)
show(dict, [(1, 2), [3, 4], "ab"])
show(dict, 1)
show(dict, [1])
show(dict, [(1, 2, 3)])
show(dict, 1, 2)
show(dict.fromkeys, "abca", 0)
show(dict.fromkeys, 1)
show(dict.fromkeys)


class HasKeys:
    def keys(self):
        return ["x", "y"]

    def __getitem__(self, k):
        return k * 2


show(dict, HasKeys())
show({}.update, HasKeys(), z=1)


class BadKeys:
    keys = lambda self: 1


show(dict, BadKeys())

d = {"a": 1, 2: "b", (3,): None, 1.5: [], True: "yes"}
print(d, len(d), d[1], d[2.0], 1 in d, "q" in d)
show(d.__getitem__, "q")
show(d.__getitem__, [])
show(d.get, "q")
show(d.get, "q", 7)
show(d.get, [])
show(d.get)
show(d.setdefault, "n", 5)
show(d.setdefault, "n", 6)
show(d.setdefault, {}, 6)
show(d.pop, "n")
show(d.pop, "n")
show(d.pop, "n", None)
show(d.pop, 1, 2, 3)
show({}.pop, [])
show(d.popitem)
show({}.popitem)
print(d)
del d[2]
show(d.__delitem__, 2)
print(list(d), list(reversed(d)), d.copy() == d, d.copy() is d)
d.clear()
print(d)

a, b = {1: "a", 2: "b"}, {2: "c", 3: "d"}
print(a | b, b | a, a == {2: "b", 1: "a"}, a != b)
a |= b
print(a)
a |= [(9, 9)]
print(a)
show(lambda: a | [(1, 2)])
show(lambda: [] | a)
show(lambda: a < b)
show(hash, a)
print({}.__or__([]), {}.__eq__(1))


class D(dict):
    def __missing__(self, k):
        return ("missing", k)


x = D(a=1)
print(x["a"], x["zz"], x.get("zz"), type(x.copy()), type(x | {}), type({} | x), x)
r = {}
r["self"] = r
r["list"] = [r]
print(r)
show({}.keys, 1)
show(dict.update)
show({}.update, 1, 2)
print(dict[int, str], dict.__class_getitem__(int))


class E:
    def __init__(self, h, eq):
        self.h, self.eq = h, eq

    def __hash__(self):
        return self.h

    def __eq__(self, o):
        if self.eq is None:
            raise ValueError("no comparing")
        return self.eq


k = E(1, None)
d = {1: "one"}
show(d.__getitem__, k)
show(d.__contains__, k)
d = {E(1, False): "f"}
print(d.get(1), len({E(5, True): 1, 5: 2}))


class Unhash:
    def __hash__(self):
        raise KeyError("own error")


show({}.__getitem__, Unhash())

# Large: growth, deletion, order.
d = {i: -i for i in range(5000)}
for i in range(0, 5000, 3):
    del d[i]
print(len(d), list(d)[:5], list(d)[-3:], sum(d), sum(d.values()))
for i in range(0, 5000, 3):
    d[i] = i
print(len(d), list(d)[-2:], all(d[i] == (i if i % 3 == 0 else -i) for i in range(5000)))
while len(d) > 3:
    d.popitem()
print(d)
d = {str(i): i for i in range(1000)}
print(d["999"], d.get("1000"), "0" in d, list(d)[::250])
d[0] = "int key"
print(d["500"], d[0], d.pop("500"), "500" in d, len(d))
