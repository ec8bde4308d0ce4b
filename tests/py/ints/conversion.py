# int: parsing, printing, bases, bytes, methods, digit limit.
import sys
for s in ("0", "-0", "  42 ", "+7", "1_000", "0x1F", "0b11", "0o17", "-0xff", "٣", "12345678901234567890123456789", "", "-", "1__0", "_1", "1_", "0x", "1.5", "abc", "1 2", "0b2", "08", "\x00", "9" * 10):
    for base in (10, 0, 16):
        try: print(repr(s), base, int(s, base))
        except ValueError as e: print(e)
print(int("z", 36), int("-ZZ", 36), int(b"12"), int(bytearray(b" 5 ")), int("11", 2), int(3.99), int(-3.99), int(1e20), int(), int("101", base=2))
for bad in (lambda: int("1", 1), lambda: int("1", 37), lambda: int(5, 10), lambda: int(None), lambda: int([]), lambda: int(float("nan")), lambda: int(float("inf")), lambda: int(base=5), lambda: int("1", "2"), lambda: int(b"\xff")):
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
n = -12345678901234567890
print(n, bin(10), bin(-10), oct(64), hex(255), hex(-2**70), f"{n:,} {255:#x} {255:#010b} {255:o} {-5:+d} {5:+} {5: d} {1000000:_} {65:c} {255:X} {255:#X} {3:>5}|{3:<5}|{3:^5}|{3:=+5}|{-3:05}|{10**10:_x}")
print(f"{5:e} {5:.2f} {5:g} {5:%} {2**70:.3e} {1234:n} {5:5d}{0:#o}", "%d %5d %-5d| %05d %+d %x %X %#x %o %i %c %s" % (1, 2, 3, 4, 5, 255, 255, 255, 8, 9, 65, 10), "%d" % 3.7, "%x" % 2**70 if 0 else "%x" % (2**70))
for spec in ("s", "z", ".2d", ",x", ",_", "10.3x", "q", "#,d", "=z", "c+", "_c"):
    try: print(spec, format(5, spec))
    except ValueError as e: print(spec, e)
print((258).to_bytes(2), (258).to_bytes(4, "little"), (-2).to_bytes(2, "big", signed=True), int.from_bytes(b"\xff\xfe"), int.from_bytes(b"\xff\xfe", "little", signed=True), int.from_bytes([1, 2]), (0).to_bytes(), int.from_bytes(b""))
for bad in (lambda: (256).to_bytes(1), lambda: (-1).to_bytes(1), lambda: (1).to_bytes(-1), lambda: (1).to_bytes(1, "middle")):
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
print((5).numerator, (5).denominator, (5).real, (5).imag, (5).conjugate(), (5).as_integer_ratio(), (5).is_integer(), (7).__floor__(), (7).__round__(), (7).__index__(), int.__name__, (5).__format__("x"))
print(sys.get_int_max_str_digits(), len(str(10**4299)))
for f in (lambda: str(10**4300), lambda: int("1" * 4301), lambda: f"{10**5000}", lambda: "%d" % 10**5000):
    try: print(len(f()) if isinstance(f(), str) else "ok")
    except ValueError as e: print(e)
sys.set_int_max_str_digits(0)
x = 3**20000; s = str(x); print(len(s), s[:20], s[-20:], int(s) == x, len(hex(x)), hash(s) == hash(str(int(s))))
try: sys.set_int_max_str_digits(100)
except ValueError as e: print(e)
print([hex(i * 0x9e3779b97f4a7c15 & 2**64 - 1) for i in range(4)], sys.int_info.bits_per_digit, sys.maxsize, sys.getsizeof(0), sys.getsizeof(2**30), sys.getsizeof(2**60), sys.getsizeof(True))
