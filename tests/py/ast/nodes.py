"""AST classes: construction, pickling, replacing, repr; trees to code and back; what is wrong with them."""
import ast
import copy
import warnings

warnings.simplefilter("ignore")


def show(source, **names):
    try:
        print(source, "->", repr(eval(source, {**globals(), **names})))
    except BaseException as e:
        print(source, "!!", type(e).__name__, e)


for name in ("AST", "mod", "stmt", "Module", "FunctionDef", "arg", "operator", "Add", "Name", "type_ignore"):
    cls = getattr(ast, name)
    print(name, cls.__bases__, cls._fields, cls._attributes, cls.__match_args__, getattr(cls, "_field_types", None), cls.__doc__)

n = ast.parse("x").body[0].value
at = dict(lineno=1, col_offset=1)
for source in (
    "n.__reduce__()", 'ast.Name(1, 2, 3)', 'ast.Name("x", id=1)', "ast.Pass(1)", "n.__replace__(1)", 'n.__replace__(y=1)', "copy.replace(n, id='z').id",
    "ast.FunctionDef().__replace__()", "ast.AST(1)", "ast.Name('x').ctx", "ast.Call(n).args", "ast.Module([ast.Pass()] * 5)", "ast.Module((1, 2))", "ast.FunctionDef()",
    'compile(1, "", "exec")', 'compile(ast.Module(), "", "eval")', 'compile(ast.AST(), "", "eval")', 'compile(ast.Expression(None), "", "eval")',
    'compile(ast.Expression(ast.Name(1, **at)), "", "eval")', 'compile(ast.Expression(ast.Constant([], **at)), "", "eval")',
    'compile(ast.Expression(ast.Name("a", ctx=None, **at)), "", "eval")', 'compile(ast.Expression(ast.List([None], **at)), "", "eval")',
    'compile(ast.Expression(ast.List(3, **at)), "", "eval")', 'compile(ast.Expression(ast.Name("a")), "", "eval")',
    'compile(ast.Expression(ast.Name("a", lineno=2**40, col_offset=1)), "", "eval")', 'compile(ast.Expression(3), "", "eval")', 'compile(ast.Module([None]), "", "exec")',
    'eval(compile(ast.Expression(ast.Constant((1, "é", b"x", 2j, None, ..., frozenset({2**70})), **at)), "", "eval"))',
    'compile(ast.Module([ast.Assign([ast.Name("a", **at)], ast.Constant(1, **at), **at)]), "", "exec")',
):
    show(source)

tree = ast.parse("def f(a, /, b: int = 1, *c, d=2, **e) -> str:\n  'doc'\n  return [x async for x in b if x] or f'{a!r:>{b}}' and t'{c}'\nclass C[T: int, *U, **V](B, k=1): x: T = 1\n"
                 "match x:\n  case {'a': [1, *_], **r} | C(y=-1.5 + 2j) if z: pass\ntry: pass\nexcept* E as e: raise E from e\nwith a as b, c: del d[1:2, ...]\n")
print(ast.dump(tree, include_attributes=True))
print(ast.unparse(tree))
exec(compile(ast.parse("result = [i ** 2 for i in range(4)]"), "<tree>", "exec"))
print(result)
for optimize in (-1, 1, 2):
    print(ast.dump(ast.parse("'doc'\n__debug__\n'%s-%r' % (a, b)\nmatch x:\n  case -1 | 1 - 2j: pass", optimize=optimize)))
loop = ast.UnaryOp(ast.Not(), None, **at)
loop.operand = loop
try:
    compile(ast.Expression(loop), "", "eval")
except RecursionError:
    print("RecursionError")
