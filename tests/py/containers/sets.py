# set and frozenset.
s = {3, 1, 2}
s.add(4); s.add(1); s.discard(9); s.remove(3); print(sorted(s), len(s), 1 in s, sorted(s | {9}), sorted(s & {1, 9}), sorted(s - {1}), sorted(s ^ {1, 9}), s <= {1, 2, 4, 5}, s < s, s >= {1}, s > {1}, s == {1, 2, 4}, s != {1}, s.isdisjoint({7}), s.issubset([1, 2, 4]), s.issuperset("") )
s |= {10}; s &= {1, 10, 2}; s -= {2}; s ^= {1, 5}; print(sorted(s)); s.update([7], (8,)); s.difference_update({7}); s.intersection_update({8, 10}); s.symmetric_difference_update([8, 9]); print(sorted(s), sorted(s.union([1], "a" * 0)), sorted(s.intersection([9])), sorted(s.difference([9])), sorted(s.symmetric_difference([9])), s.copy() == s)
print(set(), frozenset(), set("a"), frozenset([1]), {1}, repr(frozenset({2})), {1, 1.0, True}, sorted(set("hello")), {(1, 2)}, hash(frozenset([1, 2])) == hash(frozenset([2, 1])), frozenset([1]) == {1}, type(frozenset([1]) | {2}).__name__, type({1} | frozenset()).__name__, {frozenset([1]): "v"}[frozenset([1])], {1} in [{1}], {frozenset([1])} == {frozenset({1})}, {1} in {frozenset([1])})
for bad in ("s.remove(99)", "set().pop()", "{[]}", "{{}}", "set(5)", "s | [1]", "s < [1]", "hash(s)", "s + s", "s[0]", "set(1, 2)", "s.union(5)", "frozenset().add(1)", "s.add([])", "s.discard([])", "[] in s", "s.update(5)", "s & 5", "s.isdisjoint(5)", "s - 'a'", "s.x"):
    try: print(bad, "->", eval(bad))
    except Exception as e: print(bad, "->", type(e).__name__ + ":", e)
x = {1, 2, 3}
try:
    for v in x: x.add(v + 10)
except RuntimeError as e: print(e)
big = set(range(0, 5000, 2)); big -= set(range(0, 5000, 4)); print(len(big), sum(big), min(big), max(big), big.isdisjoint(range(0, 5000, 4)), len(big & set(range(100))))
for i in range(1000): big.discard(i); big.add(i * 7)
print(len(big), sum(big)); c = big.copy(); c.clear(); print(len(c), c)
class S(set): pass
print(S([1]), type(S([1]) | {2}).__name__, S([1]) == {1}, repr(S()))
a = frozenset("abc"); print(a == frozenset("cab"), len(a), a.union("d") > a, frozenset(a) is a, sorted(a - {"a"}), a.copy() is a, hash(frozenset()), hash(frozenset([1])), hash(frozenset(range(10))))
print(len({float("nan"), float("nan")}), {1, 2} | {3} == {1, 2, 3}, ({1, 2, 3} - {2}) == {1, 3}, sorted({x % 3 for x in range(10)}), set([1, 2]) <= frozenset([1, 2, 3]), set.__doc__.splitlines()[0])
p = {1}; q = p; p |= {2}; print(q, p is q); f = frozenset([1]); g = f; f |= {2}; print(sorted(g), sorted(f))
import sys; print(sys.getsizeof(set()), sys.getsizeof(set(range(5))), sys.getsizeof(frozenset()))
