"""Every way a call site can go, run often enough for its caches, and then with what it did not expect."""

import sys


def plain(a, b=2, *c, d=4, **e):
    return a, b, c, d, e


def pair(a, b=2):
    return a, b


def only(a, /, b, *, c=3):
    return a, b, c


def error(f, *args, **kw):
    try:
        return f(*args, **kw)
    except TypeError as e:
        return str(e)


for turn in range(4):
    print(plain(1), plain(1, 5, 6, 7), plain(1, d=3, z=1), plain(*[1, 2, 3], **{"d": 9}))
    print(pair(1), pair(1, b=3), pair(b=1, a=2), pair(*(1,)), pair(*(1, 2), **{}), only(1, 2), only(1, b=4, c=5))
    print(error(pair), error(pair, 1, 2, 3), error(pair, 1, a=2), error(pair, 1, c=2), error(only, 1), error(only, a=1, b=2))


def shuffled(n):
    # Calls inside a generator have no window to grow into.
    for i in range(n):
        yield pair(i), plain(i, 1, 2), Point(i), [Point(i, b=4).b], bound(i), Point(i)(3)


class Point:
    def __init__(self, a, b=7):
        self.a = a
        self.b = b

    def __call__(self, *a, **k):
        return self.a, a, k

    def method(self, x, y=5):
        return self.a, x, y

    @classmethod
    def made(cls, x=1):
        return cls.__name__, x

    @staticmethod
    def free(x=1):
        return x

    @property
    def twice(self):
        return self.a * 2


bound = Point(3).method
for turn in range(4):
    p, q = Point(turn), Point(turn, b=3)
    print(p.a, p.b, q.b, p(1, k=2), p.twice, p.made(), Point.made(4), p.free(), Point.free(x=3), bound(1), bound(1, y=2))
    print(list(shuffled(2)) == [((i, 2), (i, 1, (2,), 4, {}), x[2], [4], (3, i, 5), (i, (3,), {})) for i, x in enumerate(shuffled(2))])
    print(error(Point), error(Point, 1, 2, 3), error(Point, 1, c=1), error(bound), error(p.made, 1, 2))


class Refuses:
    def __init__(self, n):
        if n:
            self.inner = Refuses(n - 1)
        else:
            raise ValueError("deep")


class Odd:
    def __init__(self):
        return 5


class Noisy:
    def __init__(self, fail):
        if fail:
            raise ValueError("failed")

    def __del__(self):
        print("gone")


for turn in range(3):
    try:
        x = "kept"
        x = Refuses(3)
    except ValueError as e:
        print(x, e)
    print(error(Odd))
    try:
        Noisy(turn == 1)
    except ValueError as e:
        print("caught", e)


def make(cls, *args):
    for _ in range(5):
        made = cls(*args) if args else cls()
    return made


class Changing:
    def __init__(self):
        self.how = "first"


print(make(Changing).how)
Changing.__init__ = lambda self: setattr(self, "how", "second")
print(make(Changing).how)
Changing.__new__ = lambda cls: "made by new"
print(make(Changing))
del Changing.__new__
del Changing.__init__
print(type(make(Changing)).__name__, type(error(Changing)).__name__)


class Meta(type):
    def __call__(cls, *args):
        return "meta", args


class Made(metaclass=Meta):
    def __init__(self, x):
        pass


print(make(Made, 1), make(Made))
for turn in range(4):
    print(type(1), type(turn), type("x"), str(turn), str(b"x"), int("7"), bool([]), float(2), len([1, 2]) + turn, isinstance(turn, (str, int)), isinstance(True, int), isinstance("x", int))


class Base:
    def m(self):
        return "base"


class Left(Base):
    def m(self):
        return "left " + super().m()


class Leaf(Left):
    def m(self):
        return "leaf " + super().m()


leaf = Leaf()
for turn in range(6):
    if turn == 3:
        Base.m = lambda self: "changed"
    if turn == 4:
        Left.m = Base.m
    print(leaf.m(), Left().m())


def deeper(n):
    return deeper(n + 1)


class Endless:
    def __init__(self):
        self.next = Endless()

    def __getattr__(self, name):
        return getattr(self, name + "x")


for f in (lambda: deeper(0), Endless, lambda: Endless.__new__(Endless).a):
    try:
        f()
    except RecursionError as e:
        print(str(e)[:32])


def where():
    return sys._getframe(1).f_lineno, sys._getframe(1).f_code.co_name


class Look:
    def __init__(self, *args):
        self.seen = where()

    def __getitem__(self, i):
        return where()[1], i

    @property
    def p(self):
        return where()[1]

    def __getattr__(self, name):
        return where()[1], name


look = Look()
for turn in range(4):
    print(Look().seen[1], look[turn], look["k"], look.p, look.other)


class Fails:
    @property
    def p(self):
        return 1 // 0

    def __getitem__(self, i):
        raise KeyError(i)


for turn in range(4):
    for f in (lambda: Fails().p, lambda: Fails()[turn], lambda: Refuses(0)):
        try:
            f()
        except Exception as e:
            names, t = [], e.__traceback__
            while t:
                names.append((t.tb_frame.f_code.co_name, t.tb_lineno - t.tb_frame.f_code.co_firstlineno))
                t = t.tb_next
            print(type(e).__name__, e, names[1:])


def trace(frame, what, arg):
    events.append((what, frame.f_code.co_name))
    return trace


def traced():
    d = {1: 2, 3: 4}
    for k, v in d.items():
        pass
    return Point(1).twice, look[1]


traced()
events = []
sys.settrace(trace)
traced()
sys.settrace(None)
print([e for e in events if e[0] != "line"])
for values in ((1, 2), ("a", -5), (True, 10**30), ("ä", 1), (1.5, 2), ("x" * 300, 1), ("a",), (1, 2, 3)):
    try:
        print("%s and %d%%" % values, "%%", "%s" % values[:1])
    except TypeError as e:
        print(e)
print(*(repr(s) for s in ("", "plain", "it's", 'say "x"', "back\\slash", "tab\t", "\x7f", "é", "x" * 200)))
