"""Code objects that nobody has called yet: what they say, comparison, copies, marshal."""
import marshal, types


def outer(a, b=1, /, d=2, *args, c, **kw):
    "doc of outer"
    x = 5
    def inner(y, *, z=3):
        "doc of inner"
        return x + y + a + z
    return inner


def nested(code):
    return [c for c in code.co_consts if isinstance(c, types.CodeType)]


def show(c):
    print(c.co_name, c.co_qualname, c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_nlocals)
    print(c.co_varnames, c.co_cellvars, c.co_freevars, c.co_names, hex(c.co_flags), c.co_firstlineno)
    print(len(list(c.co_lines())) > 0, len(list(c.co_positions())) > 0, len(c.co_code) > 0, c.co_stacksize > 0)


show(outer.__code__)
inner = nested(outer.__code__)[0]
show(inner)
print(inner.co_consts[0], outer.__doc__, outer(1, c=0).__doc__)

# Docstrings belong to the function.
def f(): "first"
def g(): "second"; return 7
def h(): pass
f.__code__ = g.__code__
print(f.__doc__, f(), h.__doc__)
f.__doc__ = "own"; print(f.__doc__)
del f.__doc__; print(f.__doc__)
print(types.FunctionType(g.__code__, {}).__doc__, types.FunctionType(g.__code__, {}, "n").__name__)

# Equality is by content and by types of constants.
def code(text): return compile(text, "<t>", "exec")
for a, b in [("x = 1", "x = 1"), ("x = 1", "x = 1.0"), ("x = 1", "x = True"), ("x = 0.0", "x = -0.0"), ("x = (1, 2)", "x = (1, 2.0)"), ("x = 'a'", "x = b'a'"),
             ("def f(): return 1", "def f(): return 1"), ("def f(): return 1", "def f(): return 2"), ("def f(a): pass", "def f(b): pass"), ("x", "y")]:
    a, b = code(a), code(b)
    print(a == b, a != b, hash(a) == hash(b) if a == b else "-")

# Copies.
r = g.__code__.replace(co_name="other", co_firstlineno=99)
print(r.co_name, r.co_firstlineno, r == g.__code__, types.FunctionType(r, {})(), types.FunctionType(r, {}).__name__)
print(g.__code__.replace() == g.__code__, g.__code__.replace(co_filename="elsewhere").co_filename)
c = code("def f(x):\n  'd'\n  return [x, (1, 2.5, 'name', 'two words', b'b', None, ..., 1j, 10**30), {1, 2} == frozenset({2, 1})]\nprint(f(0), f.__doc__)")
again = marshal.loads(marshal.dumps(c))
print(again == c, nested(again)[0].co_varnames)
exec(again); exec(c); exec(marshal.loads(marshal.dumps(c)))
print(marshal.loads(marshal.dumps(inner)) == inner)

# First calls of every kind.
def gen(n):
    "g"
    for i in range(n): yield i
async def co(n): return n
async def agen(n): yield n
def kw(*, k=1, **more): return k, more
def star(*a): return a
class C:
    "class doc"
    def m(self, v=2): "method doc"; return v
    @classmethod
    def k(cls): return cls.__name__
    @property
    def p(self): "property doc"; return 1
print(gen.__doc__, list(gen(3)), kw(k=2, z=1), star(1, 2), C().m(), C.k(), C().p, C.__doc__, C.m.__doc__, C.p.__doc__)
coro = co(4)
try: coro.send(None)
except StopIteration as e: print(e.value)
print(type(agen(1)).__name__)
print((lambda q, *, w: q + w)(1, w=2), [i for i in (lambda n: (yield n))(5)])
print(gen.__code__.co_flags & 0x20 != 0, co.__code__.co_flags & 0x80 != 0)
