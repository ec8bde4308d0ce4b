# wheels: bitarray==3.12.3
"""Construction, slices, operators, searching, codes, buffers, pickling, subclassing, errors."""
import pickle
import bitarray
from bitarray import bitarray as B, bits2bytes, decodetree, frozenbitarray, get_default_endian
from bitarray import util

a = B("1101 0011", endian="little")
print(a, a.endian, len(a), a.count(), a.to01(), a.tobytes(), a.tolist(), bits2bytes(9), get_default_endian())
a += "111"
a.append(0)
a.extend([True, 0, 1])
print(a, a[0], a[-1], a[2:7], a[::-2], a[[0, 3, 5]], a[B("1" * len(a))] == a, a.index(0), a.find(B("11")), list(a.search(B("11"))))
a[1:3] = B("0000")
del a[::5]
a[3:6] = 1
print(a, a.pop(), a.pop(0), ~a, a ^ a, a & B("1" * len(a), "little"), (a | ~a).all(), a << 2, a >> 3, a * 2, B("10") + "01")
print(a < B("1"), a == a.copy(), B("101") in B("0110100"), 1 in a, sorted([B("1"), B("01"), B("001")]), hash(frozenbitarray("101")) == hash(frozenbitarray("101")))
a.sort(); print(a); a.reverse(); print(a); a.fill(); a.invert(2); a.bytereverse(); print(a, a.buffer_info()[1:4], a.nbytes, a.padbits)
code = {"a": B("0"), "b": B("10"), "c": B("11")}
e = B()
e.encode(code, "abcab")
t = decodetree(code)
print(e, list(e.decode(code)), "".join(e.decode(t)), t.nodes(), t.todict() == code)
m = memoryview(e)
print(m.nbytes, m.readonly)
try:
    e.append(1)
except BufferError as x:
    print(x)
m.release()
e.append(1)
print(pickle.loads(pickle.dumps(e)) == e, B(buffer=b"\x0f\xf0", endian="big"), util.ba2hex(B("11110001", "big")), util.hex2ba("a5"), util.ba2int(B("1010", "big")), util.int2ba(10, 8))
print(util.zeros(5), util.count_xor(B("1100"), B("1010")), util.parity(B("111")), util.serialize(B("10101")), util.deserialize(util.serialize(B("10101"))), util.sc_decode(util.sc_encode(B("0010"))) , util.huffman_code({"x": 5, "y": 2, "z": 1}))


class Sub(B):
    def __new__(cls, *args, **kw):
        self = super().__new__(cls, *args, **kw)
        self.note = "n"
        return self


s = Sub("1010")
print(type(s), s.note, type(s[:2]).__name__, type(s + s).__name__, type(s.copy()).__name__, repr(s))
f = frozenbitarray("110")
for bad in [
    lambda: B("12"),
    lambda: B(-1),
    lambda: B(1.5),
    lambda: B([2]),
    lambda: B("1", endian="middle"),
    lambda: a[99],
    lambda: a["x"],
    lambda: f.append(1),
    lambda: a & B("1"),
    lambda: a.index(B("10101010101010101")),
    lambda: B().pop(),
    lambda: e.encode({}, "a"),
    lambda: list(B("0101").decode({"a": B("00")})),
    lambda: decodetree({"a": B("0"), "b": B("01")}),
    lambda: a << -1,
    lambda: hash(a),
    lambda: util.hex2ba("xyz"),
    lambda: util.ba2int("x"),
    lambda: B.__new__(int),
    lambda: a.setall("x"),
]:
    try:
        print(bad())
    except Exception as x:
        print(type(x).__name__, x)
it = iter(B("101"))
print(next(it), list(it), bitarray.test.__module__ if hasattr(bitarray, "test") else None)
