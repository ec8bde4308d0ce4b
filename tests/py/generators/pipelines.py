# Generators as coroutines, lazily chained, finalised, recursive, in classes, with contexts.
def source(n, log):
    try:
        for i in range(n):
            log.append(("make", i)); yield i
    finally: log.append("closed")
def keep(pred, it):
    for x in it:
        if pred(x): yield x
def take(n, it):
    for i, x in enumerate(it):
        if i == n: return
        yield x
log = []
print(list(take(2, keep(lambda x: x % 2, source(10, log)))), log[-1], len(log))
def averager():
    total = n = 0; avg = None
    while True:
        v = yield avg
        if v is None: return total, n
        total += v; n += 1; avg = total / n
def grouper(out, key):
    while True: out[key] = yield from averager()
out = {}; g = grouper(out, "k"); next(g)
print([g.send(v) for v in (10, 20, 30)]); g.send(None); print(out); g.close()
def hanoi(n, a, b, c):
    if n: yield from hanoi(n - 1, a, c, b); yield a + c; yield from hanoi(n - 1, b, a, c)
print(" ".join(hanoi(3, "A", "B", "C")))
def permutations(s):
    if len(s) <= 1: yield s
    else:
        for i, c in enumerate(s):
            for rest in permutations(s[:i] + s[i + 1:]): yield c + rest
print(list(permutations("abc")))
def primes():
    seen = {}; n = 2
    while True:
        if n not in seen: yield n; seen[n * n] = [n]
        else:
            for p in seen.pop(n): seen.setdefault(n + p, []).append(p)
        n += 1
print(list(take(12, primes())))
class Tree:
    def __init__(self, v, *kids): self.v, self.kids = v, kids
    def __iter__(self):
        yield self.v
        for k in self.kids: yield from k
print(list(Tree(1, Tree(2, Tree(3)), Tree(4))))
def deep(n):
    if n: yield from deep(n - 1)
    yield n
print(sum(deep(150)))
def scheduler(tasks):
    from_queue = list(tasks); done = []
    while from_queue:
        t = from_queue.pop(0)
        try: next(t); from_queue.append(t)
        except StopIteration as e: done.append(e.value)
    return done
def task(name, n):
    for _ in range(n): yield
    return name
print(scheduler([task("slow", 5), task("fast", 1), task("mid", 3)]))
import contextlib
@contextlib.contextmanager
def ctx(x):
    print("in", x)
    try: yield x * 2
    except ValueError as e: print("handled", e)
    finally: print("out")
with ctx(4) as v: print(v); raise ValueError("in body")
def gen_with():
    with ctx("g"): yield 1; yield 2
for x in gen_with(): break
del x
g = gen_with(); next(g); del g
print("end")
gen = (lambda: (yield 5))(); print(next(gen))
print([list(g) for g in [(x for x in range(i)) for i in range(3)]])
