"""Buffers of Python classes (PEP 688)."""
import inspect


class Lender:
    def __init__(self):
        self.data = bytearray(b"hello")
        self.out = 0

    def __buffer__(self, flags):
        self.out += 1
        print("lend", bool(flags & inspect.BufferFlags.WRITABLE))
        return memoryview(self.data)

    def __release_buffer__(self, view):
        self.out -= 1
        print("back", bytes(view))
        try:
            memoryview(view)
        except ValueError as e:
            print(e)


x = Lender()
with memoryview(x) as m:
    print(x.out, m[0])
    m[0] = 72
print(x.out, x.data, bytes(x))


class Bad:
    def __buffer__(self, flags):
        return 1


try:
    memoryview(Bad())
except TypeError as e:
    print(e)
m = b"abc".__buffer__(0)
print(bytes(m))
b = bytearray(b"abc")
m = b.__buffer__(0)
try:
    b.append(1)
except BufferError as e:
    print(e)
b.__release_buffer__(m)
b.append(1)
print(b)
for wrong in (1, memoryview(b"x"), m):
    try:
        b.__release_buffer__(wrong)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)


class Same:
    """The view that `__buffer__` gave comes back, and may be used."""

    def __init__(self):
        self.data = bytearray(b"Hello")

    def __buffer__(self, flags):
        self.view = memoryview(self.data)
        return self.view

    def __release_buffer__(self, view):
        print("same", view is self.view, bytes(view), bytes(view[1:]), b"".join([view]))
        view.release()


for o in (Same(),):
    with memoryview(o) as m:
        print(len(m))
    print(bytes(memoryview(o)))
s = Same()
s.view = None
m = memoryview(s)
n = m[1:]
m.release()
print(n.tobytes())
n.release()
try:
    s.data.append(1)
    print(s.data)
except BufferError as e:
    print(e)
