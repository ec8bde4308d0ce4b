"""Prints what Python code can see of the built-in types' layouts, one line a type."""

import datetime
import sys
import types


def reachable():
    seen = {}
    todo = [object]
    while todo:
        cls = todo.pop()
        if cls in seen:
            continue
        seen[cls] = None
        todo.extend(type.__subclasses__(cls))
    return seen


def samples():
    """Types that only an instance leads to; making them readies their types."""

    def gen():
        yield

    async def coro():
        pass

    async def agen():
        yield

    made = [iter([]), iter(()), iter(""), iter("é"), iter(b""), iter(bytearray()), iter({}), iter({}.values()), iter({}.items())]
    made += [iter(set()), iter(range(0)), iter(range(2**70)), reversed([]), reversed({}), gen(), agen(), iter(len, 1), memoryview(b"")]
    made += [{}.keys(), {}.values(), {}.items(), zip(), enumerate([]), map(len, []), filter(None, []), types.SimpleNamespace()]
    made += [list[int], int | str, sys._getframe(), coro.__code__, types.MappingProxyType({}), datetime.timezone.utc, object().__init__]
    awaitable = coro()
    made.append(awaitable.__await__())
    awaitable.close()
    return made


def full_name(cls):
    return cls.__name__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


keep = samples()
for cls in reachable():
    base = cls.__base__
    cells = [
        full_name(cls),
        f"base={full_name(base) if base else ''}",
        f"basicsize={cls.__basicsize__}",
        f"itemsize={cls.__itemsize__}",
        f"flags={cls.__flags__:#x}",
        f"dictoffset={cls.__dictoffset__}",
        f"weakrefoffset={cls.__weakrefoffset__}",
    ]
    print(*cells, sep="\t")
