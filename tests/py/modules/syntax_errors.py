# SyntaxError messages with positions.
cases = """x = = 1|if x|def f(:\n pass|f(a b)|(1, 2|[1, 2)|'abc|x = 5 +|for i in: pass|class: pass|return 1|yield 1|break|continue|a = 1 = 2|f() = 1|1 = x|None = 1|x + 1 = 2|del f()|def f(a, a): pass|def f(a=1, b): pass|f(a=1, 2)|f(**k, *a)|f(a=1, a=2)|lambda: (yield) = 1|import a.b as c.d|from x import|from . import *x|global x, y z|nonlocal x|x = {1: 2, 3}|print 'a'|exec 'a'|if x = 1: pass|while x:|else: pass|try: pass|try: pass\nfinally|with open('x') as 5: pass|@\ndef f(): pass|async x|await|0777|1__0|0xg|1.5.5|1abc|5 if x|a if b else|not|x not y|a <> b|a ! b|x?|$|é = “x”|\tx\n        y|if 1:\nx|  x|if 1:\n    a\n  b|def f():\n\tif 1:\n        pass|f'{'|f'{a b}'|f'{}'|"\\N{nope}"|'\\x4'|b'é'|assert (1, 2)|x: int: str|(x, y): int|*a|*a = 1|a, *b, *c = x|[*a for a in b]|{**a for a in b}|(a for b in c, 1)|f(a for b in c, 1)|x = yield = 1|class C(a=1 b): pass|def f(*): pass|def f(*, **k): pass|def f(/, a): pass|def f(a, /, b, /): pass|def f(**k, a): pass|def f(*a, *b): pass|True = 1|def True(): pass|def f(None): pass|x.True|for 1 in x: pass|import 5|raise a b|from __future__ import nope|from __future__ import braces|a = 1\\ 2|x = (\n1\n2)|a b c|elif x: pass|match x:\n case 1, *a, *b: pass|case x: pass|{1:}|{**}|{a: *b}|lambda *: 1|type X = |x := 1|(x := 1, y := 2) = 3|[x := 1 for x in y]|f(x := 1)\n(y.z := 1)|a.1|a..b|..|...x|`a`|x = 'a' b'c'|print(a, b c)|foo(a, b for b in c)|try:\n x\nexcept a, b as c: pass|except: pass|with a as b, c as: pass|def f() -> : pass|def f(x:): pass|if True:\n    pass\n   pass|(\n|{'a': 1|def f(a, (b, c)): pass|a = b if c else|import a from b|return|async def f(): [await x for y in z]\nawait y|del (a, b, c())|del a + b|a + 1 += 2|(a, b) += 1|f() += 1|x = *a|return *a|print(*)|f(**)|f(*, a)|class C:\n return|lambda x, x: 1|nonlocal a\na = 1|def f():\n a = 1\n global a|def f():\n nonlocal zz|def f(a):\n global a|x = 1 if 2 else 3 = 4|u'a' f'{x}' b''|0b12|0o8|1e|1_e5|0_7|00_1|1__2""".split("|")
cases[0:0] = ["", "pass", "if"]
for c in cases:
    c = c.replace("\\n", "\n") if False else c
    try: compile(c, "<s>", "exec"); print(repr(c), "ok")
    except SyntaxError as e: print(repr(c), "->", type(e).__name__, e.msg, (e.lineno, e.offset, e.end_lineno, e.end_offset), repr(e.text))
for bad in ("x\0y", b"\xff", b"# coding: nope\nx", b"# coding: latin-1\nx = '\xe9'", b"\xef\xbb\xbfx = 1", "\ufeffx = 1", b"x = '\xc3\xa9'"):
    try: compile(bad, "<s>", "exec"); print(repr(bad), "ok")
    except (SyntaxError, ValueError) as e: print(repr(bad), type(e).__name__, e)
import warnings
for w in ("x is 1", "assert (1, 'a')", "'\\d'", "1 if x else 2if y else 3", "0xfor x", "(1)(2)", "[1][1, 2]", "f'{1}'()", "return_ = 1or 2", "b'\\q'", "'a' is x", "try: pass\nfinally:\n for i in x:\n  pass\n", "def f():\n try: pass\n finally: return 1"):
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter("always")
        try: compile(w, "<s>", "exec")
        except SyntaxError as e: print("error", e)
        print(repr(w), [(x.category.__name__, str(x.message), x.lineno) for x in log])
