"""Damaged marshal data and .pyc files: an exception or some object, never a crash or a hang.

The reference is not safe against such data (SystemError, crashes): it is spared the worst.
"""
import importlib.util
import marshal
import sys
import types


class Random:
    """A small generator, the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.state >> 33) % limit


FINE = (EOFError, ValueError, TypeError, MemoryError, RecursionError, OverflowError, SyntaxError, ImportError)


def damage(random, data):
    data = bytearray(data)
    for _ in range(1 + random.below(4)):
        at = random.below(len(data) + 1)
        match random.below(6):
            case 0:
                del data[at:]
            case 1:
                data[at:at] = bytes([random.below(256)])
            case 2:
                data[at:at + 1 + random.below(6)] = b""
            case 3:
                data[at:at + 4] = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 1 << 24)[random.below(4)].to_bytes(4, "little")
            case _ if at < len(data):
                data[at] ^= 1 << random.below(8)
        if not data:
            break
    return bytes(data)


def program(a, b=(1, 2.5), *args, c="text", **kw):
    """With a bit of everything."""
    for x in range(a):
        try:
            yield [y for y in b if y and x], {c: kw}
        except ValueError as e:
            return lambda: (a, e)


VALUES = [
    None, True, ..., 7, -(1 << 70), 1.5, 2j, "text", "täxt", "\ud800", b"bytes", (1, (2, ("a", b"b"))), [1, [2]], {"a": 1, 2: "b"},
    {1, 2, "c"}, frozenset((1, "x")), StopIteration, (1 << 200, [1.25] * 40, {"k" * 300: (None,) * 300}), slice(1, "b", 3.5),
]


def loads(count):
    random = Random(20260)
    seeds = [marshal.dumps(v) for v in VALUES] + [marshal.dumps(program.__code__)] * 6
    read = refused = 0
    for number in range(count):
        data = damage(random, seeds[number % len(seeds)])
        try:
            marshal.loads(data)
        except FINE:
            refused += 1
        else:
            read += 1
    return read + refused


def pycs(count):
    """As importlib reads them: the header, then the code."""
    random = Random(31)
    code = compile("import sys\ndef f(x, *y):\n    return [z for z in y if x]\nclass A:\n    a: int = 1\n", "<pyc>", "exec")
    whole = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
    loader = importlib._bootstrap_external
    for _ in range(count):
        data = damage(random, whole)
        try:
            loader._classify_pyc(data, "m", {"name": "m", "path": "m.pyc"})
            made = loader._compile_bytecode(memoryview(data)[16:], "m", "m.pyc", "m.py")
            assert isinstance(made, types.CodeType)
            list(made.co_lines()), list(made.co_positions()), made.co_varnames
        except FINE:
            pass
    return count


def truncated():
    data = marshal.dumps((VALUES[11:], program.__code__))
    for cut in range(len(data)):
        try:
            marshal.loads(data[:cut])
        except FINE:
            continue
        raise AssertionError(f"{cut} bytes were enough")
    return "every truncation is refused"


def deep():
    for piece in (b"[\x01\0\0\0", b"(\x01\0\0\0", b")\x01", b"<\x01\0\0\0", b">\x01\0\0\0", b"{N", b":NN", b"\xdb\x01\0\0\0"):
        try:
            marshal.loads(piece * 100_000)
        except FINE:
            continue
        raise AssertionError(piece)
    return "deep data is refused"


SAFE = sys.implementation.cache_tag.startswith("taipan")
print(loads(8_000) if SAFE else 8_000)
print(pycs(2_000) if SAFE else 2_000)
print(truncated())
print(deep())
