//! Recorded programs; see `main.rs`.

use super::run;

#[test]
fn integers() {
    let source = r####"x = 2 ** 61
log.append([x + x, x * 4, -x - x - 1, x - x, (x + x) // 3, (x + x) % 7, -7 // 2, -7 % 3, 7 // -2, 7 % -3, 1 << 62, 1 << 64, -1 >> 70, ~x])
i = 0
while i < 2 ** 62 + 3:
    i = i * 2 + 1
log.append(i)
a = 2 ** 40; b = 2 ** 40
log.append([a == b, a is b, a < b + 1, a != 2.0 ** 40, True + 1, 3 / 2, 2 ** -1, 5 & 6 | 8 ^ 1])
"####;
    assert_eq!(run(source), r####"[[4611686018427387904, 9223372036854775808, -4611686018427387905, 0, 1537228672809129301, 4, -4, 2, -4, -2, 4611686018427387904, 18446744073709551616, -1, -2305843009213693953], 9223372036854775807, [True, True, True, False, 2, 1.5, 0.5, 13]]"####);
}

#[test]
fn strings() {
    let source = r####"s = ""
for i in range(5): s += str(i)
t = s
s += "\u00e9"; s += "\u4e2d"
log.append([s, t, f"{t!r:>10}|{3.14159:.2f}|{10:#x}|{t}", "%s-%d" % ("a", 3)])
"####;
    assert_eq!(run(source), r####"[['01234é中', '01234', "   '01234'|3.14|0xa|01234", 'a-3']]"####);
}

#[test]
fn containers() {
    let source = r####"d = {"a": 1, **{"b": 2}, "c": [*range(3)]}
d["a"] += 5
l = [3, 1, 2]; l[0:2] = [9, 8, 7]; del l[-1]
log.append([d, l, l[::-1], (*l, 1), {x for x in l} == {7, 8, 9}, {k: v for k, v in zip("ab", l)}])
a = b = []; a += [1]; log.append(b)
"####;
    assert_eq!(run(source), r####"[[{'a': 6, 'b': 2, 'c': [0, 1, 2]}, [9, 8, 7], [7, 8, 9], (9, 8, 7, 1), True, {'a': 9, 'b': 8}], [1]]"####);
}

#[test]
fn classes() {
    let source = r####"class M(type):
    def __new__(m, n, b, ns, **kw): log.append((n, kw)); return super().__new__(m, n, b, ns)
    def __init__(c, n, b, ns, **kw): super().__init__(n, b, ns)
class C(metaclass=M, opt=1):
    __slots__ = ("x",)
    y: int = 3
c = C()
try: c.x
except AttributeError as e: log.append(str(e))
for i in range(20): c.x = i
log.append((c.x, C.y, C.__qualname__))
try: c.z = 1
except AttributeError as e: log.append(str(e))
class D:
    def __del__(self): log.append("del")
def f():
    d = D()
    log.append("before")
f()
d = D(); d = 1
log.append("after")
"####;
    assert_eq!(run(source), r####"[('C', {'opt': 1}), "'C' object has no attribute 'x'", (19, 3, 'C'), "'C' object has no attribute 'z' and no __dict__ for setting new attributes", 'before', 'del', 'del', 'after']"####);
}

#[test]
fn patterns() {
    let source = r####"class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
def m(v):
    match v:
        case 0: return "zero"
        case [1, *rest]: return rest
        case {"k": k, **more}: return (k, more)
        case P(1, y=y): return ("P1", y)
        case P(x, y) if x > y: return (x, y)
        case str() | bytes(): return "text"
        case None: return "none"
        case _: return "other"
log.append([m(v) for v in (0, [1, 2, 3], {"k": 1, "z": 2}, P(1, 5), P(4, 3), P(3, 4), "s", None, 1.5)])
"####;
    assert_eq!(run(source), r####"[['zero', [2, 3], (1, {'z': 2}), ('P1', 5), (4, 3), 'other', 'text', 'none', 'other']]"####);
}

#[test]
fn locals() {
    let source = r####"import_free = 1
def f(a):
    b = 2
    del a
    log.append(sorted(locals()))
    try: a
    except UnboundLocalError as e: log.append(str(e))
    return [locals()["b"] for _ in range(1)]
log.append(f(1))
try: nothing
except NameError as e: log.append((str(e), e.name))
class K:
    z = 1
    w = [_ for _ in range(2)]
log.append(K.w)
g = 5
def h():
    global g
    g += 1
    del g
h()
try: g
except NameError as e: log.append(str(e))
"####;
    assert_eq!(run(source), r####"[['b'], "cannot access local variable 'a' where it is not associated with a value", [2], ("name 'nothing' is not defined", 'nothing'), [0, 1], "name 'g' is not defined"]"####);
}
