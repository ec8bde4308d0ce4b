"""Where the memory of a bytearray lies: growing from buffers, from itself, and being cut at the front."""
import array
import sys


def attempt(what, f):
    try:
        print(what, f())
    except Exception as e:
        print(what, type(e).__name__, e)


b = bytearray(b"abc")
attempt("itself", lambda: b.__iadd__(b))
b.extend(b)
print(b)
m = memoryview(b)
attempt("extend by a view of it", lambda: b.extend(m))
attempt("+= a view of it", lambda: b.__iadd__(m))
attempt("a view of it shrinks it", lambda: b.__setitem__(slice(0, 1), m[:2]))
attempt("a view of it of the same size", lambda: b.__setitem__(slice(0, 6), m[::-1]))
print(b)
attempt("every other from a view", lambda: b.__setitem__(slice(0, 6, 2), m[3:]))
print(b)
m.release()
b[1:2] = b
print(b)
b[::2] = b[:6]
print(b)
b[0:2] = memoryview(b"abcdef")[::2]
print(b)
attempt("extend by gaps", lambda: b.extend(memoryview(b"abcdef")[::2]))
attempt("add gaps", lambda: b + memoryview(b"abcdef")[::2])
attempt("+= gaps", lambda: b.__iadd__(memoryview(b"abcdef")[::2]))
attempt("+= str", lambda: b.__iadd__("x"))
empty = bytearray()
empty += empty
empty.extend(empty)
print(empty)

print(bytes(memoryview(array.array("i", [1, 2, 3]))[::2]), bytes(array.array("h", [1, 2])))
print(bytes(memoryview(b"abcdefgh").cast("B", (2, 4))), bytearray(memoryview(b"abcdefgh").cast("B", (2, 4))))
print(bytes(memoryview(b"abcdefgh")[::-3]), bytearray(memoryview(b"abcdefgh")[1:1]))
big = bytes(5000)
print(len(big), big.count(0), bytes(1), bytes(0), type("B", (bytes,), {})(4), bytearray(3))


def show(what):
    print(what, len(b), b.__alloc__(), sys.getsizeof(b) - sys.getsizeof(bytearray()), bytes(b[:3]), bytes(b[-2:]))


b = bytearray(range(100))
show("new")
del b[:10]
show("cut")
del b[:30]
show("cut")
b += b"x" * 20
show("grown in place")
b += b"x" * 40
show("moved")
del b[:5]
b.insert(0, 7)
show("insert")
b.pop(0)
show("pop")
b[:3] = b"z"
show("shorter front")
b[:0] = b"12345"
show("longer front")
with memoryview(b) as m:
    attempt("cut while held", lambda: b.__delitem__(slice(0, 3)))
    attempt("pop while held", lambda: b.pop(0))
show("held")
b[1:4] = b""
show("middle")
del b[:]
show("all")
b += b"abcdef"
show("again")
b = bytearray(b"0123456789")
del b[:4]
b.resize(9)
print(b)
b.resize(3)
print(b, b.find(b"6"), b.startswith(b"45"), b * 2, b + b"!")
b.clear()
show("clear")


class Sub(bytearray):
    pass


s = Sub(b"abc")
s.__init__(s)
print(s)
stream = bytearray()
total = 0
for i in range(300):
    stream.extend(bytes([i % 256]) * 777)
    while len(stream) > 1000:
        total += sum(stream[:500])
        del stream[:500]
print(total, len(stream), stream[0], stream[-1])
