import gc
import weakref

import classes as c


def show(f, *args, **kw):
    try:
        print(f(*args, **kw))
    except Exception as e:
        print(type(e).__name__, e)


T = c.Thing
print(T, T.__doc__, T.__text_signature__, T.__module__, T.__mro__, T.__basicsize__ > 0)
t = T(6, any="x")
print(t, t.n, t.d, t.any, t.twice, t.thrice, len(t), t[1], hash(t), t == T(6), t < T(7), t != 6)
t.n = 8
t.twice = 20
print(t.n)
t["k"] = [1]
print(t.any)
show(setattr, t, "d", 1.0)
show(setattr, t, "n", "no")
show(setattr, t, "thrice", 1)
show(delattr, t, "twice")
show(t.__delitem__, "k")
del t.any
show(getattr, t, "any")
show(delattr, t, "n")
print(t + T(1), t(1, a=2))
show(lambda: t + 1)
print(t.me() is t, t.one(1) is t, t.fast(1, 2), t.kw(1, k=2), t.owner(1), T.cls() is T, T.stat(1, 2, 3), t.me.__doc__, T.me.__text_signature__)
show(t.me, 1)
show(t.one)
show(t.fast, k=1)
show(T.me, 1)
r = weakref.ref(t)
print(r() is t)
del t
print(r(), c.freed() > 0)


class Sub(T):
    x = 1

    def __init__(self, n):
        super().__init__(n)
        self.extra = [self]

    def __repr__(self):
        return "Sub " + super().__repr__()

    def __len__(self):
        return 77

    def __add__(self, other):
        return "sub add"


s = Sub(3)
print(s, len(s), s + 1, s.owner(), Sub.cls(), s.__dict__.keys(), isinstance(s, T))
before = c.freed()
del s
gc.collect()
print(c.freed() - before)
a = T(1)
a["self"] = a
before = c.freed()
del a
gc.collect()
print(c.freed() - before)
l = c.Counted("ab")
print(l.append("c"), l.append("d"), l, len(l), c.Counted.__base__, c.Counted.__doc__)


class L(c.Counted):
    pass


l = L([1])
l.y = 2
print(l.append(5), l, l.y, L.__mro__)
show(type, "Bad", (T, c.Counted), {})
show(lambda: T.__new__(int))
print(sorted(k for k in T.__dict__))
