"""Instance attributes: values in line, the dict that aliases them, and where they part."""


class P:
    def __init__(self, x, y):
        self.x = x
        self.y = y


p = P(1, 2)
print(p.__dict__, vars(p))
d = p.__dict__
d["x"] = 10
print(p.x)
p.y = 20
print(d, len(d))
p.z = 30
print(d, list(d.items()), d is p.__dict__)
del p.x
print(d, "x" in d, hasattr(p, "x"))
d["w"] = 40
print(p.w, list(d))
del d["w"]
print(hasattr(p, "w"))
p.x = 1
print(list(d), list(p.__dict__.values()))

q = P(5, 6)
q.__dict__ = {"other": 1}
print(q.other, hasattr(q, "x"), q.__dict__)
q.x = 3
print(q.__dict__)
del q.__dict__
print(q.__dict__)
q.n = 1
print(q.__dict__)
try:
    q.__dict__ = 5
except TypeError as e:
    print(e)

# The dict outlives the object.
o = P("alive", [1])
kept = o.__dict__
del o
print(kept)
kept["more"] = 1
print(kept, len(kept))
kept.clear()
print(kept)

# More attributes than fit in line; odd keys; attributes set in different orders.
many = P(0, 0)
for i in range(100):
    setattr(many, f"a{i}", i)
print(len(many.__dict__), many.a0, many.a99, many.x, list(many.__dict__)[:4], list(many.__dict__)[-2:])
odd = P(1, 2)
odd.__dict__[1] = "one"
odd.__dict__[("t",)] = 2
print(odd.__dict__, odd.x)
odd.x = 5
print(odd.__dict__)


class Q:
    pass


for order in ("abc", "cab", "bca"):
    o = Q()
    for ch in order:
        setattr(o, ch, ord(ch))
    print(o.__dict__, list(vars(o)))
    o.__dict__.update(z=1)
    print(vars(o))
    o.__dict__.popitem()
    o.__dict__.pop("a")
    print(vars(o), sorted(dir(o))[-2:])


class S(str):
    pass


o = Q()
setattr(o, S("sub"), 1)
print(o.__dict__, o.sub, getattr(o, S("sub")))
o.__dict__[S("key")] = 2
print(o.key)


class L(list):
    pass


l = L([1])
l.attr = 2
print(l, l.attr, l.__dict__)


class T(tuple):
    pass


t = T((1, 2))
t.attr = [t]
print(t, t.attr[0] is t, t.__dict__.keys())


class I(int):
    pass


n = I(2**70)
n.attr = 1
print(n + 1, n.__dict__)


class Slots:
    __slots__ = ("a", "__dict__")


s = Slots()
s.a, s.b = 1, 2
print(s.__dict__, s.a)


class NoDict:
    __slots__ = ("a",)


try:
    NoDict().b = 1
except AttributeError as e:
    print(e)
try:
    NoDict().__dict__
except AttributeError as e:
    print(e)
try:
    del Q().nothing
except AttributeError as e:
    print(e)


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


h = Q()
h.one, h.two = Noisy("one"), Noisy("two")
h.one = None
print("replaced")
del h.two
h.three = Noisy("three")
h.__dict__.clear()
print("cleared", h.__dict__)
h.four = Noisy("four")
h.__dict__ = {}
print("assigned")
h = Q()
h.five = Noisy("five")
del h
import gc

c = Q()
c.me = c
c.n = Noisy("cycle")
c.d = c.__dict__
del c
gc.collect()
f = lambda: 0
f.attr = 1
print(f.__dict__)
