# Iterators: builtin ones, iter/next forms, ranges, slices, zip/map/filter/enumerate/reversed.
r = range(2, 20, 3)
print(r, len(r), r[2], r[-1], r[1:4], r[::-1], 8 in r, 9 in r, r.index(11), r.count(5), list(r), r == range(2, 19, 3), range(0) == range(5, 5), hash(r) == hash(range(2, 19, 3)), r.start, r.stop, r.step, list(reversed(r)), range(5)[1:][1], range(10**20)[10**19], len(range(-5, 5)), list(range(5, 0, -2)), bool(range(0)), 5.0 in range(10), "a" in range(3), range(True, 3), repr(range(3)), range(2**64) [-1])
for bad in ("range(1, 2, 0)", "range(1.5)", "range('a')", "r[100]", "r.index(9)", "range()", "len(range(10**20))", "r['a']", "range(3).start = 1" if 0 else "iter(5)", "next(5)", "next(iter([]))", "zip(5)", "map(5)", "map(len)", "filter(None)", "enumerate(5)", "reversed(5)", "reversed({1})", "iter(len)", "iter(5, 1)", "sum('ab')", "sum([[1]])", "min([])", "max()", "max(1, 'a')", "min(5)", "all(5)", "list(zip([1], [1, 2], strict=True))", "list(zip([1, 2], [1], strict=True))", "list(map(lambda a, b: a, [1], [1, 2], strict=True))", "slice()", "sum([1], 'a')", "enumerate([1], 'a')", "max([1], key=5)", "sorted([1], key=lambda: 1)", "next(iter([]), 1, 2)", "dict(zip([[]], [1]))", "list(map(len, [1]))"):
    try: print(bad, "->", eval(bad))
    except Exception as e: print(bad, "->", type(e).__name__ + ":", e)
print(list(zip("ab", range(5), [True, False])), list(zip()), list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])), list(map(str.upper, "ab")), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, range(4))), list(enumerate("ab", 5)), list(reversed("abc")), [*reversed([1, 2])], dict(enumerate("ab")), next(iter([7])), next(iter([]), "d"), list(iter([3, 2, 0, 1].pop, 0)), sum([1, 2], 10), sum([[1], [2]], []), sum([0.5, 1]), max("b", "a"), max([1, 5], key=lambda x: -x), min({"a": 1}), max([], default=None), min((3, 1), (2, 9)), any([0, 1]), all([1, 0]), any([]), all([]), sorted([3, 1], reverse=True))
it = iter([1, 2, 3]); a, *b = it; print(a, b, list(it)); it = iter("abc"); print(list(zip(it, it)), list(it)); e = enumerate("xyz"); next(e); print(list(e), type(e).__name__)
z = zip([1, 2, 3], it2 := iter([4, 5])); print(list(z)); m = map(int, ["1", "x"]); print(next(m))
try: next(m)
except ValueError as x: print(x)
s = slice(1, 10, 2); print(s, s.indices(5), s.start, s == slice(1, 10, 2), slice(None, -1).indices(4), slice(5, None, -2).indices(10), hash(slice(1)) == hash(slice(1)), [0, 1, 2, 3][s], slice(1, 2) < slice(1, 3))
class C:
    def __init__(self): self.n = 0
    def __call__(self): self.n += 1; return self.n
print(list(iter(C(), 4)), type(iter(C(), 4)).__name__)
class R:
    def __len__(self): return 3
    def __getitem__(self, i): return i * 10
print(list(reversed(R())), iter(R()).__length_hint__() if hasattr(iter(R()), "__length_hint__") else "none")
class NotIter:
    __iter__ = None
for o in (NotIter(), type("X", (), {"__iter__": lambda s: s})(), type("Y", (), {"__iter__": lambda s: s, "__next__": lambda s: 1 / 0})()):
    try: list(o)
    except Exception as x: print(type(x).__name__, x)
for t in ([], (), "", {}, set(), range(0), b"", {}.keys(), {}.values(), {}.items(), bytearray(), range(2**70), reversed([]), zip(), map(len, []), filter(None, []), enumerate([]), iter(len, 1), (x for x in ())): print(type(iter(t)).__name__, end=" ")
print()
import itertools as I
print(list(I.chain([1], "a")), list(I.islice(I.count(5, 2), 3)), list(I.accumulate([1, 2, 3])), list(I.product("ab", [1, 2])), list(I.permutations([1, 2, 3], 2)), list(I.combinations("abc", 2)), [(k, list(g)) for k, g in I.groupby("aabbc")], list(I.zip_longest("ab", "c", fillvalue="-")), list(I.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(I.dropwhile(lambda x: x < 3, [1, 3, 1])), list(I.starmap(pow, [(2, 3)])), list(I.islice(I.cycle("ab"), 5)), list(I.compress("abc", [1, 0, 1])), list(I.pairwise("abc")), list(I.batched("abcde", 2)), list(I.repeat(1, 2)), list(I.filterfalse(None, [0, 1])), list(I.chain.from_iterable(["ab", "c"])), [list(t) for t in I.tee([1, 2])])
