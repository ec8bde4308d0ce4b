"""Compare trees, errors and warnings of many snippets with the reference.

usage: ref-python3.14 compare_snippets.py DUMP_BINARY [--mutate N] [--max-shown N] [FILE.py...]

Snippets are all string constants of the files (CPython's tests are full of broken source), their doctest lines, and
with --mutate N random edits of pieces of the files themselves. The environment variables
TYPE_COMMENTS=1 and FEATURE_VERSION=9 set options on both sides. A development tool; needs the reference interpreter.
"""
import ast, doctest, os, random, re, subprocess, sys, tempfile, textwrap, warnings

FLAGS = ast.PyCF_ONLY_AST | (ast.PyCF_TYPE_COMMENTS if os.environ.get("TYPE_COMMENTS") else 0)
FEATURE = int(os.environ.get("FEATURE_VERSION", -1))


def expected(source, mode):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = compile(source, "<string>", mode, FLAGS, _feature_version=FEATURE)
            line = "OK " + ast.dump(tree, include_attributes=True)
        except SyntaxError as e:
            kind = {"SyntaxError": "Syntax", "IndentationError": "Indentation", "TabError": "Tab"}.get(
                type(e).__name__, type(e).__name__
            )
            line = ("ERR", kind, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text)
        except (MemoryError, RecursionError) as e:
            line = ("ERR", type(e).__name__[:-5], str(e), 0, 0, 0, 0, None)
        except UnicodeDecodeError as e:
            line = ("ERR", "UnicodeDecode", str(e), 0, 0, 0, 0, None)
        except (ValueError, OverflowError) as e:
            return None
    seen, out = set(), []
    for w in caught:
        if w.category in (SyntaxWarning, DeprecationWarning) and "Did you forget" not in str(w.message):
            key = (w.lineno, str(w.message))
            if key not in seen:
                seen.add(key)
                out.append(key)
    return line, out


def rust_string(text):
    if text is None:
        return "None"
    return text


def unescape(text):
    """A Rust Debug string literal to text."""
    def sub(m):
        c = m.group(1)
        if c[0] == "u":
            return chr(int(c[2:-1], 16))
        return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(c, c)

    return re.sub(r"\\(u\{[0-9a-f]+\}|.)", sub, text)


STR = r'"((?:[^"\\]|\\.)*)"'
ERR = re.compile(rf'ERR (\w+) {STR} (-?\d+) (-?\d+) (-?\d+) (-?\d+) (?:None|Some\({STR}\))')
WARN = re.compile(rf" W(\d+) {STR}")


def parse_ours(line):
    if line.startswith("OK "):
        at = re.search(rf"((?: W\d+ {STR})*)$", line)
        return line[: at.start()], [(int(n), unescape(t)) for n, t in WARN.findall(at.group(0))]
    m = ERR.match(line)
    kind, msg, a, b, c, d, text = m.groups()
    warns = [(int(n), unescape(t)) for n, t in WARN.findall(line[m.end() :])]
    text = None if text is None else unescape(text)
    return ("ERR", kind, unescape(msg), int(a), int(b), int(c), int(d), text), warns


def same(ours, ref):
    if ours == ref:
        return True
    a, b = ours[0], ref[0]
    if isinstance(a, tuple) and isinstance(b, tuple):
        if a[1] in ("Memory", "Recursion"):
            return a[1] == b[1]
        # No location at all.
        if b[3] is None and a[:3] == b[:3]:
            return True
    return False


def collect(paths, mutate, seed):
    snippets = []
    rng = random.Random(seed)
    for path in paths:
        try:
            source = open(path, encoding="utf-8").read()
            tree = ast.parse(source)
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
                for text in (node.value, textwrap.dedent(node.value)):
                    snippets.append(text)
                if ">>>" in node.value:
                    try:
                        for example in doctest.DocTestParser().get_examples(node.value):
                            snippets.append(example.source)
                    except ValueError:
                        pass
            if isinstance(node, ast.JoinedStr):
                snippets.append(ast.unparse(node))
        if mutate:
            snippets += mutations(source, tree, mutate, rng)
    seen = set()
    return [s for s in snippets if len(s) < 4000 and not (s in seen or seen.add(s))]


TOKENS = (
    "( ) [ ] { } : , ; . = == := -> + - * ** / // % @ & | ^ ~ < > <= >= != ... ! \\ # ' \" ''' \"\"\" f' f\" t' 0x 1_ 1e "
    "if else elif for in while def class return lambda not and or is import from as try except finally with async await "
    "yield None True match case type _ print exec pass break del raise global x y 1 0777 \n \n\t \n    \t €"
).split(" ")


def mutations(source, tree, count, rng):
    lines = source.splitlines(keepends=True)
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.end_lineno - n.lineno < 30]
    out = []
    for _ in range(count):
        if not nodes:
            break
        node = rng.choice(nodes)
        text = textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            kind = rng.randrange(5)
            pieces = re.findall(r"\w+|\s+|[^\w\s]", text)
            if not pieces:
                break
            at = rng.randrange(len(pieces))
            if kind == 0:
                del pieces[at]
            elif kind == 1:
                pieces.insert(at, rng.choice(TOKENS))
            elif kind == 2:
                pieces[at] = rng.choice(TOKENS)
            elif kind == 3:
                pieces.insert(at, " " + rng.choice(TOKENS) + " ")
            else:
                other = rng.randrange(len(pieces))
                pieces[at], pieces[other] = pieces[other], pieces[at]
            text = "".join(pieces)
        out.append(text)
    return out


def main():
    args = sys.argv[1:]
    binary = args.pop(0)
    mutate, shown, seed, modes = 0, 40, 1, ["exec"]
    while args and args[0].startswith("--"):
        option = args.pop(0)
        if option == "--mutate":
            mutate = int(args.pop(0))
        elif option == "--seed":
            seed = int(args.pop(0))
        elif option == "--modes":
            modes = args.pop(0).split(",")
        else:
            shown = int(args.pop(0))
    snippets = collect(args, mutate, seed)
    cases = []
    for mode in modes:
        for s in snippets:
            if "\0" in s:
                continue
            try:
                data = s.encode("utf-8")
            except UnicodeEncodeError:
                continue
            ref = expected(s, mode)
            if ref is not None:
                cases.append((mode, s, data, ref))
    with tempfile.NamedTemporaryFile(delete=False) as f:
        for mode, s, data, ref in cases:
            f.write(f"{mode} {len(data)}\n".encode() + data)
    run = subprocess.run([binary, "--snippets", f.name], capture_output=True)
    if run.returncode:
        print(run.stderr.decode()[-2000:])
    lines = run.stdout.decode("utf-8", "surrogatepass").split("\n")
    errors = bad = 0
    for (mode, s, data, ref), line in zip(cases, lines):
        if not line:
            break
        ours = parse_ours(line)
        ours = ours[0], list(dict.fromkeys(ours[1]))
        errors += isinstance(ref[0], tuple)
        if not same(ours, ref):
            bad += 1
            if bad <= shown:
                print(f"--- {mode} {s!r}\n  ref {ref}\n  our {ours}"[:1500])
    print(f"{len(cases)} snippets ({errors} errors), {bad} different")


main()
