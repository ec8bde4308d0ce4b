# Depth: recursion limits hold, deep structures do not crash.
import sys
sys.setrecursionlimit(1000)
def down(n): return 0 if n == 0 else 1 + down(n - 1)
print(down(900))
def forever(): return forever()
try: forever()
except RecursionError as e: print(e)
class R:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return getattr(self, n + "x")
for op in (repr, lambda r: r == r.__class__(), lambda r: r.a):
    try: op(R())
    except RecursionError as e: print("RecursionError")
l = []
for _ in range(100000): l = [l]
try: repr(l)
except RecursionError: pass  # how deep the C stack goes is the platform's business
m = []
for _ in range(100000): m = [m]
try: l == m
except RecursionError: pass
del l, m
t = ()
for _ in range(100000): t = (t,)
try: hash(t)
except RecursionError: pass
del t
d = {}
d["self"] = d
print(d, repr([d]))
lst = [1]; lst.append(lst); print(lst)
try: eval("(" * 300 + "1" + ")" * 300)
except (SyntaxError, MemoryError) as e: print(type(e).__name__, str(e).split(" (")[0])
print(eval("[" * 90 + "]" * 90) is not None)
print(eval("-" * 500 + "1"))
