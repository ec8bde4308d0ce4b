"""Conditional jumps and loops whose offset does not fit one byte."""
import sys
src = "def f(x, it, log):\n    for a in it:\n        if x == 5:\n" + "".join(f"            log.append(x + {i})\n" for i in range(60)) + "        elif a > 3:\n            log.append('gt')\n            continue\n        else:\n" + "".join(f"            log.append(a - {i})\n" for i in range(60)) + "        try:\n" + "".join(f"            log.append(a - {i})\n" for i in range(40))+ "            if a == 2: raise KeyError\n        except ValueError:\n" + "".join(f"            log.append(a - {i})\n" for i in range(60)) + "        except KeyError:\n            log.append('ke')\n    return log\n"
exec(src)
def g():
    yield 1; yield 2; yield 5
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
import hashlib
for x in (5, 6):
    for it in ([1,2,3,4], g(), It(), (1,2), range(3), iter({1:2})):
        print(hashlib.md5(repr(f(x, it, [])).encode()).hexdigest())
src2 = "def h(d):\n    s = 0\n    for k, v in d.items():\n" + "".join(f"        s += v * {i} + k\n" for i in range(80)) + "    return s\n"
exec(src2)
print(h({1:2,3:4}), h({}))
ev = []
m = sys.monitoring
m.use_tool_id(2, 't')
for e in ('BRANCH_LEFT','BRANCH_RIGHT'):
    m.register_callback(2, getattr(m.events, e), (lambda e: lambda code, *a: ev.append((e, *[ (x if e=='LINE' else None) for x in a])))(e))
m.set_local_events(2, h.__code__, m.events.BRANCH_LEFT|m.events.BRANCH_RIGHT)
m.set_local_events(2, f.__code__, m.events.BRANCH_LEFT|m.events.BRANCH_RIGHT)
h({1:2,3:4}); f(6, [1,2,4], [])
import collections
print(sorted(collections.Counter(e[0] for e in ev).items()))
for fn in (h, f):
    for src, left, right in fn.__code__.co_branches():
        assert 0 <= src < len(fn.__code__.co_code) and 0 <= left < len(fn.__code__.co_code) and 0 <= right < len(fn.__code__.co_code) and left != right
