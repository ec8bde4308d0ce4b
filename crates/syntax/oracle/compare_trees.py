"""Compare the parser with the reference over whole files.

usage: ref-python3.14 compare_trees.py DUMP_BINARY [--shard I/N] DIR...

Needs the reference interpreter; a development tool, not part of `cargo test`.
"""
import ast, os, subprocess, sys, warnings

warnings.simplefilter("ignore")


def expected(path):
    data = open(path, "rb").read()
    try:
        return ast.dump(ast.parse(data, type_comments=bool(os.environ.get("TYPE_COMMENTS"))), include_attributes=True)
    except SyntaxError as e:
        return f"ERR {type(e).__name__} {e.msg!r} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset}"
    except RecursionError:
        return "RECURSION"


def first_difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return a[max(0, at - 150) : at + 100], b[max(0, at - 150) : at + 100]


def main():
    binary, *dirs = sys.argv[1:]
    shard, shards = 0, 1
    if dirs[0] == "--shard":
        shard, shards = map(int, dirs[1].split("/"))
        dirs = dirs[2:]
    files = sorted(
        os.path.join(root, name)
        for top in dirs
        for root, _, names in os.walk(top)
        for name in names
        if name.endswith(".py") and os.path.exists(os.path.join(root, name))
    )[shard::shards]
    same = different = 0
    for at in range(0, len(files), 50):
        batch = files[at : at + 50]
        out = subprocess.run([binary, *batch], capture_output=True).stdout.decode("utf-8", "surrogatepass")
        lines = out.split("\n")
        for path, line in zip(batch, lines):
            got = line.removeprefix(path + ": ").split(" W")[0] if " W" in line else line.removeprefix(path + ": ")
            want = expected(path)
            if line.removeprefix(path + ": ").startswith(want) or got == want:
                same += 1
            else:
                different += 1
                a, b = first_difference(want, line.removeprefix(path + ": "))
                print(f"DIFFERENT {path}\n  ref {a}\n  our {b}")
    print(f"{same} same, {different} different")


main()
