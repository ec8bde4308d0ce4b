"""Compare which source is incomplete (for codeop and the prompt) with the reference.

usage: ref-python3.14 compare_incomplete.py DUMP_BINARY FILE.py...: takes prefixes of the files' statements.
"""
import ast, random, subprocess, sys, tempfile, textwrap, warnings

warnings.simplefilter("ignore")
FLAGS = 0x4000 | 0x200 | ast.PyCF_ONLY_AST
rng = random.Random(5)
cases = []
for path in sys.argv[2:]:
    source = open(path, encoding="utf-8").read()
    lines = source.splitlines(keepends=True)
    nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.stmt) and n.end_lineno - n.lineno < 12]
    for node in rng.sample(nodes, min(len(nodes), 300)):
        text = textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))
        cut = rng.randrange(1, len(text) + 1)
        cases += [text[:cut], text, text[: text.rfind("\n", 0, cut) + 1] or text]
for mode in ("single", "exec"):
    want = []
    with tempfile.NamedTemporaryFile(delete=False) as f:
        for s in cases:
            data = s.encode()
            f.write(f"{mode} {len(data)}\n".encode() + data)
            try:
                compile(s, "<s>", mode, FLAGS)
                want.append("OK")
            except SyntaxError as e:
                want.append(f"ERR {type(e).__name__} {e.lineno} {e.offset}")
    out = subprocess.run([sys.argv[1], "--incomplete", f.name], capture_output=True, text=True).stdout.split("\n")
    bad = [(s, w, o) for s, w, o in zip(cases, want, out) if w != o]
    print(f"{mode}: {len(cases)} cases, {len(bad)} different")
    for b in bad[:10]:
        print("  ", b)
