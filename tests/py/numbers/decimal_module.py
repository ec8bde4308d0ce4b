"""The native decimals: results, conditions, contexts, mixing with other numbers."""
import decimal
import math
import pickle
from decimal import *
from fractions import Fraction

ROUNDINGS = [ROUND_UP, ROUND_DOWN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP]
BINARY = "add subtract multiply divide divide_int remainder remainder_near divmod compare max min_mag quantize next_toward scaleb".split()
UNARY = "abs minus sqrt exp ln log10 normalize to_integral_exact next_plus next_minus logb number_class to_eng_string".split()
MASK = (1 << 64) - 1


def flags(c):
    return "".join(s.__name__[0] for s in c.flags if c.flags[s])


def stream(seed):
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) & MASK
        yield seed >> 33


def number(s):
    digits = next(s) % 10 ** (next(s) % 9 + 1) * 10 ** (next(s) % 4) ** 2
    return Decimal(digits).scaleb(next(s) % 30 - 20) * (-1) ** (next(s) % 2)


s = stream(42)
total = 0
setcontext(Context(prec=60, traps=[]))
for i in range(700):
    c = Context(prec=next(s) % 40 + 1, rounding=ROUNDINGS[next(s) % 8], Emax=next(s) % 60, Emin=-(next(s) % 60), clamp=next(s) % 2, traps=[])
    a, b = number(s), number(s)
    name = BINARY[next(s) % len(BINARY)] if i % 2 else UNARY[next(s) % len(UNARY)]
    if name == "scaleb":
        b = Decimal(next(s) % 9 - 4)
    r = getattr(c, name)(a, b) if i % 2 else getattr(c, name)(a)
    text = f"{name} {a} {b} {c.prec} {c.rounding} -> {r} {flags(c)}"
    total = (total * 31 + sum(ord(ch) * (k + 1) for k, ch in enumerate(text))) % (1 << 61)
    if i % 70 < 2:
        print(text)
print(total)
setcontext(Context())

print(Decimal(2) ** 100, Decimal("1.1") ** -7, Decimal(2) ** Decimal("0.5"), pow(Decimal(7), 100, 13))
print([Decimal("2.675").quantize(Decimal("0.01"), r) for r in ROUNDINGS])
print(Decimal(1) == 1.0, Decimal("0.5") == Fraction(1, 2), Decimal("0.1") < 0.1, Decimal(3) > Fraction(10, 3), hash(Decimal("2.50")) == hash(2.5))
print(int(Decimal("-7.9")), round(Decimal("2.5")), round(Decimal("1.2345"), 2), math.floor(Decimal("-1.5")), float(Decimal("1e-400")), complex(Decimal("1.5")))
print(Decimal("-1.20").as_tuple(), Decimal("-3.50").as_integer_ratio(), Decimal(0.1), Decimal((1, (1, 2), -3)))
for spec in ("", ".2f", ",.3f", "012.1e", "+%", "*^20", "z.0f", "_", "G"):
    print(spec, [format(Decimal(d), spec) for d in ("1234567.891", "-0.004", "1E+5", "NaN")])
for f in (lambda: Decimal(1) / 0, lambda: Decimal("x"), lambda: Decimal(1) + 1.0, lambda: Decimal("sNaN") < 1, lambda: Decimal(0) ** 0, lambda: int(Decimal("inf")),
          lambda: Context(prec=0), lambda: hash(Decimal("sNaN")), lambda: setattr(getcontext(), "foo", 1), lambda: Decimal("1e1000000") * Decimal("1e1000000")):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
with localcontext(prec=5, traps=[Inexact]) as c:
    try:
        Decimal(1) / 3
    except Inexact as e:
        print(e, flags(c), c)
print(getcontext(), decimal.IEEEContext(64), pickle.loads(pickle.dumps(Decimal("-1.50"))))
with localcontext(prec=3000, Emax=MAX_EMAX, Emin=MIN_EMIN):
    x = Decimal(3) ** 5000
    y = Decimal(7) ** 2000
    print(x * y == 3**5000 * 7**2000 or str(x * y)[:30], str(x / y)[-20:], str(y.sqrt())[-20:], int(y) == 7**2000, str(Decimal(2).ln())[-20:], str(Decimal("12.5").exp())[-20:])
