# memoryview: casts, slices, shapes, formats, comparisons, errors.
import array, struct
b = bytearray(range(24)); m = memoryview(b)
i = m.cast("I"); print(i.format, i.itemsize, i.shape, i.tolist(), i[1], i[-1]); i[0] = 0xFFFFFFFF; print(b[:5])
two = m.cast("B", [4, 6]); print(two.ndim, two.shape, two.strides, two[1, 2], two.tolist()[0], two.c_contiguous, two.f_contiguous, two.suboffsets)
s = m[::3]; print(s.tolist(), s.strides, s.contiguous, s.tobytes(), m[::-1].tolist()[:3], m[5:2].tolist(), s == bytes(s), s.nbytes)
m[4:8] = b"wxyz"; print(b[3:9]); m[0:4] = m[4:8]; print(b[:8])
for op in (lambda: m[0:2].__setitem__(slice(0, 2), b"abc"), lambda: m.__setitem__(0, 300), lambda: m.__setitem__(0, "a"), lambda: m[100], lambda: m["a"], lambda: memoryview(b"x").__setitem__(0, 1), lambda: memoryview("a"), lambda: memoryview(5), lambda: m.cast("x"), lambda: s.cast("I"), lambda: m[:5].cast("I"), lambda: hash(m), lambda: two[0], lambda: two[9, 9], lambda: m.__delitem__(0), lambda: m.cast("B", [5, 5]), lambda: m.cast("B", 5), lambda: memoryview(), lambda: m.cast("I").cast("H")):
    try: print(op())
    except Exception as e: print(type(e).__name__, e)
print(hash(memoryview(b"abc")) == hash(b"abc"), memoryview(b"abc") == b"abc", memoryview(b"a") != b"b", memoryview(b"abc").hex(), memoryview(b"ab").obj, bytes(memoryview(b"xy")), list(memoryview(b"ab")), 97 in memoryview(b"a"), repr(m).startswith("<memory at 0x"), memoryview(b"abc").toreadonly().readonly, m.toreadonly().readonly)
a = array.array("d", [1.5, 2.5]); v = memoryview(a); print(v.format, v.tolist(), v.itemsize, v.nbytes); v[0] = 9.5; print(a)
try: a.append(1)
except BufferError as e: print(e)
with memoryview(b"ctx") as c: print(c[0])
try: c.tolist()
except ValueError as e: print(e)
f = memoryview(struct.pack("<3h", 1, -2, 3)).cast("h"); print(f.tolist(), f == array.array("h", [1, -2, 3]), f == array.array("i", [1, -2, 3]), memoryview(array.array("f", [1])) == memoryview(array.array("i", [1])), f.index(-2), f.count(3))
class E:
    def __buffer__(self, flags): return memoryview(b"from class")
    def __release_buffer__(self, view): print("released")
with memoryview(E()) as q: print(bytes(q))
print(bytes(E()), isinstance(E(), __import__("collections").abc.Buffer))
