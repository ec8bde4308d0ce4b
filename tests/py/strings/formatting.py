# f-strings, str.format, % formatting, format specs, nested and debug forms, t-strings.
import datetime
x, w, d = 42, 10, {"k": "v", "n": {"m": 1}}
class P:
    a = 1
    def __format__(self, s): return f"<{s}>"
    def __repr__(self): return "P()"
    def __str__(self): return "str P"
    def __getitem__(self, i): return f"item {i!r}"
p = P()
print(f"{x} {x!r} {x:5} {x:<5}| {x:>{w}} {x:{'^'}{w}}| {x=} {x = } {x=!s} {x=:>5} {p} {p!s} {p!r} {p:spec} {p:{x}} {p!r:>6}")
print(f"{d['k']} {d["k"]} {'nested ' + f'{x + 1}'} {{}} {{{x}}} {x:{{}}<5}" if 0 else f"{d['k']} {d["k"]} {'nested ' + f'{x + 1}'} {{}} {{{x}}}")
print(f"{'a' if x else 'b'} {(lambda y: y * 2)(3)} {[i for i in range(3)]} { {1: 2}[1] } {x, w} {x!r:^{w}} {'\n'} {'''q"'"'''}")
print(f"{
    x  # comment
    + 1
:>5}", f'{x:{'>'}{5}}', rf"\n{x}", Rf"{x}\t", f"a" "b" f"{x}" 'c', f"{x:%}" , f"{1e10:g}", f"{True:d} {True}", f"{None} {[]!s:>5}")
print("{} {} {0}".format(1, 2) if 0 else "{} {}".format(1, 2), "{1} {0} {1}".format("a", "b"), "{a} {b.a} {c[k]} {c[n][m]} {d[0]} {b[x y]}".format(a=1, b=p, c=d, d=[9]), "{:>{}}|{:{a}{b}}".format("x", 5, 3, a="<", b=4), "{!r} {!s} {!a}".format("é", p, "é"), "{{}} {}".format(0), "{:.{}f}".format(3.14159, 2))
for f, a, k in (("{} {0}", (1,), {}), ("{0} {}", (1,), {}), ("{", (), {}), ("}", (), {}), ("{} {}", (1,), {}), ("{a}", (), {}), ("{!x}", (1,), {}), ("{0.b}", (1,), {}), ("{0[}", (1,), {}), ("{:d}", ("s",), {}), ("{0[a]}", ([1],), {}), ("{!}", (1,), {}), ("{a.}", (), {"a": 1}), ("{:{:{}}}", (1, 2, 3), {}), ("{0!rx}", (1,), {}), ("{99999999999999999999}", (1,), {})):
    try: print(f.format(*a, **k))
    except Exception as e: print(f, type(e).__name__, e)
for spec in ("10", "<10", ">10", "^10", "*^10", "010", ".3", "10.3", "s", "<5.2s", "=5", "d", "+", ",", "é>6", "\u3000^7", "#", "z", "0<5", "-5", "10.", "1_0", "99999999999999999999"):
    try: print(repr(spec), "|" + format("string", spec) + "|")
    except Exception as e: print(repr(spec), type(e).__name__, e)
print("%s|%10s|%-10s|%.2s|%r|%a|%%|%c|%5c" % ("s", "s", "s", "str", "r", "é", "c", 65), "%(a)s %(b)05.1f %(a)r" % {"a": 1, "b": 2.5}, "%*d|%-*d|%.*f" % (5, 1, 5, 1, 2, 3.14159), "%#o %#x %+d % d %05d %e %G" % (8, 255, 1, 1, -1, 12345.678, 1e-10), "%s" % ((1, 2),), "%s" % [1], "%r %s" % (p, p), "" % (), "" % {}, "%i" % True, "%u" % 5, "%ld" % 5)
for f, a in (("%s", ()), ("%s %s", (1,)), ("%s", (1, 2)), ("%d", ("a",)), ("%(a", {}), ("%(a)s", {}), ("%y", (1,)), ("%", ()), ("%*d", ("a", 1)), ("%d", (1.5j,)), ("%x", (1.5,)), ("abc", 5), ("%c", (1.5,)), ("%(a)s %s", {"a": 1}), ("%.99999999999d", (1,)), ("%c", (0x110000,))):
    try: print(f % a)
    except Exception as e: print(f, type(e).__name__, e)
print(f"{datetime.date(2026, 1, 2):%d.%m.%Y}", f"{3.14159:.2f} {1234567.891:,.1f} {0.5:.0%} {1e-7:.3g} {255:#06x} {-3:+} {2**70:_}")
name = "World"
t = t"Hello {name!r:>10} and {1 + 1}{x=}"
print(type(t).__name__, t.strings, t.values, [(i.value, i.expression, i.conversion, i.format_spec) for i in t.interpolations], list(t)[:2])
print(t"a" + t"b{1}", (t"{x}" t"y").strings)
try: t"a" + "b"
except TypeError as e: print(e)
for src in ("f'{'", "f'}'", "f'{}'", "f'{x!}'", "f'{x!z}'", "f'{x:{y:{z}}}'", "f'{a b}'", "f'{lambda x: 1}'", "f'{*a}'", "f'{x=!}'", "f'{\\'a\\'}'", "f'{x:'", "f'{!r}'", "f'{:x}'", "f'{#}'", "f''{x}'", "b'é'", "fb'x'", "t'{x!q}'", "f'{yield}'", "f'{a:{b!x}}'", "f'''{\n'''"):
    try: compile(src, "x", "eval"); print(src, "ok")
    except SyntaxError as e: print(src, e.msg)
