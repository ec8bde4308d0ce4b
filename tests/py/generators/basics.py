# Generators: send, throw, close, return values, yield from, states, errors.
def g():
    try:
        x = yield 1
        print("got", x)
        y = yield 2
        print("got", y)
    except ValueError as e:
        print("caught", e)
        yield 3
    finally:
        print("finally")
    return "result"
it = g()
print(next(it), it.send("a"), it.throw(ValueError("v")))
try: next(it)
except StopIteration as e: print("stop", e.value)
print(list(it), next(it, "default"))
it = g()
try: it.send(5)
except TypeError as e: print(e)
next(it); it.close(); it.close()
print(it.gi_frame, it.gi_running, it.gi_suspended, it.gi_yieldfrom)
def sub():
    r = yield "s1"
    print("sub", r)
    try: yield "s2"
    except KeyError as e: print("sub caught", e)
    return "sub result"
def main():
    v = yield from sub()
    print("main", v)
    v = yield from [1, 2]
    print(v)
    return "end"
m = main()
print(next(m), m.send("x"), m.throw(KeyError("k")), next(m))
try: next(m)
except StopIteration as e: print(e.value)
def ignores():
    try: yield 1
    except GeneratorExit: yield 2
i = ignores(); next(i)
try: i.close()
except RuntimeError as e: print(e)
def ret_on_close():
    try: yield
    except GeneratorExit: return "closed value"
r = ret_on_close(); next(r); print(r.close())
def stops(): 
    yield 1
    raise StopIteration("inner")
try: list(stops())
except RuntimeError as e: print(e, repr(e.__cause__))
def reenter():
    yield next(me)
me = reenter()
try: next(me)
except ValueError as e: print(e)
def inf():
    n = 0
    while True:
        got = yield n
        n = got if got is not None else n + 1
x = inf(); print(next(x), next(x), x.send(10), next(x)); x.close()
print(type(x).__name__, x.__name__, x.__qualname__, repr(x).startswith("<generator object inf at"), x.gi_code.co_name)
def count(n): 
    for i in range(n): yield i
print(sum(count(100)), max(count(5)), sorted(count(3), reverse=True), list(zip(count(2), count(3))), 3 in count(5), [*count(2)], dict(enumerate(count(2))))
a, *b = count(4); print(a, b)
e = (i * i for i in count(4)); print(next(e), list(e), e.__name__)
def tree(t):
    if t: yield from tree(t[0]); yield t[1]; yield from tree(t[2])
print(list(tree(((None, 1, None), 2, (None, 3, None)))))
def th():
    try: yield 1
    except: raise
t = th(); next(t)
try: t.throw(TypeError, "deprecated form")
except TypeError as e: print(e)
for bad in ((), (5,), (int,), ("s",)):
    try: count(1).throw(*bad)
    except TypeError as e: print(e)
n = count(1)
try: n.throw(OSError("unstarted"))
except OSError as e: print(e, list(n))
class Iter:
    def __iter__(self): return self
    def __next__(self): return 1
    def throw(self, *a): return "thrown"
    def close(self): print("closed")
    def send(self, v): return ("sent", v)
def deleg(): yield from Iter()
d = deleg(); print(next(d), d.send(3), d.throw(ValueError)); d.close()
def exc_ctx():
    try: raise ValueError(1)
    except ValueError:
        try: yield
        except KeyError as e: print(repr(e.__context__))
        yield
q = exc_ctx(); next(q); q.throw(KeyError(2))
