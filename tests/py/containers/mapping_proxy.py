"""types.MappingProxyType."""
from types import MappingProxyType
from collections import UserDict, OrderedDict


def show(f, *args):
    try:
        print(repr(f(*args)))
    except Exception as e:
        print(type(e).__name__, e)


d = {"a": 1}
p = MappingProxyType(d)
print(p, str(p), len(p), p["a"], "a" in p, list(p), p.get("b"), p.get("b", 3))
print(p.keys(), p.values(), p.items(), p.copy(), list(reversed(p)))
d["b"] = 2
print(p == d, p != {}, p | {"c": 3}, {"c": 3} | p, p | p)
show(lambda: p["zz"])
show(lambda: p.__setitem__("a", 1))
show(lambda: p.__ior__({}))
show(MappingProxyType)
show(MappingProxyType, 1)
show(MappingProxyType, [])
show(MappingProxyType, ())
show(hash, p)
show(MappingProxyType, "ab")
print(MappingProxyType(UserDict(x=1)), MappingProxyType(OrderedDict(x=1)).copy())
print(MappingProxyType[int], type(vars(int)), type(type.__dict__["__dict__"]).__name__)


class M:
    def __getitem__(self, k):
        return k

    def __len__(self):
        return 2

    def __contains__(self, k):
        return k == 5


m = MappingProxyType(M())
print(m[4], len(m), 5 in m, 4 in m)
show(m.keys)
