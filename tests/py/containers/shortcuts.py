"""Shortcuts of containers and strings that must not show: slices in place, comparisons, joining, collection."""

import gc


class Noisy:
    """Says when it dies and what the list looks like then."""

    def __init__(self, name, where):
        self.name, self.where = name, where

    def __del__(self):
        print("del", self.name, [getattr(x, "name", x) for x in self.where])


items = []
items.extend(Noisy(i, items) for i in range(4))
items[1:3] = [10, 11, 12]
items[:1] = ()
del items[-1:]
items[1:1] = items
items[:] = items[::-1]
print(items)
items[len(items) :] = (1, 2)
items[2:4] = range(3)
items[::2] = "abcdef"[: len(items[::2])]
print(items, items[5:2], items[-100:100:3])
for bad in (5, None):
    try:
        items[0:1] = bad
    except TypeError as e:
        print(e)

nan = float("nan")
same = (1, "a", nan, (2.5, (3, nan)))
print(same == (1, "a", nan, (2.5, (3, nan))), same != (1, "a", float("nan"), (2.5, (3, nan))))
print((1, 2, 3) == (1, 2), (1, 2) < (1, 2, 0), (1.0, True) == (1, 1), ("1",) == (1,), [nan] == [nan], [nan] == [float("nan")])
print((1, [2]) == (1, [2]), ((((1,),),),) == ((((1,),),),), ((((1,),),),) == ((((2,),),),))


class Odd(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        print("eq", str(self), other)
        return True


print([1, "x", 2.5].index(2.5), [1, Odd("y")].count("z"), "q" in [Odd("w")], {Odd("k"): 1}.get("k"))
print(("a", Odd("b")) == ("a", "c"))

print(",".join(["a", "é", "ŀ", "😀"]), "".join(()), "-".join(("one",)), ascii("é".join("abc")))
for bad in ([1], ["a", None], ("x", b"y")):
    try:
        "+".join(bad)
    except TypeError as e:
        print(e)
print("a,b,,c,".split(","), "a--b--c".split("--", 1), "  a b\tc \n".split(), " a b c ".split(None, 1), "".split(), "é,ŀ".split(","))
print("aXbXc".replace("X", ""), "aaa".replace("a", "bb", 2), "abc".replace("", "-"), "aéa".replace("a", "ŀ"), "x".replace("y", "z"))
print(("ab" * 50 + "é").split("ba")[-1], ("xy" * 40).replace("yx", "-", 3)[:8])
print(str(5), str(), str(b"x", "ascii"), bool(""), bool(), type(3), type("T", (), {"a": 1}).a)


class Late:
    def __init__(self):
        self.a = 1

    def more(self):
        self.b = self.c = self.d = 2


many = [Late() for _ in range(20)]
for n, o in enumerate(many):
    if n % 2:
        o.more()
    for extra in range(n):
        setattr(o, f"x{extra}", extra)
print(sum(len(vars(o)) for o in many), list(vars(many[3])), many[19].x18, hasattr(many[18], "b"))


class Child(Late):
    def __init__(self):
        self.z = 0
        super().__init__()


print(vars(Child()))

atoms = tuple([1, "a", (2, 3)])
held = tuple([1, []])
gc.collect()
gc.collect()
print(gc.is_tracked(atoms), gc.is_tracked(held), atoms, held)
print([n for n in range(3) if gc.get_threshold()[n]])
