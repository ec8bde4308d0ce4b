# Comprehensions: scopes, nesting, conditions, evaluation order, walrus, async-free.
x = "outer"
print([x for x in range(3)], x)
print({k: v for k, v in zip("abc", range(3))})
print(sorted({c.lower() for c in "HelloWorld"}))
print([(i, j) for i in range(3) if i for j in range(i) if j != 5])
print([[j * i for j in range(3)] for i in range(2)])
print(list((i for i in range(3))), sum(i * i for i in range(10)))
def order():
    log = []
    def f(t, v): log.append(t); return v
    r = {f("k", i): f("v", i) for i in f("it", range(2)) if f("c", True)}
    return r, log
print(order())
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
print([y := 5, [y for _ in range(2)], (z := y + 1)], z)
class C:
    data = [1, 2, 3]
    doubled = [d * 2 for d in data]
    try:
        bad = [data for _ in range(1)]
    except NameError as e:
        bad = str(e)
print(C.doubled, C.bad)
def closure():
    n = 10
    g = (n + i for i in range(2))
    n = 20
    return list(g)
print(closure())
try:
    gen = (1 / 0 for _ in [1])
    print("lazy")
    next(gen)
except ZeroDivisionError as e:
    print(e)
try:
    (i for i in 5)
except TypeError as e:
    print(e)
print([last := i for i in range(4)], last)
print([*range(3), *"ab"], {**{"a": 1}, "b": 2}, {*[1], 2}, (*(), 1))
def nested_scopes():
    total = 0
    rows = [[(total := total + c) for c in row] for row in ([1, 2], [3, 4])]
    return rows, total
print(nested_scopes())
print([i for i in range(20) if i % 2 if i % 3])
print(any(v > 3 for v in [1, 5]), all(v for v in []))


# The variable goes to the list by itself while the items come from one.
def appended():
    class It:
        def __init__(self, l):
            self.l = list(l)

        def __iter__(self):
            return self

        def __next__(self):
            if not self.l:
                raise StopIteration
            return self.l.pop(0)

    l = [[i] for i in range(20)]
    out = [x for x in l]
    print(out == l, all(a is b for a, b in zip(out, l)), sum(len(o) for o in out))
    for src in (l, tuple(l), It(l), (x for x in l), dict.fromkeys("abc"), range(3), "xyz", [2**70, 1.5, None, 5, -7, 10**6]):
        print([x for x in src][-3:])
        print([x for x in src if x][-3:])
    print([y for x in [[1, 2], [], [3]] for y in x], [y for x in [[1], [2]] for y in [x, 0]])
    try:
        print([y for x in [1] for y in [y, x]])
    except UnboundLocalError as e:
        print(e)
    print([y for x in [[1], [2]] for y in (x if x == [1] else [y, x])])
    grows = [1]
    print([x for x in grows if len(grows) > 5 or not grows.append(x + 1)])
    shrinks = list(range(10))
    print([x for x in shrinks if shrinks.pop() is not None])
    x = "kept"
    print([x for x in []], x)
    print([[x for x in row if x] for row in [[0, 1], [2, 0]]], x)


appended()
