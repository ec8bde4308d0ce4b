"""Pickles of every protocol agree with those of pickle's Python code; hostile streams raise."""
import collections, copyreg, io, pickle, sys


class A:
    def __init__(self):
        self.x, self.y = 1, [self]


class N:
    def __new__(cls, *a, **k):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (1,), {"k": 2}


class R:
    def __reduce__(self):
        return list, ((1, 2),), None, iter([3, 4]), None


r = [1]
r.append(r)
objects = [None, True, 0, 255, 256, 65536, -1, -129, 2**31, -2**31 - 1, 2**63, -2**63, 10**100, -10**100, 1.5, "", "\u1234\U0001F600\n\\\0", "\ud800",
           b"", b"\xff" * 300, bytearray(b"xyz"), (), (1,), (1, 2, 3), (1, 2, 3, 4), [], [1], list(range(2500)), {}, {1: 2}, {i: i for i in range(2100)},
           set(), {1}, frozenset([1]), int, len, type(None), type(...), NotImplemented, collections.OrderedDict(a=1), collections.deque([1, 2]), range(5),
           1 + 2j, b"x" * 70000, {"k": b"z" * 70000, "l": 1}, ValueError("x", 1), A(), N(), R(), r]
for i, o in enumerate(objects):
    for p in range(6):
        try:
            d = pickle.dumps(o, p)
            print(i, p, len(d), d == pickle._dumps(o, p), type(pickle.loads(d)).__name__)
        except Exception as e:
            print(i, p, type(e).__name__, e)
for o in (lambda: 1, [lambda: 1], {"a": lambda: 1}, sys):
    try:
        pickle.dumps(o)
    except Exception as e:
        print(type(e).__name__, str(e).split(" at 0x")[0], getattr(e, "__notes__", None))
for d in (b"", b".", b"\x80\x06.", b"}(K\x01u.", b"(.", b"\x8c\x05ab", b"X\xff\xff\xff\xffabc", b"\xff.",
          b"S'abc'\n.", b"Sabc\n.", b"I01\n.", b"L5L\n.", b"V\\u1234\n.", b"h\x01.", b"0.", b"1.", b"Pabc\n.", b"\x82\x01.", b"K\x01)\x81.", b"\x97."):
    try:
        print(repr(pickle.loads(d)))
    except Exception as e:
        print(d, type(e).__name__, e)


class P(pickle.Pickler):
    def persistent_id(self, o):
        return "pid" if isinstance(o, A) else None

    def reducer_override(self, o):
        return (int, (7,)) if o is sys else NotImplemented


class U(pickle.Unpickler):
    def persistent_load(self, pid):
        return "loaded", pid

    def find_class(self, module, name):
        print("find", module, name)
        return super().find_class(module, name)


f = io.BytesIO()
P(f).dump([A(), sys, int, collections.OrderedDict()])
f.seek(0)
print(U(f).load())
f = io.BytesIO()
p = pickle.Pickler(f)
x = [1]
p.dump(x)
p.dump(x)
f.seek(0)
u = pickle.Unpickler(f)
a, b = u.load(), u.load()
print(a is b, p.memo.copy() == {id(x): (0, x)}, u.memo.copy())
buffers = []
d = pickle.dumps([pickle.PickleBuffer(bytearray(b"abc")), pickle.PickleBuffer(b"xyz")], 5, buffer_callback=buffers.append)
print(d, [bytes(b) for b in buffers], [bytes(b) for b in pickle.loads(d, buffers=buffers)])


class T(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()


T.dispatch_table[A] = lambda o: (str, ("A!",))
f = io.BytesIO()
T(f).dump(A())
print(pickle.loads(f.getvalue()))
print(pickle.loads(b"\x80\x02U\x03\xe9ab.", encoding="latin1"), pickle.loads(b"\x80\x02U\x03\xe9ab.", encoding="bytes"))
