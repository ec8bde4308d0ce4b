# float: repr, formatting, parsing, rounding, special values, methods.
inf, nan = float("inf"), float("nan")
for x in (0.0, -0.0, 1.0, 0.1, 1 / 3, 1e15, 1e16, 123456789.123, 1e-4, 1e-5, 1.5e300, 5e-324, 1.7976931348623157e308, inf, -inf, nan, 2.5, 1e22, 9007199254740993.0, 0.30000000000000004, 4.35, 1e21):
    print(repr(x), f"{x:.3f} {x:.2e} {x:g} {x:.3g} {x:10.2f}| {x:<10.1f}| {x:+.1f} {x:,.2f} {x:%} {x:#.0f} {x:e} {x:n} {x:G}", "%s %r %.2f %e %g %5.1f" % (x, x, x, x, x, x))
for s in ("1.5", " -2e3 ", "1_0.5", "inf", "-Infinity", "NaN", ".5", "5.", "1e-400", "1e400", "0x1p3", "", "1.5.2", "1e", "e5", "--1", "1_", "٣.٥", "infin", b"2.5", "1__0", "\n1\t"):
    try: print(repr(s), float(s))
    except ValueError as e: print(e)
print([round(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5, 1e20)], [round(x, 1) for x in (0.25, 0.35, 2.675, -1.05, 1e300, nan)], round(2.675, 2), round(1234.5678, -2), round(5e-324, 400), round(1.5, 0), round(-0.4))
for bad in (lambda: round(nan), lambda: round(inf), lambda: 1.0 // 0, lambda: 1.0 % 0, lambda: divmod(1.0, 0), lambda: 0.0 ** -1, lambda: (10.0) ** 400, lambda: int(inf), lambda: float([]), lambda: float("1", 2), lambda: nan.as_integer_ratio(), lambda: inf.as_integer_ratio(), lambda: float.fromhex("zz"), lambda: format(1.0, "d"), lambda: 1.5 & 1, lambda: round(1e308, -308)):
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(-7.5, 2), 2.0 ** 0.5, (-8) ** (1 / 3), 1e308 * 10, inf - inf, inf * 0, 5.0 % inf, -5.0 % inf, 0.0 == -0.0, nan == nan, nan != nan, nan in [nan], 1 < nan, (-2.0) ** 3, (-1.0) ** 0.5, 2 ** -1074, 1e-320)
print((0.1).hex(), (-1.5).hex(), (0.0).hex(), inf.hex(), (5e-324).hex(), float.fromhex("0x1.8p1"), float.fromhex("-0x.1p-3"), float.fromhex("inf"), (0.5).as_integer_ratio(), (3.0).is_integer(), (1e300).is_integer(), (2.5).conjugate(), (2.5).real, (2.5).__trunc__(), (-2.5).__floor__(), (-2.5).__ceil__(), float.from_number(3))
print(hash(0.5), hash(1.0), hash(inf), hash(-inf), hash(1e300), hash(2.0 ** 61), hash(-1.0), hash(0.1), {1: "a"}[1.0])
print(sum([0.1] * 10), sum([1e100, 1.0, -1e100]), max(1, 2.5), min(-0.0, 0.0), abs(-2.5), -0.0 + 0.0, 1.1 + 2.2, 3 * 0.1, sorted([3.5, -1, 2, inf, -inf]))
s = 0.0
for i in range(1, 20001): s += 1.0 / (i * i) - s * 1e-9
print(s)
import math, sys
print(math.pi, math.sqrt(2), math.floor(-2.5), math.ceil(2.1), math.trunc(-2.7), math.fsum([0.1] * 10), math.hypot(3, 4), math.isclose(0.1 + 0.2, 0.3), math.copysign(1, -0.0), math.frexp(10.0), math.ldexp(0.5, 4), math.modf(2.75), math.fmod(-7, 3), math.remainder(7, 4), math.nextafter(1, 2), math.ulp(1.0), math.log(8, 2), math.log2(1024), math.log10(0.001), math.exp(1), math.sin(1), math.atan2(1, -1), math.gamma(5), math.erf(0.5), math.cbrt(8), math.fma(2, 3, 4))
print(sys.float_info.max, sys.float_info.epsilon, sys.float_info.dig, 1e5, 1.0e5, 100000.0, 1234567.0, 12345678901234567.0)
