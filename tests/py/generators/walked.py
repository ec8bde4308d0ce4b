"""Generators walked by native code: sinks that run code, stop, raise, and reach back into the generator."""

import sys


def note(*a):
    print(*a)


class N:
    """A number that looks around when it is added."""

    def __init__(self, v, look=None):
        self.v, self.look = v, look

    def __radd__(self, other):
        if self.look:
            self.look()
        return other + self.v

    def __add__(self, other):
        return self.v + other

    def __bool__(self):
        if self.look:
            self.look()
        return bool(self.v)


# What the sink sees of the generator: suspended, the caller's frame.
def looking():
    g = None

    def look():
        note("running", g.gi_running, "suspended", g.gi_suspended, "line", g.gi_frame.f_lineno - looking.__code__.co_firstlineno, sys._getframe(2).f_code.co_name)

    def gen():
        yield 1
        yield N(2, look)
        yield 2.5
        yield N(3, look)

    g = gen()
    note(sum(g))
    g = gen()
    note(all(g))
    note(g.gi_frame, g.gi_running)


looking()


# The sink takes items of the same generator, or closes it, or throws into it.
def reaching():
    g = None

    def gen(look):
        try:
            for i in range(6):
                yield N(i, look)
        except ValueError as e:
            note("thrown", e)
            yield 100
            yield 200
        finally:
            note("finally")

    def take():
        x = next(g, None)
        note("took", x and x.v)

    for how in (take, lambda: g.close(), lambda: note(g.throw(ValueError("x"))), lambda: note([x.v for x in g])):
        g = gen(how)
        note(how.__name__, sum(g))
    g = gen(None)
    note(any(g), next(g).v, any(g), all(g), list(x.v for x in g))


reaching()


# Exceptions: of the sink, of the generator, at the end; the generator lives on after the sink's.
def raising():
    def bad():
        raise KeyError("sink")

    def gen():
        yield 1
        yield N(1, bad)
        note("goes on", sys.exception())
        yield 5

    g = gen()
    for f in (sum, any, all, list, lambda g: max(g, key=lambda x: x.v)):
        try:
            note(f(g))
        except (KeyError, AttributeError, ValueError) as e:
            note(type(e).__name__, e, g.gi_frame is not None, e.__context__)
    for end in (StopIteration(3), ValueError(4), StopAsyncIteration()):

        def ends():
            yield 1
            yield 2
            raise end

        for f in (sum, list, tuple, set, max, ",".join, dict):
            try:
                f(ends())
            except Exception as e:
                note(f if isinstance(f, str) else getattr(f, "__name__", "?"), repr(e), repr(e.__cause__))

    def itself():
        yield 1
        yield sum(h)

    h = itself()
    try:
        sum(h)
    except ValueError as e:
        note(e)
    note(list(h))


raising()


# The stack of handled exceptions.
def handled():
    def gen():
        try:
            raise ValueError("inner")
        except ValueError:
            yield N(1, lambda: note("sink", repr(sys.exception())))
            note("gen", repr(sys.exception()))
            yield N(2, lambda: note("sink", repr(sys.exception())))

    note(sum(gen()))
    try:
        raise KeyError("outer")
    except KeyError:
        note(sum(gen()))


handled()


# Delegation, recursion, nesting.
def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


note(list(tree(4)), sum(tree(6)), tuple(tree(2)), sorted(tree(3)), max(tree(3)), set(tree(3)))
note(sum(sum(x * y for x in range(5)) for y in range(4)), "".join(str(sum(range(i))) for i in range(9)))


def deep(n):
    return sum(deep(n - 1) for _ in range(1)) + 1 if n else 0


note(deep(50))
try:
    deep(10**6)
except RecursionError as e:
    note(e)


# Sums: ways left and not taken again.
class F(float):
    pass


for items in (
    [1, True, 2],
    [2**62, 2**62, -1],
    [2**70, 1],
    [1, 0.5, 2, True, 0.1],
    [0.1] * 10,
    [1e100, 1.0, -1e100],
    [1, 2j, 0.5, 3],
    [0.5, 1j, 1e100, 1, -1e100],
    [F(1.5), 2.0, F(0.25)],
    [1.5, N(2), 3.5, 1],
    [N(1), 2.5],
    [float("inf"), 1, -float("inf")],
):
    note(sum(items), sum(x for x in items), sum((x for x in items), 0.0), sum(iter(items), 1j))
for start in ([], (), 1, 2.5):
    try:
        note(sum(([1] for _ in range(3)), start))
    except TypeError as e:
        note(e)
try:
    sum((10**400 for _ in range(1)), 0.5)
except OverflowError as e:
    note(e)


# any and all, the values that decide.
for items in ([], [0, 0], [0, 1], [None, False], [True, 1, 2], ["", "x"], [[], ()], [N(0), N(1)]):
    g = (x for x in items)
    h = (x for x in items)
    note(any(g), len(list(g)), all(h), len(list(h)))


# A list that the generator changes and looks at while it is extended.
def growing(l):
    for i in range(40):
        if i % 10 == 0:
            note(len(l))
        if i == 25:
            del l[:]
        yield i


l = []
l.extend(growing(l))
note(l)


# Objects die when they should.
class D:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        note("dead", self.n, g.gi_running if g else None)

    def __bool__(self):
        return False


def dying():
    for i in range(3):
        yield D(i)
        note("next", i)


g = dying()
note(any(g))
g = None
note(len(list(dying())))


# Somebody begins and stops to listen in the middle.
def traced():
    events = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name == "gen":
            events.append((event, frame.f_lineno - traced.__code__.co_firstlineno, arg))
        return tracer

    def gen():
        yield 1
        yield N(2, lambda: sys.settrace(tracer))
        yield 3
        yield 4
        sys.settrace(None)
        yield N(5, lambda: sys.settrace(tracer))
        yield N(6, lambda: sys.settrace(None))
        yield 7

    note(sum(gen()))
    for e in events:
        note(e[0], e[1], type(e[2]).__name__)


traced()


# What is sent: None.
def sent():
    got = []
    for i in range(3):
        x = y = yield i
        got.append((x, y))
    note(got)


note(list(sent()), dict((i, c) for i, c in enumerate("abc")), dict.fromkeys(c for c in "xyz"))
