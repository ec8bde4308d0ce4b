"""Arguments and parameters in every combination that binding distinguishes, called from Python and through native code."""
import asyncio
import functools


def plain(a, b=2, c=3): return a, b, c
def only(a, *, k, m=5): return a, k, m
def rest(a, *r, k=1): return a, r, k
def kw(a, b=2, **d): return a, b, d
def both(a, *r, k=9, **d): return a, r, k, d
def pos(a, b=1, /, c=2, **d): return a, b, c, d


async def coro(a, b=2, *, k=3, **d): return a, b, k, d
def gen(a, *r, k=3): yield a, r, k


CALLS = [
    ((), {}), ((1,), {}), ((1, 20), {}), ((1, 20, 30), {}), ((1, 20, 30, 40), {}),
    ((1,), {"b": 7}), ((1,), {"c": 7, "b": 8}), ((), {"a": 1}), ((1,), {"k": 4}), ((1,), {"m": 6, "k": 4}), ((1,), {"k": 4, "m": 6}),
    ((1, 2), {"k": 4}), ((1, 2, 3), {"k": 4, "z": 1}), ((1,), {"a": 2}), ((1,), {"z": 2}), ((1,), {"b": 3, "z": 2, "k": 4}), ((1, 2), {"b": 3}),
    ((2**70,), {"k": 2**70}),
]


def shown(f, args, kwargs):
    try:
        r = f(*args, **kwargs)
        if f is coro:
            r = asyncio.run(r)
        elif f is gen:
            r = list(r)
    except TypeError as e:
        r = e
    return r


async def inside():
    # From a coroutine's frame, whose callees have frames of their own.
    def local(x, *r, k=1, **d): return x, r, k, d
    return local(1), local(1, 2, k=3), local(1, k=3, z=4), local(1, 2, 3, z=5), only(1, k=2), rest(1, 2, k=3), kw(1, z=2), [g async for g in agen(1, k=2)]


async def agen(a, *, k=1): yield a, k


for f in plain, only, rest, kw, both, pos, coro, gen:
    print(f.__name__)
    for args, kwargs in CALLS:
        native = functools.partial(f, *args, **kwargs)
        one, two = shown(f, args, kwargs), shown(lambda: native(), (), {}) if f not in (coro, gen) else None
        print("  ", args, kwargs, "->", repr(one), "" if two is None or repr(two) == repr(one) else repr(two))
print(asyncio.run(inside()))
print(plain(1, c=3), plain(1, c=3, b=4), plain(b=1, a=2), only(1, m=2, k=3), rest(1, 2, 3, k=4), both(1, 2, k=3, z=4), kw(1, z=1, b=3))


async def eager():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    seen = []

    async def work(n):
        seen.append((n, asyncio.current_task().get_name(), len(asyncio.all_tasks())))
        if n % 2:
            await asyncio.sleep(0)
        return n

    tasks = [asyncio.create_task(work(n), name=f"t{n}") for n in range(4)]
    states = [t.done() for t in tasks]
    return seen, states, await asyncio.gather(*tasks), len(asyncio.all_tasks()), asyncio.current_task() in asyncio.all_tasks()


print(asyncio.run(eager()))


async def callbacks():
    f, order = asyncio.get_running_loop().create_future(), []
    one, two, three = (lambda f, n=n: order.append(n) for n in range(3))
    for c in one, two, three, two:
        f.add_done_callback(c)
    print(f.remove_done_callback(two), len(f._callbacks), f.remove_done_callback(one), len(f._callbacks))
    f.add_done_callback(one)
    f.set_result(5)
    await asyncio.sleep(0)
    return order, f._callbacks, await f

print(asyncio.run(callbacks()))
