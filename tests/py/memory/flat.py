# Repeating work leaves no objects behind.
import gc
class Node:
    def __init__(self, v, nxt=None): self.v, self.nxt = v, nxt
def work(n):
    head = None
    for i in range(n): head = Node(i, head)
    total = 0
    while head: total += head.v; head = head.nxt
    d = {str(i): [i] * 3 for i in range(n)}
    s = {(*v, k) for k, v in d.items()}
    def inner(a, *b, **c):
        try: return sum(b) + a / len(c)
        except ZeroDivisionError as e: return str(e)
    out = [inner(i, i, i + 1) for i in range(n)] + [inner(1, x=2)]
    g = (x for x in out); next(g)
    a, b = Node(1), Node(2); a.nxt, b.nxt = b, a
    try: raise KeyError(n)
    except KeyError as e: err = e; tb = e.__traceback__
    err.self = err
    return total, len(d), len(s), len(out), "".join(d)[:5], f"{n:>5}", type("T", (Node,), {"x": 1})(3).v
counts = []
for round in range(8):
    print(work(200)) if round == 0 else work(200)
    gc.collect(); counts.append(len(gc.get_objects()))
print(counts[-1] - counts[-3] <= 2, gc.garbage)
