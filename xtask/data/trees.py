"""Parse and compile files; print one line for each: path, digest of the tree with all places, how compiling went.

usage: trees.py DIR…   Runs under Taipan and under the reference: `cargo xtask trees` compares what they print.
"""
import ast
import hashlib
import os
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20_000)


def files(tops):
    for top in tops:
        for root, dirs, names in os.walk(top):
            dirs[:] = sorted(d for d in dirs if d != "__pycache__")
            for name in sorted(names):
                path = os.path.join(root, name)
                if name.endswith(".py") and os.path.exists(path):
                    yield path


def error(e):
    return f"{type(e).__name__}: {e.msg if isinstance(e, SyntaxError) else e} {getattr(e, 'lineno', '')} {getattr(e, 'offset', '')}"


def tree_of(data):
    try:
        dump = ast.dump(ast.parse(data, type_comments=True), include_attributes=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        try:
            # Comments that only look like type comments.
            dump = ast.dump(ast.parse(data), include_attributes=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
            return error(e)
    return hashlib.sha256(dump.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def compiled(data):
    try:
        compile(data, "<file>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as e:
        return error(e)
    return "compiles"


for path in files(sys.argv[1:]):
    with open(path, "rb") as f:
        data = f.read()
    print(path, tree_of(data), compiled(data), sep="\t", flush=True)
