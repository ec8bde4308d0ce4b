from dataclasses import dataclass, field, asdict, astuple, replace, fields, FrozenInstanceError, make_dataclass, KW_ONLY, InitVar
from enum import Enum, IntEnum, Flag, auto, StrEnum, unique, IntFlag
from typing import NamedTuple, Generic, TypeVar, ClassVar, Protocol, runtime_checkable, get_type_hints, Optional, Union, Literal, TypedDict
@dataclass(order=True, slots=True)
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False, repr=False)
p = P(1); print(p, p == P(1), p < P(2), asdict(p), astuple(p), replace(p, y=5), [f.name for f in fields(p)], P.__match_args__, P.__slots__, P.__hash__)
@dataclass(frozen=True)
class F:
    a: int; _: KW_ONLY; b: str = "b"
f = F(1, b="z"); print(f, hash(f) == hash(F(1, b="z")), {f: 1}[F(1, b="z")])
try: f.a = 2
except FrozenInstanceError as e: print(e)
for bad in ("P()", "P(1, 2, 3, 4)", "F(1, 'b')"):
    try: eval(bad)
    except TypeError as e: print(e)
@dataclass
class Base:
    i: int
    c: ClassVar[int] = 7
    iv: InitVar[int] = 0
    def __post_init__(self, iv): self.i += iv
@dataclass
class Derived(Base): j: str = "j"
print(Derived(1, 5), Derived.c, make_dataclass("M", ["q", ("r", int, 3)])(1))
try:
    @dataclass
    class Bad: a: int = 1; b: str
except TypeError as e: print(e)
try:
    @dataclass
    class Bad2: a: list = []
except ValueError as e: print(e)
class Color(Enum):
    RED = 1; GREEN = 2; CRIMSON = 1
    def describe(self): return f"{self.name}={self.value}"
print(Color.RED, repr(Color.RED), Color(2), Color["GREEN"], Color.CRIMSON is Color.RED, list(Color), Color.RED.describe(), Color.__members__.keys(), Color.RED in Color, len(Color), isinstance(Color.RED, Color), hash(Color.RED) == hash("RED"), f"{Color.RED}", {Color.RED: 1})
for bad in ("Color(9)", "Color['X']", "Color.X", "Color.RED.RED.x", "Color.RED < Color.GREEN", "class S(Color): pass", "Color.RED = 5"):
    try: exec(bad)
    except Exception as e: print(type(e).__name__, e)
class N(IntEnum): A = auto(); B = auto()
class S(StrEnum): FOO = auto(); BAR = "bar!"
class Perm(Flag): R = auto(); W = auto(); X = auto(); RW = R | W
print(N.A + 1, N.B > N.A, repr(N.A), str(N.A), S.FOO, S.BAR == "bar!", Perm.R | Perm.X, Perm.RW, ~Perm.R, Perm.R in Perm.RW, list(Perm.RW), Perm(0), bool(Perm(0)), Perm(7), repr(Perm.R & Perm.W), IntFlag("IF", "A B")(3))
try:
    @unique
    class D(Enum): A = 1; B = 1
except ValueError as e: print(e)
class Planet(Enum):
    EARTH = (5.97e24, 6.37e6)
    def __init__(self, mass, r): self.mass = mass
    @property
    def heavy(self): return self.mass > 1e24
print(Planet.EARTH.heavy, Planet((5.97e24, 6.37e6)), Enum("Fn", "A B").B.value)
class Pt(NamedTuple):
    x: int; y: int = 0
    def norm(self): return self.x + self.y
print(Pt(1), Pt(1, 2).norm(), Pt.__annotations__, Pt(1)._replace(x=3))
T = TypeVar("T")
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
print(Box[int], Box[int](5).v, Box.__parameters__, Optional[int], Union[int, str], Literal["a", 1], get_type_hints(Pt), list[int] | None, Box[T][str])
@runtime_checkable
class HasX(Protocol):
    x: int
print(isinstance(Pt(1), HasX), isinstance(5, HasX)); TD = TypedDict("TD", {"k": int}); print(TD(k=1), TD.__required_keys__)
