import threading, queue, time, contextvars
from concurrent.futures import ThreadPoolExecutor
lock, n = threading.Lock(), 0
def work():
    global n
    for _ in range(2000):
        with lock: n += 1
ts = [threading.Thread(target=work, name=f"w{i}") for i in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(n, ts[0].is_alive(), ts[0].name, ts[0].daemon, threading.current_thread().name, threading.active_count())
q = queue.Queue(2); out = []
def consumer():
    while (x := q.get()) is not None: out.append(x * 2)
c = threading.Thread(target=consumer); c.start()
for i in range(10): q.put(i)
q.put(None); c.join(); print(out)
local = threading.local(); local.v = "main"; seen = []
def look(): seen.append(hasattr(local, "v")); local.v = 1
t = threading.Thread(target=look); t.start(); t.join(); print(seen, local.v)
ev, cond, sem, bar = threading.Event(), threading.Condition(), threading.Semaphore(2), threading.Barrier(3)
order = []
def waiter(): ev.wait(); bar.wait(); order.append(1)
ws = [threading.Thread(target=waiter) for _ in range(2)]; [w.start() for w in ws]; print(ev.is_set(), ev.wait(0.01)); ev.set(); bar.wait(); [w.join() for w in ws]; print(order)
items = []
def prod():
    with cond: items.append(1); cond.notify_all()
with cond:
    threading.Thread(target=prod).start(); print(cond.wait_for(lambda: items, 5))
r = threading.RLock()
with r:
    with r: print("reentered", r.acquire(False)); r.release()
print(lock.acquire(timeout=0.01), lock.locked(), lock.acquire(False)); lock.release()
try: lock.release()
except RuntimeError as e: print(e)
try: r.release()
except RuntimeError as e: print(e)
try: ts[0].start()
except RuntimeError as e: print(e)
threading.excepthook = lambda a: print("hook", a.exc_type.__name__, a.exc_value, a.thread.name)
t = threading.Thread(target=lambda: 1 / 0, name="bad"); t.start(); t.join()
with ThreadPoolExecutor(3) as ex:
    print(list(ex.map(lambda x: x * x, range(5))), ex.submit(pow, 2, 5).result()); f = ex.submit(lambda: [][0])
    print(repr(f.exception()), f.done())
timer = threading.Timer(0.01, order.append, ["timer"]); timer.start(); timer.join(); print(order[-1])
total = [0]
def spin():
    for i in range(20000): total[0] += 0 if i % 2 else 0
a = [threading.Thread(target=spin) for _ in range(3)]; [x.start() for x in a]; [x.join() for x in a]; print("spun")
v = contextvars.ContextVar("v", default="d"); ctx = contextvars.copy_context(); tok = v.set("x"); print(v.get(), ctx.run(v.get), ctx.get(v)); v.reset(tok); print(v.get(), tok.var is v)
start = time.monotonic(); time.sleep(0.02); print(time.monotonic() - start >= 0.02, threading.get_ident() == threading.main_thread().ident)
with threading.Semaphore() as ok: print(ok, sem.acquire(), sem.acquire(), sem.acquire(False))
