# list: every method and slice form, sorting, errors, mutation during iteration.
l = [3, 1, 2]
l.append(5); l.extend((7, 8)); l.extend(x for x in [9]); l.insert(0, 0); l.insert(-1, 6); l.insert(100, 10); l.remove(5); print(l, l.pop(), l.pop(0), l.pop(-2), l.index(7), l.count(1), l); l.reverse(); print(l, l.copy() == l, l.copy() is l); l.clear(); print(l, not l)
l = list(range(10)); print(l[2:5], l[::-1], l[::3], l[-3:], l[5:2], l[100:], l[-100:2], l[8:2:-2], l[:], l[None:None:None])
l[2:4] = "abc"; print(l); l[::2] = range(6); print(l); l[1:1] = [99]; print(l); l[5:] = []; print(l); del l[::2]; print(l); l[:] = l + l; print(l); del l[-1]; l += "xy"; l *= 2; print(l); l[1:3] = l; print(l)
s = [5, 2, 8, 1]; s.sort(); print(s); s.sort(reverse=True); print(s); s.sort(key=lambda x: x % 3); print(s); print(sorted("bAc", key=str.lower), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted([1.5, 1, True, -2]), sorted([]), sorted({3: 1, 1: 2}), sorted(["b", "a"], reverse=True), sorted([[2], [1, 5], [1]]))
st = [(i % 5, i) for i in range(50)]; st.sort(key=lambda t: t[0]); print(st == sorted(st), [t[1] for t in st[:12]]); st.sort(key=lambda t: t[0], reverse=True); print([t[1] for t in st[:12]])
big = [(i * 7919) % 1009 for i in range(3000)]; print(sorted(big) == sorted(sorted(big, reverse=True)), sum(a * i for i, a in enumerate(sorted(big))))
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v > o.v
    def __repr__(self): return f"K{self.v}"
print(sorted([K(1), K(3), K(2)]), max([K(1), K(3)]), min([K(1), K(3)]))
for bad in ("[1, 'a'].sort()", "[].pop()", "[1].pop(5)", "[1].remove(2)", "[1].index(2)", "[1][1]", "[1]['a']", "[1] + (2,)", "[1] * 'a'", "[1] * [1]", "list(5)", "list(1, 2)", "[1].extend(5)", "[1].insert('a', 1)", "[1][1:2:0]", "hash([])", "[1] < [None]", "[1] < 5", "sorted([1], key=5)", "sorted(5)", "[].sort(1)", "[1].index(1, 5)", "[1, 2][1.0]", "[0] * (2**62)", "[None] < [None]", "[1].x"):
    try: print(bad, "->", eval(bad))
    except (Exception, MemoryError) as e: print(bad, "->", type(e).__name__ + ":", e)
x = [1, 2, 3]
for op in ("x[5] = 1", "x[::2] = [1]", "x[0:1] = 5", "del x[9]", "x['a'] = 1", "x += 5", "x[::0] = []", "del x['a']"):
    try: exec(op)
    except Exception as e: print(op, "->", type(e).__name__ + ":", e)
print([1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [1], [1, 2] != [2, 1], [nan := float("nan")] == [nan], [1, [2, [3]]] == [1, [2, [3]]], [[]] * 2, [1] * 0, 3 * [0])
seen = []
y = [1, 2, 3, 4]
for v in y:
    seen.append(v)
    if v % 2: y.remove(v)
print(seen, y)
z = [1, 2, 3]
for v in z:
    if len(z) < 6: z.append(v * 10)
print(z)
it = iter(z); next(it); print(it.__length_hint__(), list(it), list(it), list(reversed([1, 2])), type(it).__name__, type(reversed(z)).__name__)
def evil(v): w.clear(); return v
w = [3, 2, 1]
try: w.sort(key=evil)
except ValueError as e: print(e, w)
r = [1]; r.append(r); print(r, r == r, str([r, {"a": r}]))
a, b = [], []
m = [[0] * 3 for _ in range(2)]; m[0][1] = 5; print(m, [list(c) for c in zip(*m)], sum(m, []), list(map(sum, m)), [*m[0], *m[1]])
import sys; print(sys.getsizeof([]), sys.getsizeof([1]), [].__sizeof__())
q = []; sizes = []
for i in range(20): q.append(i); sizes.append(sys.getsizeof(q))
print(sizes)
