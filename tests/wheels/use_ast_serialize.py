# wheels: ast-serialize==0.13.1
"""A Rust parser through PyO3's stable ABI: trees as bytes, errors, keyword arguments."""
import zlib
import ast_serialize

source = """
import os
def f(a: int, *, b: str = 'x') -> list[int]:
    return [n ** 2 for n in range(a) if n]
class C[T]:
    x: T
    async def m(self): await self  # type: ignore[misc]
"""
for kw in [{}, {"skip_function_bodies": True}, {"python_version": (3, 11)}, {"platform": "linux", "always_true": ["A"]}]:
    tree, errors, ignores, imports, data = ast_serialize.parse("f.py", source, **kw)
    print(len(tree), zlib.crc32(tree), errors, ignores, len(imports), sorted(data))
print(ast_serialize.parse("f.py", b"x = 1")[0].hex(), ast_serialize.parse("g.py", "x = (\ny")[1])
print(ast_serialize.parse_type_string("list[int] | None", (1, 2, 3, 4)).hex())
for bad in [
    lambda: ast_serialize.parse(),
    lambda: ast_serialize.parse(5),
    lambda: ast_serialize.parse("/no/such/file.py"),
    lambda: ast_serialize.parse("f.py", "x", python_version="3.11"),
    lambda: ast_serialize.parse("f.py", "x", nope=1),
    lambda: ast_serialize.parse("f.py", 5),
    lambda: ast_serialize.parse_type_string("x", (1, 2)),
    lambda: ast_serialize.parse("f.py", "\ud800"),
]:
    try:
        print(len(bad()))
    except BaseException as e:
        print(type(e).__name__, e)
