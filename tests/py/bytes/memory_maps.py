"""mmap of anonymous memory."""
import mmap


def show(f, *args):
    try:
        print(repr(f(*args)))
    except Exception as e:
        print(type(e).__name__, e)


m = mmap.mmap(-1, 20)
show(m.write, b"one\ntwo\n")
show(m.seek, 0)
show(m.readline)
show(m.find, b"two", 0)
show(m.rfind, b"t", 0, 8)
show(m.move, 10, 0, 3)
show(m.__getitem__, slice(8, 15))
show(m.__setitem__, slice(0, 3), b"ab")
show(m.__setitem__, 0, 256)
show(m.__getitem__, 20)
show(m.write_byte, 300)
show(m.seek, 21)
show(m.seek, 1, 9)
with memoryview(m) as v:
    show(m.close)
show(m.resize, 100)
m.close()
show(m.read)
print(m.closed)
show(mmap.mmap, -1, -1)
show(mmap.mmap, -1, 10, 2, 3, 1)
r = mmap.mmap(-1, 10, access=mmap.ACCESS_READ)
show(r.write, b"x")
show(r.__setitem__, 0, 1)
