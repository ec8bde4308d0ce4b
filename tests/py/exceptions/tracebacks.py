# Traceback text: carets, chains, recursion, notes, suggestions.
import traceback
def show(fn, *args):
    try: fn(*args)
    except BaseException: print(traceback.format_exc().replace(__file__, "FILE").rstrip()); print("-" * 20)
def a(x): return b(x) + 1
def b(x):
    return (x.value
            + 1)
show(a, 5)
def index(): return [1, 2][5] + {"k": 1}["zz"]
show(index)
def binop(p, q): return 1 + p * (q / 0) - 2
show(binop, 1, 2)
def call(): return len(int("x" + "y"), key=3)
show(call)
def cause():
    try: 1 / 0
    except ZeroDivisionError as z: raise ValueError("wrapped") from z
show(cause)
def context():
    try: {}["a"]
    except KeyError: undefined_thing
show(context)
def noted():
    e = ValueError("with notes"); e.add_note("first"); e.add_note("second\nline"); raise e
show(noted)
def rec(n): return rec(n - 1) if n else 1 / 0
show(rec, 12)
def multi():
    return sum(
        x.foo
        for x in [1, 2]
    )
show(multi)
class C:
    def method(self): raise RuntimeError("in method")
    attribute = 5
show(lambda: C().method())
show(lambda: C().atribute)
def names():
    spam = 1
    return spma
show(names)
show(lambda: prnt("x"))
show(lambda: [].apend(1))
def long_line(): return dict(a=1, b=2)["c" * 3] if len("a fairly long line of source text") > 3 else "some other text that is long as well" + 1
show(long_line)
def emoji(): return "é€😀" + 1
show(emoji)
def assertion(): assert 1 == 2, "message"
show(assertion)
def empty(): raise KeyError
show(empty)
exec_code = compile("def inner():\n    1/0\ninner()", "<made>", "exec")
show(lambda: exec(exec_code))
def unpack(): a, b = 1, 2, 3
show(unpack)
def imported(): from sys import nope
show(imported)
def gen():
    yield 1
    raise ValueError("gen")
show(lambda: list(gen()))
def syntax(): compile("def f(:\n  pass", "<string>", "exec")
show(syntax)
try: a(5)
except AttributeError as e:
    tb = e.__traceback__; lines = []
    while tb: lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno)); tb = tb.tb_next
    print(lines, traceback.extract_tb(e.__traceback__)[-1].line)
print("".join(traceback.format_exception_only(ValueError("x"))), end="")
