"""Attribute sites that see one type, then several, then types that change under them."""


class A:
    kind = "class a"

    def __init__(self, x):
        self.x = x

    def m(self):
        return "A.m"


class B:
    __slots__ = ("x", "y")

    def __init__(self, x):
        self.x = x

    def m(self):
        return "B.m"

    @property
    def kind(self):
        return "property b"


class C(A):
    def m(self):
        return "C.m"


class D:
    def __getattr__(self, name):
        if name == "no":
            raise AttributeError("no such thing")
        return "dynamic " + name


class E:
    """No attribute of its own."""

    x = "class x"

    def m(self):
        return "E.m"

    kind = "class e"


def load(o):
    return o.x, o.kind, o.m()


def store(o, v):
    o.x = v


def missing(o):
    try:
        return o.nothing
    except AttributeError as e:
        return str(e)


things = [A(1), B(2), C(3), E()]
for turn in range(12):
    for o in things:
        print(load(o), end=" ")
    store(things[turn % 4], turn)
    print(missing(things[turn % 4]))
a = A(1)
for turn in range(6):
    print(load(a))
    if turn == 1:
        a.kind = "own kind"
    if turn == 2:
        A.kind = property(lambda self: "now a property")
    if turn == 3:
        a.m = lambda: "own m"
    if turn == 4:
        a.__dict__ = {"x": "other dict", "m": lambda: "other m"}
d = D()
for turn in range(5):
    print(d.a, d.b, end=" ")
    try:
        d.no
    except AttributeError as e:
        print(e)
    if turn == 2:
        d.a = "set"
    if turn == 3:
        D.b = "class b"
for turn in range(4):
    b = B(turn)
    del b.x
    try:
        b.x
    except AttributeError as e:
        print(e)
    try:
        b.z = 1
    except AttributeError as e:
        print(e)


class Counted:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def __del__(self):
        self.log.append(self.name)


log = []
holder = A(Counted(log, 0))
for turn in range(1, 5):
    store(holder, Counted(log, turn))
    print(log)
alias = holder.__dict__
store(holder, 9)
print(log, alias["x"])
alias["x"] = 10
print(holder.x)
for turn in range(3):
    def f(self):
        return turn
    A.late = f
    print(a.late(), C(1).late(), A.late(a))
pairs = []
last = None
for t in zip([1, 2, 3], "abc"):
    pairs.append(t)
    print(last, t, last is t)
    last = t
print(pairs, [p for p in enumerate("xy")], list({1: 2, 3: 4}.items()))
items = iter({"a": 1, "b": 2, "c": 3}.items())
held = next(items)
print(held, next(items), held, list(items))
table = {"a": 1, "b": 2}
try:
    for k, v in table.items():
        table[k + "x"] = v
except RuntimeError as e:
    print(e)
for k, v in {}.items():
    print("never")
else:
    print("else")
