# wheels: multidict==7.2.1 yarl==1.25.1 frozenlist==1.8.0 propcache==0.5.4 idna==3.20
"""The C and Cython parts under aiohttp."""
import pickle
from frozenlist import FrozenList
from multidict import CIMultiDict, MultiDict, MultiDictProxy, getversion, istr
from propcache import cached_property, under_cached_property
from yarl import URL

d = CIMultiDict([("A", 1), ("b", 2)], a=3)
d.add("B", 4)
print(d, d["a"], d.getall("B"), "b" in d, list(d.keys()), list(d.items()), len(d), d == CIMultiDict(d), istr("Ab") == "Ab", hash(istr("x")) == hash("x"))
p = MultiDictProxy(MultiDict(x=1))
print(p, p["x"], d.popone("a"), d.popall("b"), d.setdefault("n", 0), d.get("zz", 9), pickle.loads(pickle.dumps(d)) == d, d.keys() & {"n"}, getversion(p) == getversion(p))
d.extend({"q": 1}, r=2); d.update(q=5); d.merge({"q": 7, "s": 8}) if hasattr(d, "merge") else None
print(sorted(d.items()), sorted(d.keys() | {"zz"}), sorted(d.items() - {("q", 5)}))
f = FrozenList([1, 2])
f.append(3); f[0] = 9; f.insert(1, 5)
f.freeze()
print(f, f.frozen, hash(f) == hash(f), f == [9, 5, 2, 3], f[-1], list(reversed(f)))


class C:
    def __init__(self):
        self._cache = {}
        self.n = 0

    @under_cached_property
    def u(self):
        "doc"
        self.n += 1
        return self.n

    @cached_property
    def c(self):
        self.n += 10
        return self.n


o = C()
print(o.u, o.u, o.c, o.c, C.u.__doc__, o._cache, sorted(vars(o)))
u = URL("http://user:pä@exämple.com:8080/a b/ü?q=1&q=2#frag")
print(u, u.host, u.raw_host, u.port, u.path, u.raw_path, u.query, u.fragment, u.user, u.password)
print(u / "x y", u.with_query(a=1, b=[2, 3]), u.join(URL("../z?k=%20")), u.origin(), u.parent, URL.build(scheme="http", host="h", path="/p", query={"x": "1 2"}), u == URL(str(u)), u % {"r": "1"})
for bad in [
    lambda: f.append(1),
    lambda: hash(FrozenList()),
    lambda: d["missing"],
    lambda: MultiDict(5),
    lambda: MultiDict({1: 2}),
    lambda: d.add("x"),
    lambda: p.add("x", 1),
    lambda: URL(5),
    lambda: URL("http://h:99999999/"),
    lambda: u.with_port("x"),
    lambda: u.with_query([1]),
    lambda: URL("/rel").origin(),
    lambda: setattr(o, "u", 1),
    lambda: FrozenList(5),
    lambda: istr(1, 2, 3, 4),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
