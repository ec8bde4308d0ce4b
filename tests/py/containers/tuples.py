# tuple: construction, operators, hashing, comparison, methods.
t = (1, "a", [2])
print(t, t[0], t[-1], t[1:], t[::-1], len(t), t + (3,), t * 2, 1 in t, t.index("a"), t.count(1), (), (1,), tuple("ab"), tuple([1]), tuple(range(3)), tuple(), tuple(t) is t, t[:] is t, () is (), hash((1, 2)) == hash((1, 2)), (1, 2) == (1, 2.0), (1,) != (2,), (1, 2) < (1, 3), (1,) < (1, 0), () < (0,))
print(hash(()), hash((1,)), hash((1, 2, 3)), hash((0.5, (1,))), hash((-1, -2)), {(1, 2): "v"}[1, 2], (1, 2)[True], sorted([(2, "b"), (1, "z"), (1, "a")]), max((1, 2), (1, 1, 9)), (lambda *a: a)(1, 2), repr((1, (2, (3,)))), str(()), *(1, 2))
for bad in ("t[5]", "t['x']", "t + [1]", "t * 'a'", "hash(t)", "t.index(9)", "tuple(5)", "tuple(1, 2)", "(1, 2) < (1, 'a')", "(1,) < 1", "t.append(1)", "t[0.5]"):
    try: print(bad, "->", eval(bad))
    except Exception as e: print(bad, "->", type(e).__name__ + ":", e)
for op in ("t[0] = 1", "del t[0]", "t[0:1] = ()", "a, b = t", "a, b, c, d = t"):
    try: exec(op)
    except Exception as e: print(op, "->", type(e).__name__ + ":", e)
t[2].append(3); print(t)
x = (); x += (1,); y = x; x += (2,); print(x, y)
import sys; print(sys.getsizeof(()), sys.getsizeof((1,)), sys.getsizeof((1, 2)))
from collections import namedtuple
P = namedtuple("P", "x y", defaults=[5]); p = P(1)
print(p, p.x, p[1], p._asdict(), p._replace(x=9), P._fields, P._make([7, 8]), p == (1, 5), P(y=2, x=1), p._field_defaults, [*p], hash(p) == hash((1, 5)))
try: P()
except TypeError as e: print(e)
try: p.x = 3
except AttributeError as e: print(e)
for bad in ("namedtuple('A', 'a a')", "namedtuple('A', '_a')", "namedtuple('A', 'class')", "namedtuple('1', 'a')"):
    try: eval(bad)
    except ValueError as e: print(e)
def swap(a, b): return b, a
print(swap(1, 2), [(i, j) for i, j in enumerate("ab")], dict([(1, 2), [3, 4]]), tuple(x * 2 for x in (1, 2)), ((1, 2), 3), (1, 2) * 0, divmod(7, 2))
st = sys.version_info; print(type(st).__name__, st[:2], st.major, st >= (3, 14), st.releaselevel in ("final", "alpha", "beta", "candidate"))
