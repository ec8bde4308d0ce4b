# wheels: greenlet==3.5.6
"""Switching machine stacks inside one thread."""
import sys
import greenlet
from greenlet import getcurrent, GreenletExit

log = []


def a(x):
    log.append(("a", x))
    y = gb.switch("from a")
    log.append(("a2", y))
    return "a done"


def b(x):
    log.append(("b", x))
    ga.switch("from b")
    log.append("never")


ga, gb = greenlet.greenlet(a), greenlet.greenlet(b)
print(ga.switch(1), log, ga.dead, gb.dead, bool(gb), getcurrent().parent)


def numbers():
    for i in range(3):
        getcurrent().parent.switch(i)
    return "end"


g = greenlet.greenlet(numbers)
print([g.switch() for _ in range(4)], g.dead)


def fails():
    try:
        getcurrent().parent.switch("ready")
    except ValueError as e:
        log.append(str(e))
        raise KeyError("out")


g = greenlet.greenlet(fails)
print(g.switch())
try:
    g.throw(ValueError("in"))
except KeyError as e:
    print("caught", e, log[-1], sys.exception() is e)


def deep(n):
    if n == 0:
        return getcurrent().parent.switch("deep")
    return deep(n - 1) + 1


g = greenlet.greenlet(deep)
print(g.switch(50), g.gr_frame is not None, g.switch(0))


def killed():
    try:
        getcurrent().parent.switch()
    finally:
        log.append("finally")


g = greenlet.greenlet(killed)
g.switch()
del g
print(log[-1])


class Mine(greenlet.greenlet):
    def run(self, *args, **kw):
        return args, kw


print(Mine().switch(1, k=2))
for bad in [lambda: greenlet.greenlet(5).switch(), lambda: ga.switch("dead") and ga.throw(KeyError), lambda: greenlet.greenlet(parent=5), lambda: greenlet.greenlet().switch()]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
