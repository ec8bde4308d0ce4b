"""Chains of delegation resumed at once, async generators in one loop, generators that end quietly."""
import gc
import sys
import warnings
import weakref

# A coroutine below is never awaited on purpose.
warnings.simplefilter("ignore", RuntimeWarning)


# A chain of `yield from`: values sent, exceptions thrown and frames seen at every level.
def leaf():
    got = yield 1
    print("leaf got", got, "depth", depth())
    try:
        yield 2
    except KeyError as e:
        print("leaf caught", repr(e), sys.exception() is e)
        yield 3
    return "leaf done"


def depth():
    f, n = sys._getframe(1), 0
    names = []
    while f and f.f_code.co_name != "<module>":
        names.append(f.f_code.co_name)
        f = f.f_back
    return names


def middle():
    r = yield from leaf()
    print("middle got", r)
    yield from range(2)
    return "middle done"


def outer():
    r = yield from middle()
    print("outer got", r)
    yield "last"


g = outer()
print(next(g), g.gi_yieldfrom.__name__, g.gi_suspended, g.gi_frame.f_back)
print(g.send("x"))
print(g.throw(KeyError("k")))
print(list(g))
print(g.gi_frame, g.gi_running, g.gi_suspended)


# The chain is broken from inside, and by another resumer.
def stealing():
    inner = leaf()
    next(inner)

    def user():
        yield from inner

    u = user()
    print("stealing", next(u))
    print(list(inner), list(u))


stealing()


def self_running():
    try:
        next(me)
    except ValueError as e:
        yield str(e)


me = self_running()
print(next(me))


# Depth: the limit holds for chains, and the generators can be used afterwards.
def nest(n):
    if n:
        yield from nest(n - 1)
    else:
        yield "bottom"


print(next(nest(200)))
deep = nest(5000)
try:
    next(deep)
except RecursionError:
    print("RecursionError")


# What is handled belongs to each generator.
def handling():
    try:
        raise ValueError("inner")
    except ValueError:
        yield sys.exception()
        yield sys.exception()


h = handling()
try:
    raise KeyError("outer")
except KeyError:
    print(repr(next(h)), repr(sys.exception()))
print(repr(next(h)), sys.exception())


# Closing: quietly, through finally, through a delegate.
class Note:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name)


def quiet():
    n = Note("quiet")
    yield 1
    yield 2


def loud():
    n = Note("loud")
    try:
        yield 1
    finally:
        print("finally", sys.exception().__class__.__name__)


def through():
    yield from loud()


for f in quiet, loud, through:
    g = f()
    next(g)
    print(f.__name__, g.close(), g.gi_frame)
    g = f()
    next(g)
    w = weakref.ref(g)
    del g
    print("dropped", w() is None)
print(any(x > 1 for x in (1, 2, 3)), all(x > 1 for x in (1, 2, 3)))


# Generators with cells, defaults, keywords and stars are made without running.
def cells(a, b=2, *args, k=5, **kw):
    yield lambda: (a, b, args, k, kw)
    a += 1
    yield a


c = cells(1, k=7, z=0)
f = next(c)
print(f(), next(c), f())
try:
    cells()
except TypeError as e:
    print(e)


class Tree:
    def __init__(self, left, value, right):
        self.left, self.value, self.right = left, value, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right

    async def __aiter__(self):
        if self.left:
            async for i in self.left:
                yield i
        yield self.value
        if self.right:
            async for i in self.right:
                yield i


def tree(n):
    return Tree(tree(n // 2), n, tree(n // 3)) if n else None


class NotIter:
    async def __iter__(self):
        pass


print(list(tree(9)))
try:
    iter_result = [x for x in NotIter()]
except TypeError as e:
    print(e)


# A Python __next__ in a loop, with an exception of its own and nested loops.
class Count:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        self.n -= 1
        if self.n < 0:
            raise StopIteration("end")
        if self.n == 100:
            raise ValueError("hundred")
        return self.n


print([x * y for x in Count(3) for y in Count(3)], sys.exception())
try:
    for x in Count(102):
        print(x)
except ValueError as e:
    tb = e.__traceback__
    print(e, tb.tb_next.tb_frame.f_code.co_name)
c = Count(2)
for x in c:
    print("with else", x)
else:
    print("else")


# Coroutines and async generators by hand.
class Wait:
    def __init__(self, v):
        self.v = v

    def __await__(self):
        return (yield self.v)


async def items(n):
    try:
        for i in range(n):
            got = await Wait(("wait", i))
            yield i, got
    finally:
        print("items closed", sys.exception().__class__.__name__)


async def use(n, stop=None):
    async for i, got in items(n):
        print("item", i, got)
        if i == stop:
            raise LookupError(i)
    return "used"


def drive(coro):
    sent = None
    while True:
        try:
            sent = coro.send(sent)
            print("loop saw", sent)
        except StopIteration as e:
            return e.value


print(drive(use(2)))
u = use(2, 0)
try:
    drive(u)
except LookupError as e:
    print("LookupError", e, u.cr_await)
gc.collect()


async def collect():
    return [x async for x in tree(9)], {x async for x in tree(1)}


print(drive(collect()))


async def by_hand():
    a = items(3)
    first = a.__anext__()
    print(await first)
    try:
        await first
    except RuntimeError as e:
        print(e)
    print(await a.asend("ignored"))
    try:
        await a.athrow(KeyError("thrown"))
    except KeyError as e:
        print("athrow", e)
    try:
        await a.__anext__()
    except StopAsyncIteration as e:
        print("over", e.args)
    b = items(1)
    await anext(b)
    await b.aclose()
    print(await anext(b, "default"))


drive(by_hand())


async def stops():
    raise StopAsyncIteration
    yield


async def stopped():
    try:
        async for _ in stops():
            pass
    except RuntimeError as e:
        print(e, repr(e.__cause__))


drive(stopped())


async def twice():
    c = plain()
    print(await c)
    try:
        await c
    except RuntimeError as e:
        print(e)


async def plain():
    return "plain"


drive(twice())

# Unpacking with a star.
a, *b = (1, 2, 3)
*c, d = [a, *b]
e, *f, g = "xy"
b, *a = b
print(a, b, c, d, e, f, g)
try:
    a, *b, c = (1,)
except ValueError as e:
    print(e)
try:
    a, *b = 5
except TypeError as e:
    print(e)

# A generator expression's code called with what is no iterator.
import types

for what in (5, "ab", None):
    try:
        print(list(types.FunctionType((x for x in ()).gi_code, {})(what)))
    except TypeError as e:
        print(e)
