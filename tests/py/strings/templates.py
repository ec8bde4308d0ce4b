"""Template strings (PEP 750): Template, Interpolation, their order and messages."""
from string.templatelib import Interpolation, Template


def show(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)) if kwargs else repr(f(*args)))
    except Exception as e:
        print(type(e).__name__, e)


a = 7
t = t"x{a!r:>5}y{a + 1}{a}"
print(t.strings, t.values, [i.expression for i in t.interpolations])
print(list(t))
show(Interpolation)
show(Interpolation, 1, 2)
show(Interpolation, 1, "e", "q")
show(Interpolation, 1, "e", "r", ">5")
show(Template, "a", "b", Interpolation(1), Interpolation(2))
show(Template, 1)
show(lambda: t"a" + t"b{a}")
show(lambda: t"a" + "b")
match t.interpolations[0]:
    case Interpolation(v, e, c, s):
        print(v, e, c, s)
