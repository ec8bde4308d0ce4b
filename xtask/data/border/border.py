"""Prints `name nanoseconds` for each way across the border: the best of several loops."""

import sys
from time import process_time_ns

sys.path.insert(0, sys.argv[1])
import border
from border import Heap, Point

STATEMENTS = {
    "call noargs": "f()",
    "call o": "f(a)",
    "call fastcall": "f(a, b)",
    "call fastcall 4": "f(a, b, a, b)",
    "call fastcall keywords": "f(a, k=b)",
    "call varargs": "f(a, b)",
    "call varargs isd": "f(5, 'text', 1.5)",
    "call varargs keywords": "f(a, b=b)",
    "call star": "f(*t)",
    "method noargs": "p.noargs()",
    "method o": "p.one(a)",
    "method fastcall": "p.fast(a, b)",
    "method varargs": "p.varargs(a, b)",
    "class method": "Point.cls()",
    "slot add": "p + a",
    "slot len": "len(p)",
    "slot subscript": "p[a]",
    "slot assign": "p[a] = b",
    "slot truth": "not p",
    "slot call": "p()",
    "slot less": "p < a",
    "slot hash": "hash(p)",
    "slot iterate": "for _ in p: pass",
    "member object": "p.y",
    "member double": "p.x",
    "member set": "p.y = a",
    "getset": "p.z",
    "getset set": "p.z = a",
    "create static": "Point(1.5, a)",
    "create heap": "Heap(1.5, a)",
    "create subclass": "Sub(1.5, a)",
    "subclass method": "s.one(a)",
    "subclass attribute": "s.y",
    "heap method": "h.one(a)",
    "in C: lists": "border.lists(100)",
    "in C: tuples": "border.tuples(100)",
    "in C: floats": "border.floats(100)",
    "in C: texts": "border.texts(100)",
    "in C: dicts": "border.dicts(d, 'key', 100)",
    "in C: calls Python": "border.calls(python, a, 100)",
    "in C: calls C": "border.calls(border.one, a, 100)",
    "in C: attribute of instance": "border.attributes(o, 'value', 100)",
    "in C: attribute of type": "border.attributes(p, 'y', 100)",
    "in C: iterate list": "border.iterate(items)",
    "in C: iterate generator": "border.iterate(i for i in items)",
    "in C: add ints": "border.numbers(1000, 2000, 100)",
    "in C: errors": "border.errors(100)",
}
FUNCTIONS = {
    "call noargs": border.noargs,
    "call o": border.one,
    "call fastcall": border.fast,
    "call fastcall 4": border.fast,
    "call fastcall keywords": border.fastkw,
    "call varargs": border.varargs,
    "call varargs isd": border.varints,
    "call varargs keywords": border.varkw,
    "call star": border.fast,
}


class Sub(Point):
    pass


class Plain:
    def __init__(self):
        self.value = 5


def python(x):
    return x


def main():
    names = {"border": border, "Point": Point, "Heap": Heap, "Sub": Sub, "python": python}
    for name, statement in STATEMENTS.items():
        single = statement.startswith(("for ", "border."))
        count = 1 if single else 8
        body = "\n        ".join([statement] * count)
        code = f"def loop(f, a, b, p, h, s, o, d, t, items):\n    for _ in range({200 if single else 2000}):\n        {body}\n"
        exec(code, names)
        arguments = (FUNCTIONS.get(name), object(), object(), Point(1.0, "y"), Heap(1.0, "y"), Sub(1.0, "y"), Plain(), {"key": 1}, (1, 2), list(range(100)))
        best = None
        for _ in range(7):
            start = process_time_ns()
            names["loop"](*arguments)
            spent = process_time_ns() - start
            best = spent if best is None else min(best, spent)
        print(name, best, sep="\t")


main()
