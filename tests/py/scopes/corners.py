"""Corners of scopes: comprehensions in classes, nonlocal __class__, frame locals, annotations, lines of implicit returns."""
import collections
import collections.abc
import gc
import sys


def global_in_class():
    y = 1

    class C:
        global y
        y = 2
        locals()["y"] = 3
        vals = [(x, y) for x in range(2)]
    return C.vals


print(global_in_class(), y)


def nonlocal_class():
    __class__ = 1

    class X:
        nonlocal __class__
        __class__ = 42

        def f():
            __class__
    return __class__


print(nonlocal_class())


def hidden():
    lambda: k
    k = 1
    return [locals() for k in [0]], k


print(hidden())
print("a" in [sys._getframe().f_locals for a in [0]][0], [sys._getframe().f_locals["a"] for a in [0]])
print([sorted(locals()) for a in [0]])


class C:
    first = [sorted(locals()) for a in [0]]
    second = "a" in [sys._getframe().f_locals for a in [0]][0]


print(C.first, C.second)


def f() -> None:
    def nested() -> None: pass
    return nested


class Outer:
    x: int

    def method[T](self, x: T): pass


for function in (f, f(), Outer, Outer.method):
    print(function.__annotate__.__qualname__)


class OwnAnnotate:
    a: int

    def __annotate__(format):
        return {"a": str}


print(OwnAnnotate.__annotations__)


class Reserved:
    __classdict__: int
    if 1:
        __conditional_annotations__: str = ""


print(Reserved.__annotations__)
for text in ("(x): [y async for y in x]", "x: {await y for y in x}", "def f(a: {y: y async for y in x}): pass"):
    try:
        compile(text, "<annotation>", "exec")
    except SyntaxError as e:
        print(e)


def lines(function):
    seen = []

    def trace(frame, event, arg):
        if frame.f_code.co_filename == __file__:
            seen.append((event, frame.f_lineno - function.__code__.co_firstlineno))
        return trace
    sys.settrace(trace)
    try:
        function()
    except Exception:
        pass
    finally:
        sys.settrace(None)
    return seen


def class_with_choice():
    class A:
        if 3 < 9:
            a = 1
        else:
            a = 2


def no_case():
    match "x":
        case ["go", d] if d:
            return 1
        case ["go", _]:
            return 2


def loop_of_lines():
    for \
            x \
            in \
            (1, 2):
        (
            str(x)
        )


def only_doc():
    "text"


for function in (class_with_choice, no_case, loop_of_lines, only_doc):
    print(function.__name__, lines(function))


class M(collections.UserDict, collections.abc.Sequence): pass
class S(list, collections.UserString, collections.abc.Mapping): pass


def kind(value):
    match value:
        case {}: return "mapping"
        case [*_]: return "sequence"


print(kind(M()), kind(S()))

print([gc.is_tracked(t) for t in ((), (1, "a"), ([],), ((), {}))])
v = 5
print(1 < v < 7 < v + 4 < 20 > v, not (1 < v < 3 < v), [0 < x < 3 < x + 2 < 9 for x in range(5)])
