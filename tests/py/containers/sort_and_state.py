# Sorting with every kind of key, keywords of constructors, and the state that objects give to copy and pickle.
import copy

for n in (0, 1, 2, 5, 63, 64, 65, 200):
    numbers = [(i * 7919) % 101 for i in range(n)]
    assert sorted(numbers) == sorted(map(float, numbers)) == sorted(numbers, reverse=True)[::-1]
    texts = sorted(map(str, numbers))
    assert all(a <= b for a, b in zip(texts, texts[1:]))
    pairs = sorted((x % 3, str(x)) for x in numbers)
    assert all(a <= b for a, b in zip(pairs, pairs[1:]))
    stable = sorted(enumerate(numbers), key=lambda p: p[1] % 5, reverse=True)
    assert all((a[1] % 5, -a[0]) > (b[1] % 5, -b[0]) for a, b in zip(stable, stable[1:]))

grows = [3, 1, 2]
try:
    grows.sort(key=lambda v: grows.append(v) or v)
except ValueError as e:
    print(e, grows)


class Odd:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        if self.v == 4:
            raise RuntimeError("stop")
        return self.v < other.v


odd = [Odd(v) for v in (3, 4, 1, 2)]
try:
    odd.sort()
except RuntimeError as e:
    print(e, sorted(o.v for o in odd))

d = dict.fromkeys("spam")
for view in (d, d.keys(), d.values(), d.items()):
    print(list(view), tuple(view), [*view])


class Keys:
    def __init__(self, a, b=2, *, c=3, **more):
        self.all = (a, b, c, more)


print(Keys(**{"a": 1}).all, Keys(1, c=5, **{f"k{i}": i for i in range(9)}).all)
for bad in ({"key": None, "bad": 1}, {"reverse": 1, "key": len, "x": 2}):
    try:
        [].sort(**bad)
    except TypeError as e:
        print(e)


class State:
    def __init__(self):
        self.x = 1


class Slots(State):
    __slots__ = ("z",)


s = State()
print(s.__getstate__() is s.__dict__, s.__reduce_ex__(2)[2] is s.__dict__)
t = Slots()
t.z = 5
print(t.__getstate__(), t.__getstate__()[0] is t.__dict__, copy.copy(t).z, copy.deepcopy(s).x)
s.__reduce_ex__ = lambda protocol: "own"
s.__getstate__ = lambda: "mine"
print(object.__reduce_ex__(s, 2)[2])
print(isinstance(s, (int, str, list)), isinstance(s, (int, (str, State))), isinstance(t, (int, State)))
big = 1 << 61
print({big - 1: 1, big - 2: 2, -1: 3, -2: 4}, hash(big - 2), hash(big - 1), hash(-big), hash(1 - big), hash((1 << 60) - 1), hash(-(1 << 59)))
print(sum([1, 2, True]), sum((1 << 62, 1 << 62)), sum([]), sum([1, 2.5]), sum([1 << 70, -(1 << 70), 5]))
print(max(3, 1, 2), min(3, 1, 2), max(1, 1.0), min("b", "a", "c"), all([1, 0, 2]), any((0, "", 3)))
