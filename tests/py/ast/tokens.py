"""_tokenize line by line: tokens, lines asked for, errors; and the scopes of _symtable."""
import _symtable
import _tokenize
import symtable


def tokens(lines, extra=True):
    asked = []

    def readline():
        asked.append(1)
        return lines[len(asked) - 1] if len(asked) <= len(lines) else ""

    try:
        for t in _tokenize.TokenizerIter(readline, extra_tokens=extra):
            print(len(asked), t)
    except SyntaxError as e:
        print(type(e).__name__, e.args, e.filename, e.lineno, e.offset, e.end_lineno, e.end_offset, repr(e.text))
    except Exception as e:
        print(type(e).__name__, e)


for source in ("a = (\nb\n", "if 1:\n  b\n c\n", "a = 'x\n", 'a = """x\nb\n', "a \\ c\n", "a \0 c\n", "a \\\n", "f'{a!r:>{b}}' # é\n\nx", "é = '''\n\n\n''' \r\n"):
    tokens(source.splitlines(keepends=True))
tokens(["a $ c\n", "b \r\n", "c"], extra=False)
tokens([1])
try:
    _tokenize.TokenizerIter(lambda: "x", extra_tokens=True, encoding="utf-8").__next__()
except TypeError as e:
    print(e)


def scopes(t, depth=0):
    print(" " * depth, t.get_name(), t.get_type(), [(s.get_name(), s._Symbol__flags, s._Symbol__scope) for s in t.get_symbols()])
    for c in t.get_children():
        scopes(c, depth + 1)


for source in ("[[k for _ in ()] for k in xs]", "def f(a):\n global q\n return [x for x in a if (lambda: b)]\nclass C[T]: y: T",
               "def f():\n [k for k in xs if (lambda: k)]\n {k: v for k, v in z}\n (a for a in b)", "type A[T: int] = list[T]"):
    scopes(symtable.symtable(source, "f", "exec"))
for args in (("a", "b", "c"), ("a", 1, "exec"), (1, "f", "exec"), ("x=", "f", "exec"), ("def f():\n  global x\n  nonlocal x", "f", "exec"), ("a\0", "f", "exec")):
    try:
        print(_symtable.symtable(*args))
    except Exception as e:
        print(type(e).__name__, e, getattr(e, "text", None))
