# wheels: xxhash==4.1.0
"""All hash types, one-shot and incremental, seeds, buffers, errors."""
import array
import xxhash

for name in ("xxh32", "xxh64", "xxh3_64", "xxh3_128"):
    cls = getattr(xxhash, name)
    h = cls(b"abc", seed=7)
    h.update("déf".encode())
    h.update(memoryview(b"ghi"))
    h.update(array.array("B", [1, 2, 3]))
    c = h.copy()
    c.update(b"more")
    print(name, h.hexdigest(), h.digest().hex() == h.hexdigest(), h.intdigest(), c.hexdigest(), h.digest_size, h.block_size, h.seed, h.name)
    h.reset()
    print(h.hexdigest() == cls(seed=7).hexdigest(), getattr(xxhash, name + "_intdigest")(b"x", 3), getattr(xxhash, name + "_hexdigest")(b"x" * 1000))
    try:
        h.update("text")
    except Exception as e:
        print(type(e).__name__, e)
    try:
        cls(5)
    except Exception as e:
        print(type(e).__name__, e)
    try:
        cls(b"x", bogus=1)
    except Exception as e:
        print(type(e).__name__, e)
    try:
        h.update()
    except Exception as e:
        print(type(e).__name__, e)
print(xxhash.xxh64(b"x", seed=2**64 + 5).seed, xxhash.xxh32_intdigest(b"x", seed=-1))
print(sorted(xxhash.algorithms_available), xxhash.XXHASH_VERSION.count("."))
try:
    class Sub(xxhash.xxh64):
        pass
    print(Sub(b"q").hexdigest())
except Exception as e:
    print(type(e).__name__, e)
