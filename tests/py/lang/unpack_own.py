"""A sequence may be unpacked into the variable that holds it."""


def two(pair):
    pair, rest = pair
    return pair, rest


def starred(items):
    *items, last = items
    return items, last


def nested(x):
    x, (y, z) = x
    return x, y, z


print(two(({"a": object}, {"x": 3})), two([[1], [2]]), two(iter("ab")))
print(starred([1, 2, 3]), nested(("p", ("q", "r"))))
