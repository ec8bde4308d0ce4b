import containers as c


def show(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, e)


show(c.lists)
show(c.dicts, {"a": 1, None: 2, 3: [4]})
show(c.dicts, {})
print(sorted(c.sets([1, 2, 1])[0]), c.sets("")[2:])
show(c.sets, [[]])
for s in ("abc", "a\xe9 b", "a\u20acc d", "\U0001f600xyz", ""):
    show(c.strings, s)
show(c.strings, "\ud800")
for i in (0, -5, 1 << 62, 1 << 64, -(1 << 70)):
    show(c.longs, i)
show(c.iterate, range(4))
show(c.iterate, {"k": 1})
show(c.iterate, 5)


def failing():
    yield 1
    raise LookupError("stop")


show(c.iterate, failing())
show(c.iterate, iter([1, 2].pop, 1))
for o in (None, 0, "x", [], {1: 2}, len, int):
    show(c.objects, o)
