"""C types without any library: values, conversions, arrays, pointers, what is kept alive, errors."""
import ctypes
import pickle
from ctypes import *


def fails(f):
    try:
        print("?", f())
    except Exception as e:
        print(type(e).__name__, e)


for t in (c_bool, c_byte, c_ubyte, c_short, c_ushort, c_int, c_uint, c_long, c_ulong, c_float, c_double, c_longdouble, c_char, c_wchar, c_void_p):
    print(t.__name__, sizeof(t), alignment(t), t(), memoryview(t()).format)
print(c_byte(300), c_ubyte(-1), c_int(2**40 + 5), c_ulonglong(-1), c_float(0.1).value == 0.1, c_longdouble(0.1).value)
print(c_char_p(b"abc").value, c_wchar_p("h\u00e9\U0001f600").value, c_char_p().value, c_void_p(5), py_object([1]).value)
print(c_int.__ctype_be__(1).value, bytes(c_int.__ctype_be__(1)), bytes(c_short.__ctype_be__(258)), bytes(c_double.__ctype_be__(1.0)).hex())
print(c_double_complex(1 + 2j).value, bytes(c_float_complex(1j)).hex())
a = (c_int * 4)(1, 2, 3)
a[-1] = 9
a[1:3] = [7, 8]
print(list(a), a[::-1], len(a), sizeof(a), (c_int * 2 * 3)()[1][0], memoryview((c_int * 2 * 3)()).shape, c_int * 4 is c_int * 4)
s = create_string_buffer(b"hello", 8)
print(s.value, s.raw, s[1:3], sizeof(s))
s.value = b"xy"
w = create_unicode_buffer("h\u00e9llo")
print(s.raw, w.value, w[1], w[::2], len(w))
p = pointer(c_int(5))
p[0] = 6
print(p.contents, p[0], bool(p), bool(POINTER(c_int)()), POINTER(c_int) is POINTER(c_int), p._objects)
p.contents = c_int(7)
print(p[0], cast(pointer((c_short * 2)(1, 2)), POINTER(c_int))[0], cast(s, c_char_p).value, string_at(s, 2), wstring_at(w, 3))
b = bytearray(b"\1\0\0\0\2\0\0\0")
pair = (c_int * 2).from_buffer(b)
pair[0] = 258
print(b, list((c_int * 2).from_buffer_copy(b)), c_int.from_buffer(b, 4))
m = memoryview_at(addressof(pair), 4)
m[0] = 9
print(pair[0], bytes(memoryview_at(pair, 2, True)))
print(pickle.loads(pickle.dumps(c_int(5))), byref(a) is not None)


class MyInt(c_int):
    def __eq__(self, other):
        return isinstance(other, MyInt) and self.value == other.value

    __hash__ = None


print((MyInt * 2)(1, 2)[1] == MyInt(2), type((MyInt * 2)()[0]).__name__, c_int.from_param(5), c_char.from_param(b"a"))
resize(s, 100)
print(sizeof(s), s.value)
for wrong in (
    lambda: c_int("x"),
    lambda: c_char(b"ab"),
    lambda: c_wchar("ab"),
    lambda: c_char_p("x"),
    lambda: c_void_p("x"),
    lambda: a[9],
    lambda: a["x"],
    lambda: c_int * -1,
    lambda: (c_int * 2)(1, 2, 3),
    lambda: setattr(s, "value", b"x" * 200),
    lambda: POINTER(c_int)()[0],
    lambda: POINTER(c_int)(5),
    lambda: pointer(c_int()).__setitem__(0, "x"),
    lambda: cast(5, c_int),
    lambda: byref(5),
    lambda: sizeof(5),
    lambda: resize(s, 1),
    lambda: c_int.from_buffer(b"1234"),
    lambda: c_int.from_buffer(bytearray(2)),
    lambda: c_int.from_address("x"),
    lambda: pickle.dumps(p),
    lambda: hash(c_int()),
    lambda: type("T", (ctypes._SimpleCData,), {"_type_": "y"}),
    lambda: type("T", (Array,), {"_type_": c_int}),
    lambda: py_object().value,
    lambda: Structure(),
):
    fails(wrong)
