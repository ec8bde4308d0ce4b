import contextvars
import os
import re
import sys

import runtime as r


def show(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, re.sub(" at 0x[0-9a-f]+", "", str(e)))


p = r.point(1, "two", [3])
print(p, len(p), p.x, p.y, p.secret, p == (1, "two"), tuple(p), type(p), isinstance(p, tuple))
print(r.Point.n_fields, r.Point.n_sequence_fields, r.Point.n_unnamed_fields, r.Point.__match_args__, r.Point.__doc__, r.Point.__name__, r.Point.__module__)
print(r.Point((1, 2)), r.Point((1, 2), {"secret": 5}).secret, p.__reduce__())
show(r.Point, (1,))
show(r.Point, 1)
show(setattr, p, "x", 2)
match p:
    case r.Point(a, b):
        print(a, b)

var = contextvars.ContextVar("var", default="outside")
c = contextvars.copy_context()


def change():
    old = var.get()
    var.set("inside")
    return old, var.get()


print(r.inside(c, change), var.get(), c[var])
print(r.inside(c, change))
show(r.inside, 1, change)
show(r.leave, contextvars.Context())
show(c.run, r.inside, c, change)
show(r.leave, None)

print(r.pickle_buffer(b"abc"))
show(r.pickle_buffer, "text")
show(r.buffer_of, b"abc")
print(dict(r.ordered()), type(r.ordered()).__name__)

seen = []
os.register_at_fork(before=lambda: seen.append("before"), after_in_parent=lambda: seen.append("parent"), after_in_child=lambda: seen.append("child"))
sys.stdout.flush()
print(r.forked(lambda: len(seen) * 10 + (seen == ["before", "child"])), seen)

done = []
print(r.pending(lambda: done.append(1)), done)
show(r.pending, lambda: 1 / 0)
