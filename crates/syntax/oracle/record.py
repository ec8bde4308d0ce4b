"""Record what the reference says about the snippets of tests/it/data/snippets.txt.

usage: ref-python3.14 record.py   (from crates/syntax; rewrites tests/it/data/expected.txt)
"""
import ast, re, warnings


def rust_debug(text):
    out = ['"']
    for c in text:
        out.append({"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"', "\0": "\\0"}.get(c)
                   or (c if c.isprintable() else f"\\u{{{ord(c):x}}}"))
    return "".join(out) + '"'


def expected(source, mode):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            line = "OK " + ast.dump(compile(source, "<string>", mode, ast.PyCF_ONLY_AST), include_attributes=True)
        except SyntaxError as e:
            kind = {"SyntaxError": "Syntax", "IndentationError": "Indentation", "TabError": "Tab"}[type(e).__name__]
            text = "None" if e.text is None else f"Some({rust_debug(e.text)})"
            line = f"ERR {kind} {rust_debug(e.msg)} {e.lineno} {e.offset} {e.end_lineno} {e.end_offset} {text}"
    seen = dict.fromkeys((w.lineno, str(w.message)) for w in caught if "Did you forget" not in str(w.message))
    return line + "".join(f" W{n} {rust_debug(m)}" for n, m in seen)


text = open("tests/it/data/snippets.txt", encoding="utf-8").read()
with open("tests/it/data/expected.txt", "w", encoding="utf-8") as out:
    for part in re.split(r"^%%% ", text, flags=re.M)[1:]:
        mode, body = part.split("\n", 1)
        out.write(expected(body.removesuffix("\n"), mode) + "\n")
