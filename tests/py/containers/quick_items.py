# Items by index, sets and unpacking where the interpreter has ways of its own: the same results as through the types' slots.
from array import array


def show(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, e)


def item(o, i):
    return o[i]


def put(o, i, v):
    o[i] = v
    return o


for o in (array('d', [1.5, 2.5]), array('b', [-1, 5]), array('Q', [2**64 - 1, 7]), array('q', [-2**63, 2**62]), array('w', 'aé'), 'aé€\U0001F600', b'xyz', bytearray(b'xyz'), range(3)):
    for i in (0, 1, -1, -2, 2, 3, -3, -5, 2**70, True, 1.0, None):
        show(item, o, i)
for code in 'bBhHiIlLqQfd':
    for v in (0, -1, 127, 128, 255, 256, 32768, 65536, 2**31, 2**32, 2**53 + 1, 2**62, 2**63, 2**64, 1.5, True, 'x', None):
        a = array(code, [0, 0])
        show(put, a, 1, v)
a = array('i', [1, 2])
for i in (2, -3, -1, 2**70, True):
    show(put, a, i, 9)


class Array(array):
    def __getitem__(self, i):
        return 'own', i


class Key:
    def __getitem__(self, i):
        return isinstance(i, int), isinstance(i, object), isinstance(i, (str, tuple)), i


print(Array('d', [1.0])[0], Key()[0], Key()[-300], Key()[10**20], Key()['k'], Key()[1:2])
for lo, hi in ((0, 2), (-2, None), (None, None), (2, 1), (5, 9), (1, -5)):
    print(b'abc'[lo:hi], bytearray(b'abc')[lo:hi])
print(b'abc'[1:], b'' + b'x', b'a' + b'b', b'a' + bytearray(b'b'), [1] + [2], (1,) + ())
show(lambda: b'a' + 'b')
show(lambda: [1] + (2,))


class Odd:
    def __init__(self, v):
        self.v = v

    def __hash__(self):
        return 1

    def __eq__(self, o):
        return isinstance(o, Odd) and self.v == o.v

    def __repr__(self):
        return f'Odd({self.v})'


x = frozenset(Odd(i) for i in range(6))
y = frozenset([Odd(1), Odd(3), Odd(9), 1, 2])
key = lambda o: repr(o)
for r in (x - y, y - x, x & y, x | y, x ^ y):
    print(sorted(r, key=key))
print(x <= y, x >= frozenset([Odd(2)]), x.isdisjoint(y), Odd(3) in x, Odd(7) in x, 1 in x, x == frozenset(Odd(i) for i in range(6)))
n = frozenset(range(50))
m = frozenset(range(0, 80, 3))
for r in (n - m, m - n, n & m, m & n, n | m, n ^ m):
    print(r)
print(m <= n, frozenset(range(5)) <= n, n.isdisjoint({99}), min(m), max(m), min(set()) if set() else 'empty', min(m, key=lambda v: -v))
show(min, set())
show(max, [], 1)
show(lambda: min([], default=None))
show(min, [1, 'a'])
s = {1, 2, 3}
show(lambda: max(s, key=lambda v: s.add(v + 10) or v))


def pairs():
    return [1, 2], 'two'


log = []


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


def unpack():
    a, b = Noisy('a'), Noisy('b')
    a, b = pairs()
    log.append('after')
    (c, d), e = pairs()
    x = y = z = None
    x, y, z = tuple([b, a, c])
    return a, b, c, d, e, x, y, z


print(unpack(), log)
print(b'|'.join([b'a', b'b', bytearray(b'c')]), b'abcabc'.translate(bytes(range(1, 256)) + b'\0'), b'abc'.translate(None, b'b'))
for v in (0, 1, 127, 128, 255, 256, 2**40 - 1, 2**40, 2**64 - 1, -1):
    for order in ('big', 'little'):
        for signed in (False, True):
            for size in (0, 1, 5, 8):
                try:
                    b = v.to_bytes(size, order, signed=signed)
                    print(b, int.from_bytes(b, order, signed=signed), end=' ')
                except OverflowError as e:
                    print(e, end=' ')
    print()
acc = bytearray()
acc += b'xy'
acc += array('B', [1])
print(acc)
