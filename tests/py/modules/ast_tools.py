import ast, dis, io, keyword, symtable, token, tokenize, codeop
src = "@deco\nclass C[T](B, k=1):\n    x: int = 5\n    async def f(self, a, /, *b, c=1, **d) -> None:\n        async with a as b: return [i async for i in x if i]\nmatch v:\n    case {'a': [1, *_], **r} | C(x=2) if y: pass\ntry: pass\nexcept* E as e: pass\nprint(f'{x!r:>{w}} {y=}', *a, (lambda: (yield)), **k)\ndel a[1:2, ...]\ntype A[T: int = str] = list[T]\nfor i in range(3): break\nelse: continue\n"
print(ast.dump(ast.parse(src), indent=1)); print(ast.unparse(ast.parse(src))); print(ast.dump(ast.parse("a + 1", mode="eval"), include_attributes=True), ast.literal_eval("{'a': [1, -2.5, (None, True), {3}, b'x', 1+2j]}"))
for bad in ("1 +", "f()", "a", "[1, x]", "'a' + 'b'"):
    try: print(ast.literal_eval(bad))
    except (ValueError, SyntaxError) as e: print(type(e).__name__, str(e).split(" at 0x")[0])
class V(ast.NodeVisitor):
    def visit_Name(self, n): print(n.id, n.lineno, n.col_offset, n.end_col_offset, type(n.ctx).__name__)
V().visit(ast.parse("x = y\nz(é, w)"))
class Tr(ast.NodeTransformer):
    def visit_Constant(self, n): return ast.copy_location(ast.Constant(n.value * 2), n)
t = ast.fix_missing_locations(Tr().visit(ast.parse("print(21)"))); exec(compile(t, "<ast>", "exec"))
print([type(n).__name__ for n in ast.walk(ast.parse("if a: b"))], ast.get_source_segment("x = [1,\n 2]", ast.parse("x = [1,\n 2]").body[0].value), ast.get_docstring(ast.parse("'doc'")), ast.Name("q")._fields, ast.Constant(5).value, ast.compare(ast.parse("a"), ast.parse("a")))
for node in (ast.Expression(ast.Name("x")), ast.Module([ast.Expr(5)], []), ast.Module([ast.Pass()], [])):
    try: compile(node, "f", "eval" if isinstance(node, ast.Expression) else "exec"); print("ok")
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
for t in tokenize.generate_tokens(io.StringIO("if x:\n\ty = f'a{b!r:>3}' # c\n  \nz = 1e5 \\\n + 0xF; 'é'\n").readline): print(token.tok_name[t.exact_type], repr(t.string), t.start, t.end)
for bad in ("(1", "'abc", "  x\n y", "$", "0777", "1_", "f'{x"):
    try: print(len(list(tokenize.generate_tokens(io.StringIO(bad).readline))))
    except (tokenize.TokenError, SyntaxError) as e: print(type(e).__name__, e)
st = symtable.symtable("def f(a):\n    global g\n    b = a\n    def h(): return b + c\n    class K: x = 1\n", "s", "exec"); f = next(c for c in st.get_children() if c.get_name() == "f"); print(st.get_type(), f.get_name(), f.get_parameters(), f.get_locals(), f.get_globals(), [(s.get_name(), s.is_local(), s.is_free()) for s in f.get_children()[-2].get_symbols()], f.lookup("b").is_referenced(), f.has_children())
print(keyword.iskeyword("match"), keyword.issoftkeyword("match"), len(keyword.kwlist), codeop.compile_command("x = 1") is not None, codeop.compile_command("if x:"))
try: codeop.compile_command("x = = 1")
except SyntaxError as e: print(e.msg)
