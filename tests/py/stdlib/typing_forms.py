"""Forms that typing takes: parameters without a module, any bound of a ParamSpec, strings beside a union, arguments too few."""
import copyreg
import pickle
import random
import types
from typing import Generic, ParamSpec, TypeVar, TypeVarTuple, Union

space = {}
exec("from typing import *\nT = TypeVar('T'); P = ParamSpec('P'); Ts = TypeVarTuple('Ts')", space)
for name in ("T", "P", "Ts"):
    print(name, space[name].__module__)
print(ParamSpec("P", bound=[int, str]).__bound__)
U = Union[int, str]
for make in (lambda: U | "float", lambda: "float" | U, lambda: U | 5, lambda: U | None, lambda: int | 5, lambda: U | (1,)):
    try:
        print(make())
    except TypeError as e:
        print("TypeError:", e)
D, T, V = TypeVar("D", default=str), TypeVar("T"), TypeVar("V")


class A(Generic[T, V, D]):
    pass


for make in (lambda: A[int], lambda: A[()], lambda: A[int, str], lambda: A[1, 2, 3, 4], lambda: Generic(1)):
    try:
        print(make())
    except TypeError as e:
        print("TypeError:", e)
try:
    exec("from typing import Generic\nclass C[T](Generic[T]): ...")
except TypeError as e:
    print("TypeError:", e)


class Parameter:
    pass


first, late = Parameter(), Parameter()
first.__typing_subst__ = lambda value: value
alias = types.GenericAlias(dict, (first, late))
print(alias.__parameters__ == (first,))
late.__typing_subst__ = lambda value: value
try:
    alias[0]
except TypeError as e:
    print("not found in __parameters__" in str(e))


class Box(Generic[T]):
    def __init__(self):
        self.content = [1]


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    print(protocol, pickle.loads(pickle.dumps(Box(), protocol)).content)
HEAPTYPE = 1 << 9
print([bool(t.__flags__ & HEAPTYPE) for t in (Generic, TypeVar, random.Random, types.GenericAlias, int, type(copyreg))])
