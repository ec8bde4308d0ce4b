"""Keys, displays and loops that the interpreter answers without a comparison or a call, beside those that only look alike."""

import gc

M = 2**61 - 1  # ints that differ by it have the same hash


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n

    def __eq__(self, other):
        log.append(self.n)
        return other == self.n if not isinstance(other, Key) else other.n == self.n


log = []

# Equal keys of other types, and of the same hash.
d = {1: "int", 2: "two", M + 3: "large", -1: "minus"}
print(d[True], d[1.0], d[M + 3], d.get(3), d[-1], d.get(-2))
d[True] = "bool"
d[1.0] += "!"
d[3] = "three"
d[M + 3] = "larger"
print(d)
k = Key(7)
d[k] = "key"
print(d[7], log)
d[7] = "seven"
print(len(d), d[k], log)

# The same text in other objects.
a = "".join(["ab", "cd"])
s = {"abcd": 1, "x": 2}
s[a] += 1
s["x"] = 5
del s["abcd"]
print(s, s.get(a))
try:
    s[a]
except KeyError as e:
    print("missing", e)
s[a] = 3
print(list(s))

# Growth, deletion, and keys that come again, large ones among them.
d = {x: x * x for x in range(3000)}
for x in range(0, 3000, 3):
    del d[x]
for x in range(0, 4000, 2):
    d[x] = -x
print(len(d), sum(d), sum(d.values()), d[2998], d[3999 - 1], 1 in d, 3 in d)
d = {x % 50 + (2000 if x % 2 else 0): x for x in range(500)}
print(len(d), list(d.items())[:4], list(d.items())[-2:])
d = {k: v for k in (1, True, 1.0, "1", M + 1, (1,), None) for v in (k, str(k))}
print(d)
d = {i * M + 5: i for i in range(40)}
print(len(d), d[5], d[39 * M + 5], {i << 40: i for i in range(9)})

# Tuples as keys: the same, equal ones, and such as hold a NaN.
nan = float("nan")
t, u = (1, "a"), tuple([1, "a"])
d = {t: 1, (nan,): 2}
d[u] += 1
print(d[t], d[u], (nan,) in d, (float("nan"),) in d, {1.5, 1.5, 2.0, 2, nan, nan} == {1.5, 2, nan})

# A value that dies sees the dict with the new one.
class Late:
    def __del__(self):
        print("late", d["k"])


d = {"k": Late()}
d["k"] = 1
d[2] = Late
d[2] = d["k"] = 2
print(d)

# Displays with ints of every size.
big = 10**6
print([1, big, -5], (big, 2), [big + 1], (1024, 1025, -6), [], [[]], ((),), len({big, 1, 1.0, "x", (), big + 0}))
x = [1, 2]
x, y = x
print(x, y)
t = (x, [y])
x, (y,), *z = *t, 3
print(x, y, z)
l = [[1, 2], [3, 4]]
l[0], l[1] = l
print(l)
a = b = [5, 6]
a, b = a
print(a, b)
for bad in ([1], (1, 2, 3), 5):
    try:
        a, b = bad
    except (ValueError, TypeError) as e:
        print(e)
print([gc.is_tracked(v) for v in ([], [1], (1, []), {}, {1: 2})])

# Deep structures die without recursion; items die last to first.
deep = []
for _ in range(100_000):
    deep = [deep, (deep, 1)[:1]]
del deep


class Item:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        print(self.n, end=" ")


l = [Item(1), Item(2), (Item(3), Item(4)), Item(5)]
del l
print()

# Lists and ranges that change while they are walked; iterators of other kinds at one place.
l = [1, 2, 3]
for x in l:
    if len(l) < 6:
        l.append(x * 10)
    print(x, end=" ")
print(next(iter(l)))


def walk(it):
    return [x for x in it]


for it in ([1, 2], range(3), (4, 5), "ab", "äĀ", {6}, {7: 8}, [big], range(2**62, 2**62 + 2), iter([9]), (x for x in "yz"), range(0), [], range(5, 0, -2)):
    print(walk(it), end=" ")
print()
it = iter([1, 2])
print(walk(it), walk(it))
s = {1, 2, 3}
try:
    for x in s:
        s.add(x + 10)
except RuntimeError as e:
    print(e)
try:
    for x in 5:
        pass
except TypeError as e:
    print(e)

# append and pop.
l = []
for i in range(20):
    l.append(i if i % 2 else big + i)
while len(l) > 1:
    l.pop()
print(l, l.pop(), l)
try:
    l.pop()
except IndexError as e:
    print(e)
print(range(10), range(-3), range(2, 9), range(big), len(range(5, 3)), range(3) == range(0, 3, 1), hash(range(0)) == hash(range(2, 1)))
print([2 in l2 for l2 in ([1, 2], [True, 2.0], [1, "2", None], (3, 2), [Key(2)])], log)


def kw(**kw):
    return kw


print(kw(), kw(a=1), kw(a=1, b=big, c="x"), kw(**{"a b": 1}, c=2))
