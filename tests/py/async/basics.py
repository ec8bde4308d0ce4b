# Coroutines without an event loop: the protocol itself.
import types
class Await:
    def __init__(self, v): self.v = v
    def __await__(self):
        r = yield self.v
        return ("resumed", r)
async def inner(x):
    a = await Await(x); b = await Await(x + 1)
    return a, b
async def outer():
    try: return await inner(10)
    finally: print("finally")
c = outer()
print(c.send(None), c.send("p"))
try: c.send("q")
except StopIteration as e: print(e.value)
try: c.send(None)
except RuntimeError as e: print(e)
def drive(coro):
    sent = None
    while True:
        try: sent = coro.send(sent)
        except StopIteration as e: return e.value
class CM:
    async def __aenter__(self): print("aenter"); return await Await("e")
    async def __aexit__(self, *exc): print("aexit", exc[0] and exc[0].__name__); await Await("x"); return exc[0] is ValueError
async def using():
    async with CM() as v, CM(): print(v)
    async with CM(): raise ValueError
    return "end"
print(drive(using()))
class AIter:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.n: raise StopAsyncIteration
        self.n -= 1; return await Await(self.n)
async def loops():
    out = []
    async for x in AIter(3): out.append(x)
    else: out.append("else")
    out.append([x async for x in AIter(2) if x[1] is not None])
    out.append({x[1]: 1 async for x in AIter(2)})
    out.append([await Await(i) for i in range(2)])
    return out
print(drive(loops()))
async def agen(n):
    try:
        for i in range(n):
            got = yield i
            if got: print("got", got)
            await Await("a")
    finally: print("agen finally")
async def use_agen():
    out = [x async for x in agen(3)]
    g = agen(3); print(await g.asend(None), await g.asend("s"))
    try: await g.athrow(KeyError("k"))
    except KeyError as e: print("thrown", e)
    g = agen(2); await anext(g); await g.aclose()
    print(await anext(AIter(0), "default"))
    return out
print(drive(use_agen()))
for f in (outer, agen):
    o = f() if f is outer else f(1)
    print(type(o).__name__, o.__name__, [n for n in dir(o) if n.startswith(("cr_", "ag_"))])
    if f is outer: o.close()
@types.coroutine
def old(): r = yield "old"; return r
async def use_old(): return await old()
print(drive(use_old()))
for src in ("async def f():\n yield 1\n return 2", "def f(): await x", "async def f(): yield from x", "await x", "async with x: pass", "def f(): [x async for x in y]", "async def f(): return lambda: await x", "class C:\n await x"):
    try: compile(src, "x", "exec"); print("ok")
    except SyntaxError as e: print(e.msg)
async def bad(): await 5
async def bad2():
    async with 5: pass
async def bad3():
    async for x in []: pass
async def bad4():
    for x in AIter(1): pass
for b in (bad, bad2, bad3, bad4):
    try: drive(b())
    except TypeError as e: print(e)
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always"); inner(1)
    print([str(x.message) for x in w])
c = inner(5); c.send(None)
try: c.throw(OSError("thrown"))
except OSError as e: print(e)
c = inner(1); c.close(); print(c.cr_frame, c.cr_await)
