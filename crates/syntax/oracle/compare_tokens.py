"""Compare `_tokenize` tokens with the reference over whole files.

usage: ref-python3.14 compare_tokens.py DUMP_BINARY FILE.py...
"""
import re, subprocess, sys, io
from _tokenize import TokenizerIter


def unescape(text):
    def sub(m):
        c = m.group(1)
        if c[0] == "u":
            return chr(int(c[2:-1], 16))
        return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(c, c)

    return re.sub(r"\\(u\{[0-9a-f]+\}|.)", sub, text)


STR = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(rf"(\d+) {STR} \((-?\d+), (-?\d+)\) \((-?\d+), (-?\d+)\) {STR}$")


def expected(path):
    text = io.open(path, encoding="utf-8", newline="").read()
    try:
        for t in TokenizerIter(io.StringIO(text, newline="").readline, extra_tokens=True):
            yield t
    except SyntaxError as e:
        yield (type(e).__name__, e.msg, e.lineno, e.offset, e.text)


def main():
    binary, *files = sys.argv[1:]
    good = []
    for path in files:
        try:
            io.open(path, encoding="utf-8").read()
            good.append(path)
        except (UnicodeDecodeError, FileNotFoundError):
            pass
    out = subprocess.run([binary, "--tokens", *good], capture_output=True).stdout.decode()
    parts = out.split("FILE ")[1:] if False else re.split(r"^FILE (.*)\n", out, flags=re.M)[1:]
    same = different = 0
    for path, body in zip(parts[::2], parts[1::2]):
        ours = []
        for line in body.split("\n")[:-1]:
            m = LINE.match(line)
            if m:
                k, s, a, b, c, d, l = m.groups()
                ours.append((int(k), unescape(s), (int(a), int(b)), (int(c), int(d)), unescape(l)))
            else:
                ours.append(line)
        ref = list(expected(path))
        bad = [(a, b) for a, b in zip(ref, ours) if a != b]
        if bad and isinstance(bad[0][0][0], str) and isinstance(bad[0][1], str) and bad[0][0][1] in bad[0][1]:
            bad = []
        if bad or len(ref) != len(ours):
            different += 1
            print(f"DIFFERENT {path} {len(ref)} {len(ours)}")
            for a, b in bad[:2]:
                print(f"  ref {a}\n  our {b}"[:600])
        else:
            same += 1
    print(f"{same} same, {different} different")


main()
