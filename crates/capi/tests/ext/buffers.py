import array

import buffers as b


def show(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, e)


g = b.Grid()
m = memoryview(g)
print(g.exports, m.shape, m.strides, m.format, m.tolist(), m[1, 2], m.readonly, m.nbytes, m.c_contiguous, m.f_contiguous)
m[0, 1] = 99
print(m.tolist(), bytes(m)[:8], m.cast("B").shape)
show(lambda: m[2, 0])
show(lambda: m.cast("d"))
m.release()
print(g.exports)
for o in (b"abc", bytearray(b"xyz"), array.array("h", [1, 2]), g, memoryview(b"abcdef")[::2], memoryview(array.array("i", range(6))).cast("B").cast("i", [2, 3])):
    show(b.describe, o)
    show(b.describe, o, 8)
    show(b.flat, o)
print(g.exports)
show(b.describe, "text")
show(b.describe, 1)
x = bytearray(b"hello")
b.fill(x)
print(x)
show(b.fill, b"hello")
show(b.fill, memoryview(b"hello"))
v = memoryview(x)
show(x.append, 1)
v.release()
x.append(1)
print(x)
w = b.view()
print(bytes(w), w.readonly, w.format)
for f in ("i", "3i", "iq", "<iq", "10s", "d"):
    print(f, b.size(f))
