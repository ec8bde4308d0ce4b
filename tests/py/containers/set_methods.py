"""set and frozenset."""


def show(f, *args, **kwargs):
    try:
        r = f(*args, **kwargs)
        print(type(r).__name__, sorted(r, key=repr) if isinstance(r, (set, frozenset)) else repr(r))
    except Exception as e:
        print(type(e).__name__, e)


print(set(), {1}, frozenset(), frozenset([1]), {(1, 2)}, {"a"})
print({3, 1, 2}, {i for i in range(10)}, {10, 3, 7}, set(range(0, 40, 4)), {-1, -2, 0})
show(set, 1)
show(set, 1, 2)
show(set, a=1)
show(frozenset, a=1)
show(frozenset, 1, 2)
show(set, [[]])
s = {1, 2, 3}
f = frozenset("abc")
for name in ("union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint"):
    for arg in ({2, 3, 4}, [3, 9], {1: 2}, "ab", s, f, ()):
        print(name, end=" ")
        show(getattr(s, name), arg)
        show(getattr(f, name), arg)
    show(getattr(s, name), 5)
for op in ("__or__", "__and__", "__sub__", "__xor__", "__le__", "__lt__", "__ge__", "__gt__", "__eq__", "__ne__"):
    for other in ({2, 3}, frozenset([1, 2, 3]), {1, 2, 3, 4}, [1]):
        print(op, end=" ")
        show(getattr(s, op), other)
show(lambda: s | [1])
show(lambda: s < 1)
show(s.union, [7], (8,), {9: 1})
show(s.intersection, [1, 2], (2,))
show(s.difference, [1], (2,))
show(s.union)
show(s.add)
show(s.add, [])
show(s.remove, 99)
show(s.remove, (1, 2))
show(s.remove, {1})
show(s.discard, 99)
show(s.discard, [])
show(set().pop)
show(lambda: [] in s)
print({1} in {frozenset([1])}, frozenset([1]) in {frozenset([1])}, {1} == frozenset([1]))
t = {frozenset([1, 2])}
t.remove({1, 2})
print(t)
u = set(s)
u.update([4], (5,), {6: 0})
print(u)
u.difference_update([4], {5})
print(u)
u.intersection_update([1, 2, 6], {2, 6})
print(u)
u.symmetric_difference_update([6, 7, 7])
print(u)
u |= {100}
u &= {7, 100, 2}
u -= {2}
u ^= {1}
print(sorted(u))
u -= u
print(u)
v = {1, 2}
v ^= v
print(v)
show(lambda: v.__ior__([1]))
print(hash(frozenset()), hash(frozenset([1, 2, 3])), hash(frozenset(range(100))), hash(frozenset([frozenset([1])])))
show(hash, s)
print(frozenset(f) is f, f.copy() is f, f.union() is f, (f | f) is f)


class S(set):
    pass


class F(frozenset):
    pass


for T in (S, F):
    a, b = T([1, 2]), T([2])
    a.note = 1
    print([type(x).__name__ for x in (a | b, a & b, a - b, a ^ b, a.union(b), a.copy())], a, T(), a == {1, 2})
    print(a.__reduce__())
print({1, 2}.__reduce__())
it = iter({1, 2, 3})
print(next(it), it.__length_hint__(), it.__reduce__()[1], list(it), list(it))
try:
    for x in s:
        s.add(x + 10)
except RuntimeError as e:
    print(e)
r = S()
r.add(frozenset([1]))
print(r)


class Loop:
    def __repr__(self):
        return repr(loops)

    def __hash__(self):
        return 1


loops = {Loop()}
print(loops)
big = set(range(1000))
big -= set(range(0, 1000, 2))
print(len(big), sum(big), big.pop(), len(big), list(big)[:5])
big = set()
for i in range(300):
    big.add(i * 7 % 301)
    if i % 3 == 0:
        big.discard(i)
print(len(big), sum(big), list(big)[:8])


class E:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 3

    def __eq__(self, o):
        victim.clear()
        return False


victim = set()
victim = {E(1)}
print(E(3) in victim, victim)
import copy, pickle

print(pickle.loads(pickle.dumps({1, 2})), copy.copy(f) is f, copy.deepcopy({(1, 2)}))
print(set[int], frozenset[int])
import weakref

w = {1}
ref = weakref.ref(w)
print(ref() is w)
del w
print(ref())
