from collections import Counter, OrderedDict, defaultdict, deque, ChainMap, UserDict
import functools, operator, heapq, bisect
c = Counter("mississippi"); print(c, c.most_common(2), c["z"], c + Counter("ss"), c - Counter("iiii"), c & Counter("is"), c | Counter("zz"), sorted(c.elements())[:3], c.total(), Counter(a=1, b=-1), +Counter(a=1, b=-1), Counter("a") <= Counter("ab")); c.update("zz"); c.subtract("m"); print(c["z"], c["m"], dict(c))
d = defaultdict(list); d["a"].append(1); d["b"]; print(d, d.default_factory, "z" in d, defaultdict(int, x=1)["y"]); n = defaultdict(lambda: defaultdict(int)); n["a"]["b"] += 1; print({k: dict(v) for k, v in n.items()})
q = deque([1, 2, 3], maxlen=3); q.append(4); q.appendleft(0); print(q, q.pop(), q.popleft(), q, q.maxlen); q = deque("abcde"); q.rotate(2); print(q, q[1], list(reversed(q)), q.index("c"), q.count("a")); q.extend("x"); q.extendleft("yz"); q.remove("c"); q.insert(1, "I"); q.reverse(); print(q, len(q), "x" in q, q == deque(q), q.copy() is q, deque([1]) + deque([2]), deque([1]) * 2, deque([1]) < deque([2])); del q[0]; q[0] = 9; print(q)
for bad in (lambda: deque().pop(), lambda: deque().popleft(), lambda: deque([1])[5], lambda: deque(maxlen=-1), lambda: deque([1]).remove(2), lambda: deque([1], 1).insert(0, 1), lambda: Counter.fromkeys("a"), lambda: hash(deque())):
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
it = iter(q2 := deque([1, 2])); next(it); q2.append(3)
try: next(it)
except RuntimeError as e: print(e)
o = OrderedDict(a=1, b=2, c=3); o.move_to_end("a"); o.move_to_end("c", last=False); print(o, o.popitem(last=False), o == OrderedDict(a=1, b=2), o == {"a": 1, "b": 2}, list(reversed(o))); m = ChainMap({"a": 1}, {"a": 2, "b": 3}); print(m["a"], dict(m), m.new_child({"z": 1})["z"], m.parents, len(m))
class U(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.upper(), v)
print(U(a=1), U({"b": 2}) | {"c": 3})
calls = []
@functools.lru_cache(maxsize=2)
def f(x, *, y=0): calls.append(x); return x * 2
print(f(1), f(1), f(2), f(3), f(1), calls, f.cache_info(), f.__wrapped__.__name__, f(1, y=1)); f.cache_clear(); print(f.cache_info(), f.cache_parameters())
p = functools.partial(int, base=2); print(p("101"), p.func, p.keywords, functools.partial(pow, functools.Placeholder, 2)(5), repr(functools.partial(print, 1, sep="-")), functools.reduce(operator.mul, [1, 2, 3, 4], 1), functools.reduce(lambda a, b: a + b, ["x", "y"]))
@functools.total_ordering
class T:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(T(1) >= T(0), T(1) <= T(1), sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
@functools.singledispatch
def kind(x): return "object"
@kind.register
def _(x: int): return "int"
@kind.register(list)
def _(x): return "list"
print(kind(1), kind(True), kind([]), kind("s"), kind.dispatch(bool)(1))
class C:
    n = 0
    @functools.cached_property
    def v(self): C.n += 1; return C.n
    @functools.singledispatchmethod
    def m(self, x): return "o"
    @m.register
    def _(self, x: str): return "s"
    pm = functools.partialmethod(lambda self, a, b: (a, b), 1)
i = C(); print(i.v, i.v, vars(i), i.m("a"), i.m(1), i.pm(2))
def deco(fn):
    @functools.wraps(fn)
    def w(*a): "wrapper doc"; return fn(*a)
    return w
@deco
def named(): "real doc"
print(named.__name__, named.__doc__, named.__wrapped__.__name__)
h = [5, 1, 4]; heapq.heapify(h); heapq.heappush(h, 0); print(heapq.heappop(h), heapq.nlargest(2, h), heapq.nsmallest(2, h), heapq.heappushpop(h, 9), heapq.heapreplace(h, 2), list(heapq.merge([1, 4], [2, 3])), h); b = [1, 3, 3, 5]; print(bisect.bisect(b, 3), bisect.bisect_left(b, 3), bisect.insort(b, 4), b, bisect.bisect(b, 3, key=lambda x: x))
print(operator.itemgetter(1, 0)("ab"), operator.attrgetter("real", "imag")(5), operator.methodcaller("upper")("a"), operator.add(1, 2), operator.contains("abc", "b"), operator.length_hint([1]), operator.index(True), repr(operator.itemgetter(1)))
