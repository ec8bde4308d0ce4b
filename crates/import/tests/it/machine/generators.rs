//! Recorded programs; see `main.rs`.

use super::run;

#[test]
fn protocol() {
    let source = r####"def g():
    try:
        x = yield 1
        log.append(("sent", x))
        y = yield 2
    except KeyError as e:
        log.append(("key", e.args))
        yield 3
    finally:
        log.append("closing")
    return 9
it = g()
log.append((next(it), it.send("a"), it.throw(KeyError("k"))))
try: next(it)
except StopIteration as e: log.append(e.value)
it = g(); next(it); it.close()
log.append([next(it, "none"), it.gi_frame])
try: g().send(1)
except TypeError as e: log.append(str(e))
"####;
    assert_eq!(run(source), r####"[('sent', 'a'), ('key', ('k',)), (1, 2, 3), 'closing', 9, 'closing', ['none', None], "can't send non-None value to a just-started generator"]"####);
}

#[test]
fn delegation() {
    let source = r####"def inner():
    try:
        r = yield "a"
        log.append(r)
    except ValueError: yield "handled"
    return "result"
def outer():
    v = yield from inner()
    log.append(v)
    yield from [1, 2]
    return "done"
it = outer()
log.append((next(it), it.gi_yieldfrom.__name__, it.send("s"), next(it)))
it = outer(); next(it)
log.append((it.throw(ValueError), next(it)))
def deep(n):
    if n: yield from deep(n - 1)
    else:
        yield 1
        yield 2
log.append(list(deep(100)))
"####;
    assert_eq!(run(source), r####"['s', 'result', ('a', 'inner', 1, 2), 'result', ('handled', 1), [1, 2]]"####);
}

#[test]
fn stop_iteration() {
    let source = r####"def g():
    raise StopIteration(3)
    yield
try: next(g())
except RuntimeError as e: log.append((str(e), repr(e.__cause__)))
def loop(): 
    it = loop2()
    yield next(it)
def loop2():
    try: next(me)
    except ValueError as e: log.append(str(e))
    yield 5
me = loop()
log.append(next(me))
log.append([x for x in (i * i for i in range(5)) if x % 2 == 0])
"####;
    assert_eq!(run(source), r####"[('generator raised StopIteration', 'StopIteration(3)'), 'generator already executing', 5, [0, 4, 16]]"####);
}

#[test]
fn coroutines() {
    let source = r####"async def add(a, b): return a + b
class Aw:
    def __await__(self):
        x = yield "wait"
        return x * 2
async def main():
    log.append(await add(1, 2))
    log.append(await Aw())
    return "end"
c = main()
log.append(c.send(None))
try: c.send(21)
except StopIteration as e: log.append(e.value)
try: c.send(None)
except RuntimeError as e: log.append(str(e))
async def bad(): await 5
try: bad().send(None)
except TypeError as e: log.append(str(e))
"####;
    assert_eq!(run(source), r####"[3, 'wait', 42, 'end', 'cannot reuse already awaited coroutine', "'int' object can't be awaited"]"####);
}

#[test]
fn async_generators() {
    let source = r####"async def ag():
    try:
        for i in range(3):
            got = yield i
            if got: log.append(got)
    finally: log.append("fin")
async def use():
    r = [x async for x in ag()]
    g = ag()
    r.append(await g.__anext__())
    r.append(await g.asend("hi"))
    await g.aclose()
    async for x in ag(): r.append(x)
    try: await g.__anext__()
    except StopAsyncIteration: r.append("stop")
    return r
try: use().send(None)
except StopIteration as e: log.append(e.value)
"####;
    assert_eq!(run(source), r####"['fin', 'hi', 'fin', 'fin', [0, 1, 2, 0, 1, 0, 1, 2, 'stop']]"####);
}
