"""The short ways of the commonest operations give what the general ways give."""

from collections import namedtuple
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum


def numbers(n, seed=12345):
    for _ in range(n):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield seed >> 11


# Fixed-point text: rounded half to even from the exact value.
wide = Context(prec=400)
for i, m in enumerate(numbers(1500)):
    x = m / 2 ** (i % 60 + 1) * (-1) ** i
    p = i % 9 + 1
    want = f"{Decimal(x).quantize(Decimal(1).scaleb(-p), ROUND_HALF_EVEN, wide):f}"
    assert f"{x:.{p}f}" == want == "%.{}f".format(p) % x == ("{:.%df}" % p).format(x), (x, p)
    assert round(x, p) == float(want), (x, p)
print(f"{0.125:.2f} {0.375:.2f} {-0.0:.1f} {-0.001:.2f} {2.5:.0f} {1e22:.1f} {5e-324:.3f} {2**53 - 1.0:.1f} {2.0**53:.1f} {float('inf'):.2f} {float('nan'):.1f}")
print("%.2f|%s|%s|%.1f" % (1.005, 1.5, 1e16, -0.25), "%.2f" % 3, "%5.1f|" % 2.25)
print(round(2.675, 2), round(-0.5, 0), round(1e15 + 0.3, 1), round(0.5), round(12345.678, -2))

# str.format
s = "text"
print("{} {}".format(s, 12), "{1}-{0}".format(1, 2), "{a}{b:.1f}{{}}".format(a=s, b=0.25), "{0}{{".format(-7), "{}".format(s) is s)
for template, args in [("{} {0}", (1,)), ("{", ()), ("}", ()), ("{}", ()), ("{x}", ()), ("{:d}", ("a",)), ("{0.real:>4}|{0!r}", (5,))]:
    try:
        print(template.format(*args))
    except (ValueError, IndexError, KeyError) as e:
        print(type(e).__name__, e)

# Sums of big ints, and back to small ones
edges = [d + e for b in (30, 60, 62, 63, 64, 90, 120, 150) for d in (2**b, -(2**b)) for e in (-1, 0, 1)]
total = 0
for a in edges:
    for b in edges:
        assert (a + b) - b == a and a - b == -(b - a) and a + b == b + a
        assert str(a + b) == str(wide.add(Decimal(a), Decimal(b)))
        total = (total * 31 + hash(a + b) + hash(a - b)) % (2**61 - 1)
print(total)
for n in (0, 9, 10, 99, 100, 101, -1, -10, 2**32 - 1, 2**32, 10**18, -(2**63)):
    assert int(str(n)) == n
    print(n, end=" ")
print()

# Equality and hashes
Point = namedtuple("Point", "x y")


class Odd(tuple):
    def __eq__(self, other):
        return True

    __hash__ = tuple.__hash__


nan = float("nan")
print(Point(1, 2) == (1, 2), (1, (2, "a")) == (1, (2, "a")), (Odd((1,)),) == ((2,),), (nan,) == (nan,), nan == nan, (float("nan"),) == (float("nan"),))
print((1, 2.0, True) == (1.0, 2, 1), ("a", 1) != ("a", "1"), ((((((((1,),),),),),),),) == ((((((((1,),),),),),),),))
d = {Point(1, 2): "p", (3, 4): "t", "s": 1, 5: 2}
print(d[1, 2], d[Point(3, 4)], d["s"], d[5], d.get(5.0), (1, 2) in d, Point(9, 9) in d)
print({"a": 1, "b": 2, "a": 3}, {1: "x", True: "y"}, {**{"k": 1}, "k": 2})


class Colour(Enum):
    RED = 1
    BLUE = 2


print(Colour.RED == Colour.RED, Colour.RED == Colour.BLUE, Colour.RED != 1, object() == object(), Colour.RED in {Colour.RED})

# Slices and items
items = list(range(10))
items[2:5] = items[5:8]
items[7:3] = ("in", "between")
items[-2:] = []
print(items, items[1:3], items[-3:], items[:-8], (1, 2, 3)[1:], "hällo wörld"[1:7], "abc"[5:], "abc"[-2:-1])
try:
    items[1:2] = 5
except TypeError as e:
    print(e)
items[:] = items
print(len(items), "wor" in "hello world", "ab" in "aab", "" in "x", "ö" in "wörld", "xyz" in "xy", "a" * 70 + "b" in "a" * 90)

# Loops over what changes
for container in ({1: 2, 3: 4}, {1, 2}):
    try:
        for k in container:
            container.clear()
    except RuntimeError as e:
        print(e)
print([c for c in "añb\u20ac"], [k for k in {"x": 1, 1000: 2}], list(range(5, 2)), range(3, 9)[-1], range(True), len(range(-3, 3)))


def dies():
    order = []

    class D:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            order.append(self.n)

    (D(1), D(2), D(3))
    [D(4), D(5)]
    return order


print(dies(), isinstance(True, (str, int)), isinstance("", (int, (float, str))), isinstance(1, (str, bytes)))
