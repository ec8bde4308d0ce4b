"""multiprocessing: locks and semaphores between processes, queues, pools; lzma and hmac."""
import hmac
import lzma
import multiprocessing as mp
import os


def work(lock, queue, total, n):
    for _ in range(n):
        with lock:
            total.send(1)
    queue.put((os.getpid() != os.getppid(), n))


def square(x):
    return x * x


if __name__ == "__main__":
    ctx = mp.get_context("fork")
    lock, queue = ctx.Lock(), ctx.SimpleQueue()
    here, there = ctx.Pipe(duplex=False)
    children = [ctx.Process(target=work, args=(lock, queue, there, n)) for n in (1, 2)]
    for c in children:
        c.start()
    for c in children:
        c.join()
    print(sorted(queue.get() for _ in children), sum(here.recv() for _ in range(3)), [c.exitcode for c in children])
    sem = ctx.BoundedSemaphore(2)
    print(sem.acquire(), sem.acquire(), sem.acquire(timeout=0.01), sem.get_value())
    sem.release()
    sem.release()
    try:
        sem.release()
    except ValueError as e:
        print(e)
    r = ctx.RLock()
    print(r.acquire(), r.acquire(), r.release(), r.release())
    try:
        r.release()
    except AssertionError as e:
        print(e)
    with ctx.Pool(2) as pool:
        print(pool.map(square, range(6)))

    data = bytes(range(256)) * 40
    for kw in ({}, {"format": lzma.FORMAT_ALONE}, {"preset": 9 | lzma.PRESET_EXTREME}, {"check": lzma.CHECK_SHA256},
               {"format": lzma.FORMAT_RAW, "filters": [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 3}]}):
        packed = lzma.compress(data, **kw)
        back = {k: v for k, v in kw.items() if k in ("format", "filters")}
        print(len(packed) < 1000, lzma.decompress(packed, **back) == data)
    d = lzma.LZMADecompressor()
    xz = lzma.compress(b"hello") + b"rest"
    print(d.decompress(xz[:20]), d.check, d.eof, d.decompress(xz[20:]), d.check, d.eof, d.unused_data)
    for bad in (b"not xz", xz[:-14]):
        try:
            print(lzma.decompress(bad))
        except (lzma.LZMAError, EOFError) as e:
            print(type(e).__name__, e)
    for name in ("md5", "sha1", "sha256", "sha3_256", "sha512"):
        print(name, hmac.new(b"key" * 50, b"message", name).hexdigest(), hmac.digest(b"k", b"m", name).hex()[:16])
