# complex numbers.
z = 3 + 4j
print(z, abs(z), z.real, z.imag, z.conjugate(), -z, +z, z * z, z / (1 - 1j), z ** 2, z ** -1, z ** 0.5, z + 1, 2.5 - z, z == 3 + 4j, z != 3, complex(3) == 3, bool(0j), hash(z), hash(complex(2)) == hash(2))
for s in ("1+2j", " 3j ", "-1.5e3-2J", "(1+1j)", "inf+nanj", "1 + 2j", "", "j", "+j", "1+", "1j2", "1_0j", "infj", "1+2"):
    try: print(repr(s), complex(s))
    except ValueError as e: print(e)
print(complex(), complex(1, 2), complex(1j, 2j), complex(real=1, imag=-0.0), complex("5"), repr(complex(0, -0.0)), repr(complex(-0.0, 1)), 1j * 1j, complex(float("inf"), 1), -0j, complex(1e20, 1e-20))
for e in ("z < 1", "z // 1", "z % 2", "int(z)", "float(z)", "complex('1', 2)", "complex(1, '2')", "complex([])", "z / 0", "0j ** -1", "divmod(z, 1)", "round(z)", "complex(None)", "pow(z, 1, 2)"):
    try: print(e, eval(e))
    except Exception as x: print(e, type(x).__name__, x)
print(f"{z} {z:.2f} {z:g} {z:>12} {z:e} {z:+.1f} {1000j:,}", "%s" % z, str(z), repr(-z))
for f in ("d", "=10", "010", "%"):
    try: print(format(z, f))
    except ValueError as e: print(e)
import cmath
print(cmath.sqrt(-4), cmath.phase(-1), cmath.polar(1j), cmath.exp(1j * cmath.pi).real, sum([1j, 2, 3.5]), [*map(abs, (3 + 4j, -5))])
