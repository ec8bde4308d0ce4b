# asyncio: tasks, gather, queues, timeouts, cancellation, groups, contexts.
import asyncio, contextvars
var = contextvars.ContextVar("var", default=0)
async def worker(name, q, out):
    while (item := await q.get()) is not None:
        await asyncio.sleep(0); out.append((name, item)); q.task_done()
async def main():
    q = asyncio.Queue(); out = []
    ws = [asyncio.create_task(worker(f"w{i}", q, out), name=f"w{i}") for i in range(2)]
    for i in range(4): await q.put(i)
    await q.join()
    for _ in ws: q.put_nowait(None)
    await asyncio.gather(*ws); print(sorted(x for _, x in out))
    async def fail(): raise ValueError("bad")
    print(await asyncio.gather(asyncio.sleep(0, 1), fail(), return_exceptions=True))
    try: await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError as e: print("timeout", repr(e))
    t = asyncio.create_task(asyncio.sleep(10)); await asyncio.sleep(0); t.cancel("why")
    try: await t
    except asyncio.CancelledError as e: print("cancelled", e, t.cancelled())
    try:
        async with asyncio.TaskGroup() as tg: tg.create_task(fail()); tg.create_task(asyncio.sleep(10))
    except* ValueError as g: print(g.exceptions)
    async def ctx(n): var.set(n); await asyncio.sleep(0); return var.get()
    print(await asyncio.gather(ctx(1), ctx(2)), var.get())
    ev = asyncio.Event(); lock = asyncio.Lock(); order = []
    async def waiter(n):
        await ev.wait()
        async with lock: order.append(n); await asyncio.sleep(0)
    ts = [asyncio.ensure_future(waiter(i)) for i in range(3)]; await asyncio.sleep(0); ev.set(); await asyncio.wait(ts); print(order)
    loop = asyncio.get_running_loop(); f = loop.create_future(); loop.call_soon(f.set_result, "soon"); print(await f)
    print([r async for r in agen()], await loop.run_in_executor(None, sum, [1, 2, 3]))
    try:
        async with asyncio.timeout(0.01): await asyncio.sleep(5)
    except TimeoutError: print("ctx timeout")
    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(asyncio.sleep(5))], return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending))
    for p in pending: p.cancel()
    return "result"
async def agen():
    for i in range(3): yield i; await asyncio.sleep(0)
print(asyncio.run(main()))
