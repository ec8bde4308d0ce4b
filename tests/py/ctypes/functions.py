"""The C library: calls, results, callbacks, structures by value, errno, libraries, errors."""
import ctypes
import errno
import threading
from ctypes import *


def fails(f):
    try:
        print("?", f())
    except Exception as e:
        print(type(e).__name__, e)


libc = CDLL(None, use_errno=True)
print(libc.abs(-5), libc.toupper(c_int(97)), libc.strlen(b"hello"), libc.strlen(create_string_buffer(b"ab")))
libc.strchr.restype = c_char_p
libc.strchr.argtypes = [c_char_p, c_char]
print(libc.strchr(b"abcdef", b"d"), libc.strchr(b"abc", b"z"), libc.strchr.argtypes, libc.strchr.restype)
libc.wcslen.argtypes = [c_wchar_p]
print(libc.wcslen("h\u00e9llo"), libc.wcslen(create_unicode_buffer("ab")))
buffer = create_string_buffer(60)
print(libc.snprintf(buffer, c_size_t(60), b"%d %s %.2f %c %lld", 5, b"x", c_double(2.5), b"y"[0], c_longlong(1 << 40)), buffer.value)


class Div(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]


class LDiv(Structure):
    _fields_ = [("quot", c_long), ("rem", c_long)]


libc.div.restype, libc.ldiv.restype = Div, LDiv
libc.ldiv.argtypes = [c_long, c_long]
print(libc.div(17, 5).quot, libc.div(17, 5).rem, libc.ldiv(10**12, 7).rem)
Compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
values = (c_int * 6)(5, 1, 4, 2, 3, 0)
libc.qsort.restype = None
libc.qsort(values, len(values), sizeof(c_int), Compare(lambda a, b: a[0] - b[0]))
print(list(values))


class Mixed(Structure):
    _fields_ = [("f", c_float), ("i", c_int), ("d", c_double)]


class Large(Structure):
    _fields_ = [("d", c_double * 5)]


class Choice(Union):
    _fields_ = [("i", c_long), ("d", c_double)]


Take = CFUNCTYPE(c_double, Mixed, Large, Choice, c_char, c_longdouble, c_bool)
take = Take(lambda m, l, c, ch, ld, t: m.f + m.i + m.d + sum(l.d) + c.i + ch[0] + ld + t)
print(take(Mixed(1, 2, 3), Large((c_double * 5)(1, 1, 1, 1, 1)), Choice(7), b"a", 0.5, True))
Narrow = CFUNCTYPE(c_short, c_byte, c_ubyte, c_short)
print(Narrow(lambda a, b, c: a + b + c)(-1, 255, -30000), CFUNCTYPE(c_char, c_char)(lambda c: c)(b"x"), CFUNCTYPE(py_object, py_object)(lambda o: o)([1]))
libc.close.restype = c_int
set_errno(0)
print(libc.close(-1), errno.errorcode[get_errno()], set_errno(3), get_errno())
before = threading.Thread(target=lambda: print("thread", get_errno()))
before.start()
before.join()


def check(result, function, arguments):
    return result * 2 if arguments[0] == -4 else arguments


libc.abs.errcheck = check
print(libc.abs(-4), libc.abs(-3))
del libc.abs.errcheck
prototype = CFUNCTYPE(c_long, c_long)
labs = prototype(("labs", libc), ((1, "value", -9),))
print(labs(), labs(-2), labs(value=-3))
frexp = CFUNCTYPE(c_double, c_double, POINTER(c_int))(("frexp", CDLL("libm.so.6")), ((1, "x"), (2, "exp")))
print(frexp(8.0))
print(c_int.in_dll(pythonapi, "Py_OptimizeFlag").value, pythonapi.PyLong_AsLong(py_object(7)))
pythonapi.PyErr_SetString.argtypes = [py_object, c_char_p]
fails(lambda: pythonapi.PyErr_SetString(KeyError, b"from C"))


class Wrapped:
    _as_parameter_ = 9


print(libc.abs(Wrapped()), CFUNCTYPE(c_int, c_int)(lambda n: 0 if n == 0 else 1)(5))
libc.labs.argtypes = [c_long]
for wrong in (
    lambda: libc.no_such_function,
    lambda: CDLL("no_such_library.so"),
    lambda: libc.abs([]),
    lambda: libc.strchr(5, b"a"),
    lambda: libc.strchr(b"a"),
    lambda: libc.labs("x"),
    lambda: libc.labs(),
    lambda: setattr(libc.labs, "argtypes", [5]),
    lambda: setattr(libc.labs, "restype", 5),
    lambda: setattr(libc.labs, "errcheck", 5),
    lambda: CFUNCTYPE(c_int)("x"),
    lambda: CFUNCTYPE(Div)(lambda: 0),
    lambda: CFUNCTYPE(5),
    lambda: c_int.in_dll(libc, "no_such_value"),
    lambda: prototype(("labs", libc), ((1, "a"), (1, "b"))),
    lambda: labs(1, 2),
    lambda: prototype(("labs", libc), ((2, "a"),)),
    lambda: libc.abs(2**100),
):
    try:
        print("?", wrong())
    except Exception as e:
        print(type(e).__name__, str(e).split(": undefined")[-1])
