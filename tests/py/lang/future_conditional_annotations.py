"""Annotations under conditions in nested classes, with `from __future__ import annotations`."""
from __future__ import annotations

import typing


class Outer:
    class Inner:
        if typing.TYPE_CHECKING:
            entity: int
        else:
            mapper: str
        name: Inner

    if True:
        y: int
    for z in range(2):
        w: float

    def method(self) -> Inner:
        class Local:
            while True:
                a: Local
                break

            class Deeper:
                try:
                    b: int
                finally:
                    c: "int"

        return Local


print(Outer.__annotations__, Outer.Inner.__annotations__)
local = Outer().method()
print(local.__annotations__, local.Deeper.__annotations__, Outer.method.__annotations__)
