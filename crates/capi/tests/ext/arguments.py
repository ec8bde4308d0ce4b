import arguments as a


def show(f, *args, **kw):
    try:
        print(f.__name__, f(*args, **kw))
    except Exception as e:
        print(f.__name__, type(e).__name__, e)


class Index:
    def __index__(self):
        return 9


print(a.__doc__, a.ints.__doc__)
show(a.ints, 1, -2, 3, -4, 5, -6, 7, 8)
show(a.ints, 256, 0, 0, 0, 0, 0, 0, 0)
show(a.ints, 0, 1 << 20, 0, 0, 0, 0, 0, 0)
show(a.ints, 0, 0, 1 << 40, 0, 0, 0, 0, 0)
show(a.ints, 0, 0, 0, 1 << 70, 0, 0, 0, 0)
show(a.ints, Index(), Index(), 0, 0, 0, 0, -1, -1)
show(a.ints, 0, 1.5, 0, 0, 0, 0, 0, 0)
show(a.ints, 1)
show(a.texts, "s")
show(a.texts, "s", None, "a\0b", u="u", flag=[], c="\u20ac")
show(a.texts, "s", "z", b"bytes", u="u", flag=[0])
show(a.texts, "nul\0")
show(a.texts, b"s")
show(a.texts, "s", 1)
show(a.texts, "s", "z", "q", "u")
show(a.texts)
show(a.texts, "s", s="t")
show(a.texts, "s", other=1)
show(a.texts, "s", c="ab")
show(a.nested, (1, (2, 3.5)), 1 + 2j, [])
show(a.nested, [1, [2, 3]], 4, [1])
show(a.nested, (1, 2), 1j, [])
show(a.nested, (1, (2, 3)), 1j, ())
show(a.converted, b"abc", 4)
show(a.converted, bytearray(b"xy"), 3)
show(a.converted, "text", 4)
show(a.converted, b"abc", "no")
show(a.format, "q\xe9")
show(a.format, [1, "\U0001f600"])
