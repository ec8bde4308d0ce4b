# Structural pattern matching: every kind of pattern.
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class Color: RED = 1; BLUE = "b"
def kind(v):
    match v:
        case None | True | False: return f"singleton {v}"
        case 0 | 1.5 | -3 | 2 + 3j | "str" | b"b": return f"literal {v}"
        case Color.RED: return "never: 1 is True-ish literal"
        case Color.BLUE: return "value pattern"
        case int(n) if n > 100: return f"big {n}"
        case int() | float() as num: return f"number {num}"
        case Point(0, 0): return "origin"
        case Point(x=0, y=yy): return f"on y axis {yy}"
        case Point(x, y) if x == y: return f"diagonal {x}"
        case Point(): return "point"
        case []: return "empty sequence"
        case [x]: return f"one {x}"
        case [1, [2, *inner], _]: return f"nested {inner}"
        case [first, *_, last] if first == last: return f"same ends {first}"
        case (str(a), str(b)): return f"two strings {a} {b}"
        case [_, _, *rest]: return f"rest {rest}"
        case {"type": "circle", "r": r}: return f"circle {r}"
        case {"a": {"b": [x, *_]}}: return f"deep {x}"
        case {"k": v, **rest}: return f"k {v} {rest}"
        case {}: return "mapping"
        case str() as s: return f"string {s}"
        case _: return f"other {type(v).__name__}"
for v in (None, True, 0, 1, 1.5, -3, 2 + 3j, "str", b"b", "b", 200, 7, 2.5, Point(0, 0), Point(0, 3), Point(4, 4), Point(1, 2), [], [5], (1, [2, 3, 4], 9),
          [1, 2, 1], ("p", "q"), [1, 2, 3, 4], {"type": "circle", "r": 3}, {"a": {"b": [1, 2]}}, {"k": 1, "z": 2}, {}, {"q": 1}, "text", {1, 2}, range(3), bytearray(b"x"), object):
    print(kind(v))
def cmd(s):
    match s.split():
        case ["go", ("north" | "south") as d]: return f"go {d}"
        case ["get", obj]: return obj
        case ["drop", *objs]: return objs
        case [action] | [action, _]: return action
print(cmd("go north"), cmd("get lamp"), cmd("drop a b"), cmd("look"), cmd("look up"), cmd("a b c d"))
match = 5; case = 6; type = 7; _ = 8
print(match, case, type, _)
match match:
    case 5: print("soft keyword", match)
match (1, 2), 3:
    case (a, b), c: print(a, b, c)
match 1,:
    case x,: print(x)
class NoArgs: pass
class BadArgs: __match_args__ = "x"
for src in ("match NoArgs():\n case NoArgs(1): pass", "match BadArgs():\n case BadArgs(1): pass", "match Point(1, 2):\n case Point(1, 2, 3): pass", "match Point(1, 2):\n case Point(1, x=2): pass", "match 1:\n case Color(): pass", "match 1:\n case kind(): pass",
            "match 1:\n case x: pass\n case y: pass", "match 1:\n case x | y: pass", "match 1:\n case [x, x]: pass", "match 1:\n case {'a': 1, 'a': 2}: pass", "match 1:\n case [*a, *b]: pass", "match 1:\n case {**r, 'a': 1}: pass", "match 1:\n case Point(x=1, x=2): pass", "match 1:\n case a.b.c(): pass\n case -x: pass"):
    try: exec(src); print("no match")
    except (TypeError, SyntaxError, NameError) as e: print(__builtins__.type(e).__name__, e.msg if isinstance(e, SyntaxError) else e)
class Seq(list): pass
match Seq([1, 2]):
    case [a, b]: print("list subclass", a, b)
class Get:
    def __init__(self): self.asked = []
    def __getattr__(self, n): self.asked.append(n); raise AttributeError(n)
g = Get()
match g:
    case Get(p=1): print("no")
    case Get(q=_): print("no")
print(g.asked)
match {"a": 1}:
    case {"a": int(z), "b": 2}: print("no")
    case {"a": z}: print("z", z)
match "abc":
    case str(whole): print(whole)
def fall():
    match 3:
        case 4: return 1
    return "fell through"
print(fall())
