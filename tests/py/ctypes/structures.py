"""Structures and unions: layout, bit fields, nesting, byte order, anonymous fields, inheritance, errors."""
from ctypes import *


def fails(f):
    try:
        print("?", f())
    except Exception as e:
        print(type(e).__name__, e)


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


class Rect(Structure):
    _fields_ = [("a", Point), ("b", Point), ("name", c_char * 4), ("text", c_char_p)]


r = Rect(Point(1, 2), (3, 4), b"abcd", b"long")
r.a.x = 10
print(r.a, r.b, r.name, r.text, sizeof(Rect), Rect.b, Rect.text.offset, r.a._b_base_ is r, r._objects)
print(Point(1, y=5), Point(y=3), bytes(Point(1, 2)), memoryview(r).format)


class Bits(Structure):
    _fields_ = [("a", c_int, 3), ("b", c_uint, 5), ("c", c_short, 9), ("d", c_ubyte), ("e", c_longlong, 40), ("f", c_bool, 1)]


b = Bits(3, 31, -200, 5, -(2**38), True)
print(b.a, b.b, b.c, b.d, b.e, b.f, sizeof(Bits), Bits.c, Bits.e.bit_offset, bytes(b).hex())
b.a = 7
b.b = 33
print(b.a, b.b, b.c)


class Value(Union):
    _fields_ = [("i", c_uint), ("f", c_float), ("b", c_ubyte * 4)]


v = Value(f=1.0)
print(hex(v.i), list(v.b), sizeof(v))


class Packed(Structure):
    _layout_ = "ms"
    _pack_ = 1
    _fields_ = [("a", c_char), ("b", c_int)]


class Aligned(Structure):
    _align_ = 16
    _fields_ = [("a", c_char)]


class Big(BigEndianStructure):
    _fields_ = [("a", c_ushort), ("b", c_int), ("c", c_uint, 4), ("d", c_uint, 12)]


print(sizeof(Packed), Packed.b.offset, sizeof(Aligned), alignment(Aligned), bytes(Big(1, 2, 3, 4)).hex(), Big(1, 2).b)


class Base(Structure):
    _fields_ = [("x", c_char)]


class Derived(Base):
    _fields_ = [("y", c_int)]


class Holder(Structure):
    _anonymous_ = ["u"]
    _fields_ = [("kind", c_int), ("u", Value)]


d, h = Derived(b"a", 5), Holder(1)
h.f = 2.0
print(d.x, d.y, sizeof(Derived), hex(h.i), hex(h.u.i), Holder.i, Holder.u.is_anonymous)


class Node(Structure):
    pass


Node._fields_ = [("next", POINTER(Node)), ("v", c_int)]
n = Node(v=1)
n.next = pointer(Node(v=2))
print(n.next.contents.v, bool(n.next.contents.next), [f[0] for f in Node._fields_])
points = (Point * 3)((1, 2), (3, 4))
points[2] = Point(5, 6)
print(points[:], points[1].x, Point.from_buffer_copy(b"\1\0\0\0\2\0\0\0"), Point.x.__get__(points[1]), POINTER(Point) is Point.__pointer_type__)
for wrong in (
    lambda: Point(1, 2, 3),
    lambda: Point(1, x=2),
    lambda: Point("a"),
    lambda: delattr(Point(), "x"),
    lambda: setattr(r, "name", b"abcde"),
    lambda: setattr(r, "a", 5),
    lambda: setattr(r, "a", (1, 2, 3)),
    lambda: setattr(Point, "_fields_", []),
    lambda: type("T", (Structure,), {"_fields_": [("a", int)]}),
    lambda: type("T", (Structure,), {"_fields_": [("a", c_double, 3)]}),
    lambda: type("T", (Structure,), {"_fields_": [("a", c_int, 40)]}),
    lambda: type("T", (Structure,), {"_fields_": [("a",)]}),
    lambda: type("T", (Structure,), {"_fields_": [("a", c_int)], "_anonymous_": ["b"]}),
    lambda: Point.x.__get__(5),
):
    fails(wrong)
