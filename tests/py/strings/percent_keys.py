"""Formats with keys and stars: a key chooses the one value that there is, for text as for bytes."""


def attempt(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)


values = {"a": 5, "b": "x", "": 7}
raw = {b"a": 5, b"b": b"x", b"": 7}
for s in ["%(a)*d", "%(b)*d", "%(a).*d", "%(a)s %s", "%(a)d %(a)d", "%(a)d %%", "%(b)*s %s", "%*(a)d", "%(a)*.*f", "%()d", "%(c)d", "%(a"]:
    attempt(lambda: s % values)
    attempt(lambda: s.encode() % raw)
for s, v in [("%d", "x"), ("%x", 1.5), ("%(a)s", 5), ("%*d", (5, 1)), ("%*d", ("5", 1)), ("%.*d", (3, 1)), ("%-*d|", (-4, 1)), ("%d %d", (1,)), ("%d", (1, 2)), ("%X %o %i", (255, -8, 3.7)), ("%#x", 10**30), ("%d", -(10**30))]:
    attempt(lambda: s % v)
    attempt(lambda: s.encode() % v)
