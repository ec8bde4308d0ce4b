"""Which `__new__` makes an instance when a mixin stands before a built-in type."""
import types
from typing import Generic, TypeVar

K = TypeVar("K")


class Mixin(Generic[K]):
    pass


class Plain:
    pass


for base, argument in [(dict, {1: 2}), (list, [3]), (set, {4}), (int, 5), (str, "s"), (tuple, (6, 7)), (float, 1.5), (bytes, b"b")]:
    for mixin in (Mixin, Mixin[int], Plain):
        cls = types.new_class("Both", types.resolve_bases((mixin, base)))
        x = cls(argument)
        print(base.__name__, mixin.__name__, x, cls.__base__.__name__, type(x).__mro__[-2].__name__, x == argument)


class Counted(Mixin[K], dict[K, int]):
    def __missing__(self, key):
        return 0


c = Counted({"a": 1})
c["a"] += 1
print(c, c["b"], Counted.fromkeys("xy", 3), type(c).__orig_bases__)


class Own(Mixin, dict):
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.seen = args
        return self

    def __init__(self, *args):
        super().__init__(*args)


print(Own({1: 2}), Own({1: 2}).seen)
del Own.__new__
print(Own({1: 2}))
