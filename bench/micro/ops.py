"""Micro-operations: CPU nanoseconds per operation, loop overhead subtracted.

Each operation is a statement that is repeated in the body of a loop; the empty loop is measured
beside it and taken away. What counts is the least of many short runs. Prints the names, with
`--all` all costs, or, with `--serve`, answers names on standard input by the cost: `cargo xtask bench --micro` asks two
interpreters in turn, so that what else the machine does disturbs both alike.
"""

import sys
from time import process_time_ns

REPEAT = 8

# name, set-up (locals of the measuring function), statement. `%%` lines: the statement is a whole
# loop over 1000 items and counts per item.
OPS = [
    ("attr load: instance", "p = P(1, 2)", "p.a"),
    ("attr load: slot", "p = S(1, 2)", "p.a"),
    ("attr load: class var", "p = P(1, 2)", "p.k"),
    ("attr load: property", "p = P(1, 2)", "p.prop"),
    ("attr load: __getattr__", "p = G()", "p.missing"),
    ("attr load: 4 types", "ps = (P(1, 2), P2(1, 2), P3(1, 2), P4(1, 2)) * 250", "%%for p in ps: p.a"),
    ("attr load: module", "", "sys.maxsize"),
    ("attr store: instance", "p = P(1, 2)", "p.a = 7"),
    ("attr store: slot", "p = S(1, 2)", "p.a = 7"),
    ("attr +=", "p = P(1, 2)", "p.a += 1"),
    ("method call", "p = P(1, 2)", "p.m()"),
    ("method call: 2 args", "p = P(1, 2)", "p.m2(1, 2)"),
    ("method call: 4 types", "ps = (P(1, 2), P2(1, 2), P3(1, 2), P4(1, 2)) * 250", "%%for p in ps: p.m()"),
    ("method call: append, pop", "a = []", "a.append(1); a.pop()"),
    ("method call: dict.get", "d = {'k': 1}", "d.get('k')"),
    ("method call: str.startswith", "s = 'hello'", "s.startswith('he')"),
    ("classmethod call", "", "P.cm()"),
    ("staticmethod call", "p = P(1, 2)", "p.sm()"),
    ("bound method call", "f = P(1, 2).m", "f()"),
    ("super().m()", "p = Sub(1, 2)", "p.m()"),
    ("call: no args", "", "f0()"),
    ("call: 2 positional", "", "f2(1, 2)"),
    ("call: defaults", "", "fd(1)"),
    ("call: keywords", "", "fd(1, c=3)"),
    ("call: all keywords", "", "f2(b=1, a=2)"),
    ("call: *args param", "", "fa(1, 2)"),
    ("call: **kw param", "", "fk(a=1, b=2)"),
    ("call: f(*t)", "t = (1, 2)", "f2(*t)"),
    ("call: f(*t, **d)", "t = (1,); d = {'b': 2}", "f2(*t, **d)"),
    ("call: closure", "f = closure(3)", "f()"),
    ("call: __call__", "c = C()", "c()"),
    ("call: lambda", "f = lambda x: x", "f(1)"),
    ("make closure", "", "lambda: p"),
    ("class: P(1, 2)", "", "P(1, 2)"),
    ("class: slots", "", "S(1, 2)"),
    ("class: no __init__", "", "E()"),
    ("class: keyword", "", "P(1, b=2)"),
    ("len(list)", "l = [1, 2]", "len(l)"),
    ("isinstance", "p = P(1, 2)", "isinstance(p, P)"),
    ("isinstance: tuple", "p = 1", "isinstance(p, (str, int))"),
    ("type(x)", "p = 1", "type(p)"),
    ("str(int)", "n = 12345", "str(n)"),
    ("int(str)", "s = '12345'", "int(s)"),
    ("min(a, b)", "a = 1; b = 2", "min(a, b)"),
    ("abs(int)", "a = -5", "abs(a)"),
    ("range(10)", "", "range(10)"),
    ("subscript: list", "l = [1, 2, 3]; i = 1", "l[i]"),
    ("subscript: list const", "l = [1, 2, 3]", "l[1]"),
    ("subscript: list[-1]", "l = [1, 2, 3]", "l[-1]"),
    ("subscript: tuple", "t = (1, 2, 3); i = 1", "t[i]"),
    ("subscript: dict str", "d = {'k': 1, 'b': 2}", "d['k']"),
    ("subscript: dict int", "d = {1: 1, 2: 2}; i = 2", "d[i]"),
    ("subscript: dict tuple", "d = {(1, 2): 1}; k = (1, 2)", "d[k]"),
    ("subscript: str", "s = 'hello'; i = 1", "s[i]"),
    ("subscript: __getitem__", "p = P(1, 2)", "p[1]"),
    ("slice: list", "l = [1, 2, 3, 4]", "l[1:3]"),
    ("slice: str", "s = 'hello world'", "s[1:7]"),
    ("store subscript: list", "l = [1, 2, 3]; i = 1", "l[i] = 5"),
    ("store subscript: dict", "d = {'k': 1, 'b': 2}", "d['k'] = 5"),
    ("store subscript: dict int", "d = {1: 1, 2: 2}; i = 2", "d[i] = 5"),
    ("list[i] += 1", "l = [1, 2, 3]; i = 1", "l[i] += 1"),
    ("int: a + b", "a = 12; b = 7", "a + b"),
    ("int: a * b", "a = 1212; b = 7", "a * b"),
    ("int: a // b", "a = 1212; b = 7", "a // b"),
    ("int: a % b", "a = 1212; b = 7", "a % b"),
    ("int: a & b", "a = 1212; b = 7", "a & b"),
    ("int: a << b", "a = 1212; b = 7", "a << b"),
    ("int: a / b", "a = 1212; b = 7", "a / b"),
    ("int: a ** 2", "a = 1212", "a ** 2"),
    ("int: -a", "a = 1212", "-a"),
    ("int: big + big", "a = 10 ** 20; b = 10 ** 20 + 7", "a + b"),
    ("int: x = x + 1", "x = 0", "x = x + 1"),
    ("float: a + b", "a = 1.5; b = 2.25", "a + b"),
    ("float: a * b", "a = 1.5; b = 2.25", "a * b"),
    ("float: x += a", "x = 1.5; a = 2.25", "x += a"),
    ("float: a * b + c", "a = 1.5; b = 2.25; c = 3.25", "x = a * b + c"),
    ("float: a / b", "a = 1.5; b = 2.25", "a / b"),
    ("float: 2 * a", "a = 1.5", "2 * a"),
    ("float: a ** 2", "a = 1.5", "a ** 2"),
    ("operator: __add__", "p = P(1, 2)", "p + 1"),
    ("str: a + b", "a = 'hello'; b = 'world'", "a + b"),
    ("str: a += b", "s = ''", "s += 'x'"),
    ("str: a * 3", "a = 'hello'", "a * 3"),
    ("str: a == b", "a = 'abc' + sys.argv[0]; b = 'abc' + sys.argv[0]", "a == b"),
    ("f-string: str", "a = 'hello'", "f'{a}-{a}'"),
    ("f-string: int", "a = 'hello'; n = 12345", "f'{n}:{a}'"),
    ("f-string: float", "x = 1.5", "f'{x:.2f}'"),
    ("f-string: !r", "a = 'hello'", "f'{a!r}'"),
    ("str % tuple", "a = 'hello'; n = 12", "'%s: %d' % (a, n)"),
    ("str.format", "a = 'hello'; n = 12", "'{}: {}'.format(a, n)"),
    ("str.join", "l = ['a', 'b', 'c']", "','.join(l)"),
    ("display: (a, b)", "a = 'x'; b = 1.5", "(a, b)"),
    ("display: [a, b]", "a = 'x'; b = 1.5", "[a, b]"),
    ("display: [1, 2, 3]", "", "[1, 2, 3]"),
    ("display: []", "", "[]"),
    ("display: {}", "", "{}"),
    ("display: {'a': x, 'b': y}", "x = 'x'; y = 1.5", "{'a': x, 'b': y}"),
    ("display: {a, b}", "a = 'x'; b = 1.5", "{a, b}"),
    ("display: [*l, x]", "l = [1, 2]; x = 1.5", "[*l, x]"),
    ("display: {**d}", "d = {'a': 1, 'b': 2}", "{**d, 'c': 3}"),
    ("list comprehension", "l = [1.5] * 1000", "%%[x for x in l]"),
    ("dict comprehension", "l = list(range(1000))", "%%{x: x for x in l}"),
    ("generator expression", "l = [1] * 1000", "%%sum(x for x in l)"),
    ("for: range", "r = range(1000)", "%%for x in r: pass"),
    ("for: list", "l = [1.5] * 1000", "%%for x in l: pass"),
    ("for: list of ints", "l = list(range(1000))", "%%for x in l: x + 1"),
    ("for: tuple", "l = (1.5,) * 1000", "%%for x in l: pass"),
    ("for: dict", "d = dict.fromkeys(range(1000))", "%%for x in d: pass"),
    ("for: dict.items()", "d = dict.fromkeys(range(1000))", "%%for k, v in d.items(): pass"),
    ("for: enumerate", "l = [1.5] * 1000", "%%for i, x in enumerate(l): pass"),
    ("for: zip", "l = [1.5] * 1000", "%%for a, b in zip(l, l): pass"),
    ("for: str", "l = 'x' * 1000", "%%for x in l: pass"),
    ("for: set", "l = set(range(1000))", "%%for x in l: pass"),
    ("for: generator", "", "%%for x in gen(1000): pass"),
    ("for: yield from", "", "%%for x in gen2(1000): pass"),
    ("for: __next__", "", "%%for x in It(1000): pass"),
    ("next(generator)", "g = gen(1 << 60)", "next(g)"),
    ("generator.send", "g = gen(1 << 60); next(g); send = g.send", "send(None)"),
    ("await coroutine", "", "%%drive(loop(1000))"),
    ("make generator", "", "gen(3)"),
    ("for: short generator", "", "for x in gen(2): pass"),
    ("while: i += 1", "", "%%i = 0\nwhile i < 1000: i += 1"),
    ("raise and catch", "", "try: raise ValueError\nexcept ValueError: pass"),
    ("raise and catch: message", "", "try: raise ValueError('text')\nexcept ValueError as e: pass"),
    ("raise and catch: callee", "", "try: thrower()\nexcept ValueError: pass"),
    ("raise and catch: KeyError", "d = {}", "try: d['k']\nexcept KeyError: pass"),
    ("raise and catch: AttributeError", "d = E()", "try: d.k\nexcept AttributeError: pass"),
    ("raise and catch: own class", "", "try: raise MyError(3)\nexcept MyError: pass"),
    ("try without exception", "", "try: pass\nexcept ValueError: pass"),
    ("try/finally", "a = 1", "try: a\nfinally: a"),
    ("compare: int < int", "a = 1; b = 2", "a < b"),
    ("compare: if int < int", "a = 1; b = 2", "if a < b: pass"),
    ("compare: if float < float", "a = 1.5; b = 2.5", "if a < b: pass"),
    ("compare: if str == str", "a = 'abc'; b = 'abd'", "if a == b: pass"),
    ("compare: if x is None", "a = 1", "if a is None: pass"),
    ("compare: if not x", "a = []", "if not a: pass"),
    ("compare: a < b < c", "a = 1; b = 2; c = 3", "if a < b < c: pass"),
    ("compare: tuple == tuple", "a = (1, 2); b = (1, 2)", "a == b"),
    ("compare: __eq__", "p = P(1, 2)", "p == 1"),
    ("compare: if object", "p = E()", "if p: pass"),
    ("in: list", "l = [1, 2, 3]; x = 2", "x in l"),
    ("in: dict", "d = {'a': 1, 'b': 2}", "if 'a' in d: pass"),
    ("in: tuple const", "x = 'c'", "if x in ('a', 'b', 'c'): pass"),
    ("in: set const", "x = 'c'", "if x in {'a', 'b', 'c'}: pass"),
    ("in: str", "s = 'hello world'", "'wor' in s"),
    ("and/or", "a = 1; b = 0", "a and b or a"),
    ("unpack: tuple", "t = (1, 2, 3)", "a, b, c = t"),
    ("unpack: list", "t = [1, 2]", "a, b = t"),
    ("unpack: swap", "a = 1; b = 2", "a, b = b, a"),
    ("unpack: *rest", "t = (1, 2, 3)", "a, *b = t"),
    ("with", "c = Ctx()", "with c: pass"),
    ("load global", "", "GLOBAL"),
    ("load builtin", "", "len"),
    ("store global", "global STORED", "STORED = 1"),
    ("nonlocal: x += 1", "f = counter()", "f()"),
    ("match: int", "a = 3", "match a:\n case 1: pass\n case 2: pass\n case 3: pass"),
    ("match: class", "p = P(1, 2)", "match p:\n case P(a=1, b=2): pass"),
    ("assert", "a = 1", "assert a"),
    ("del and bind local", "", "x = 1; del x"),
]


class P:
    k = 5

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def m(self):
        pass

    def m2(self, a, b):
        return a

    @property
    def prop(self):
        return self.a

    @classmethod
    def cm(cls):
        pass

    @staticmethod
    def sm():
        pass

    def __getitem__(self, i):
        return i

    def __add__(self, other):
        return other

    def __eq__(self, other):
        return True

    __hash__ = None


class P2(P):
    def m(self):
        pass


class P3(P):
    def m(self):
        pass


class P4(P):
    def m(self):
        pass


class Sub(P):
    def m(self):
        super().m()


class S:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


class E:
    pass


class G:
    def __getattr__(self, name):
        return 1


class C:
    def __call__(self):
        pass


class Ctx:
    def __enter__(self):
        pass

    def __exit__(self, *exc):
        pass


class It:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            raise StopIteration
        return self.n


class MyError(Exception):
    pass


GLOBAL = 5


def f0():
    pass


def f2(a, b):
    return a


def fd(a, b=2, c=5):
    return a


def fa(*args):
    return args


def fk(**kw):
    return kw


def closure(n):
    return lambda: n


def counter():
    n = 0

    def step():
        nonlocal n
        n += 1

    return step


def thrower():
    raise ValueError


def gen(n):
    i = 0
    while i < n:
        yield i
        i += 1


def gen2(n):
    yield from gen(n)


async def nothing():
    pass


async def loop(n):
    for _ in range(n):
        await nothing()


def drive(c):
    try:
        c.send(None)
    except StopIteration:
        pass


def indented(text, by):
    return "".join(" " * by + line + "\n" for line in text.split("\n"))


def measured(setup, stmt, times):
    """A function of the number of turns that gives nanoseconds."""
    source = "def run(turns, clock):\n p = None\n"
    if setup.startswith("global "):
        source += " " + setup + "\n"
        setup = ""
    source += indented(setup or "pass", 1)
    source += " it = range(turns)\n start = clock()\n for _ in it:\n"
    source += indented(stmt, 2) * times
    source += " return clock() - start\n"
    space = dict(globals())
    exec(source, space)
    return space["run"]


def best(run, turns, rounds):
    return min(run(turns, process_time_ns) for _ in range(rounds)) / turns


def turns_for(run, target_ns):
    turns = 4
    while True:
        spent = run(turns, process_time_ns)
        if spent > target_ns / 8:
            return max(1, int(turns * target_ns / spent))
        turns *= 4


class Operation:
    """An operation ready to be measured again and again."""

    def __init__(self, setup, stmt):
        self.per, times = 1, REPEAT
        if stmt.startswith("%%"):
            stmt, self.per, times = stmt[2:], 1000, 1
        self.run = measured(setup, stmt, times)
        self.per *= times
        self.run(50, process_time_ns)
        self.turns = turns_for(self.run, TARGET_NS)

    def least(self):
        return best(self.run, self.turns, ROUNDS)


def serve():
    """Answer names of operations, one a line, by what a turn of their loop took, what one of the empty loop took, and how many operations a turn has."""
    empty = measured("", "pass", 1)
    turns = turns_for(empty, TARGET_NS)
    known = {name: (setup, stmt) for name, setup, stmt in OPS}
    ready = {}
    for line in sys.stdin:
        name = line.rstrip("\n")
        if name not in ready:
            ready[name] = Operation(*known[name])
        operation = ready[name]
        print(f"{operation.least():.3f} {best(empty, turns, ROUNDS):.3f} {operation.per}", flush=True)


ROUNDS = 3
TARGET_NS = 1_500_000


def all_costs():
    """Measure every operation once, as training for a profile or to look at one interpreter alone."""
    empty = measured("", "pass", 1)
    overhead = best(empty, turns_for(empty, TARGET_NS), ROUNDS)
    for name, setup, stmt in OPS:
        operation = Operation(setup, stmt)
        print(f"{(operation.least() - overhead) / operation.per:8.1f} {name}")


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    elif sys.argv[1:] == ["--all"]:
        all_costs()
    else:
        print(*(name for name, *_ in OPS), sep="\n")
