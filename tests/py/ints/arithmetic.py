# int: small, large, mixed; every operator; floor semantics; limits of small and tagged forms.
vals = [0, 1, -1, 2, -2, 7, -7, 2**30 - 1, 2**30, -2**30, 2**60, 2**61 - 1, 2**62 - 1, 2**62, -2**62, -2**62 - 1, 2**63 - 1, 2**63, -2**63, 10**30, -10**40]
h = 0
for a in vals:
    for b in vals:
        r = [a + b, a - b, a * b, a & b, a | b, a ^ b, a < b, a == b, a >= b]
        if b: r += [a // b, a % b, divmod(a, b)]
        for x in r:
            for y in (x if isinstance(x, tuple) else (x,)): h = (h * 1000003 + int(y)) % (2**89 - 1)
print(h)
print(2**62 - 1 + 1, -2**62 - 1, (2**62) * 2, 4611686018427387903 + 4611686018427387903, -4611686018427387904 - 1, 2**63 // -1, -2**63 // -1, 3037000500 * 3037000500)
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3, divmod(-7, 2), divmod(7, -2), divmod(2**70, -3))
print(1 << 62, 1 << 63, 1 << 100, -1 << 62, -1 >> 5, -9 >> 1, 2**100 >> 90, -2**100 >> 200, 5 >> 1000, 0 << 10**10)
print(2**10, (-2)**3, 0**0, 2**0, 7**77 % 1000, pow(3, 200, 1000007), pow(3, -1, 7), pow(-3, 3, 5), pow(2, 3, -5), 10**-2)
for bad in ((3, -1, 6), (2, 2, 0), (2, -1, 4)):
    try: print(pow(*bad))
    except ValueError as e: print(e)
print(abs(-2**70), -(-5), +5, ~0, ~2**64, (5).bit_length(), (-2**64).bit_length(), (0).bit_length(), (255).bit_count(), (-7).bit_count())
print(True + True, True * 3, -True, ~False, True & 1, True | False, True ^ True, bool(2**100), int(True), 5 == 5.0, 2**53 + 1 == float(2**53), 2**53 == float(2**53), 10**400 > 1e308, -10**400 < float("-inf"))
print(10**20 / 10**18, 2**1000 / 2**990, 1 / 3, 7 / -2, 0 / 5, (2**53 + 1) / 1)
for x in ("10**400 / 1", "1 / 10**400", "float(10**400)", "5 // 0", "5 % 0", "5 / 0", "divmod(1, 0)", "0 ** -1", "1 << -1", "1 >> -1", "1 << 10**20"):
    try: print(x, eval(x))
    except Exception as e: print(x, type(e).__name__, e)
f = 1
for i in range(1, 101): f *= i
print(f, f // 97 % 10**9, f % (2**61 - 1), len(str(f * f)))
a, b = 0, 1
for _ in range(300): a, b = b, a + b
print(a, hash(a), hash(2**61 - 1), hash(-1), hash(2**61), hash(-2**61), hash(10**30), hash(2**62))
s = 0
for i in range(100000): s += i * i - (i >> 1) ^ (i & 7)
print(s)
n = 27; steps = 0
while n != 1: n = n // 2 if n % 2 == 0 else 3 * n + 1; steps += 1
print(steps)
print(round(15, -1), round(25, -1), round(-15, -1), round(1234567, -3), round(5), round(-7, 2), round(10**30 + 5 * 10**9, -10))
from math import gcd, lcm, isqrt, comb, perm, factorial
print(gcd(2**80, 6**40), lcm(4, 6, 10), isqrt(10**40), comb(50, 25), perm(10, 3), factorial(25))
