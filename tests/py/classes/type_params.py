# PEP 695 and 696: type parameters, aliases, lazy evaluation; PEP 649 annotations.
def f[T](x: T) -> list[T]: return [x]
print(f.__type_params__, f(1), f.__annotations__)
class C[T, *Ts, **P]:
    x: T
    def m[U: int](self, u: U) -> T: ...
print(C.__type_params__, C.__parameters__, [type(p).__name__ for p in C.__type_params__], C.m.__type_params__[0].__bound__)
print(C[int, str, [int]], C.__orig_bases__)
type A[T] = dict[str, T]
type Rec = list[Rec] | int
print(A, A.__value__, A[int], A.__type_params__, Rec.__value__, A.__name__)
class D[T = int, U: (int, str) = str]: pass
print(D.__type_params__[0].__default__, D.__type_params__[1].__constraints__, D.__type_params__[0].has_default())
def lazy(x: undefined_name = 1): pass
try: lazy.__annotations__
except NameError as e: print(e)
undefined_name = float
print(lazy.__annotations__, lazy.__annotate__(1))
class Ann:
    a: int = 1
    b: "str"
    c: Later
class Later: pass
print(Ann.__annotations__, Ann.a)
module_var: int
print(__annotations__ if False else "module")
T = "global"
def shadow[T](): return T
print(shadow())
class Inner[T]:
    y = T.__name__
    def g(self): return T
print(Inner.y, Inner().g())
print(int | str, int | None, (int | str) == (str | int), isinstance(1, int | str), type(int | str).__name__)
try: type B = 1 / 0; B.__value__
except ZeroDivisionError as e: print(e)
for bad in ("def f[T, T](): pass", "type X[T=int, U] = T", "def f[*T: int](): pass", "class C[T: (yield)]: pass", "type X = (yield)"):
    try: compile(bad, "x", "exec"); print("ok")
    except SyntaxError as e: print(e.msg)
print(f.__type_params__[0].__module__, f.__type_params__[0].__name__, f.__type_params__[0].__covariant__, f.__type_params__[0].__infer_variance__)
