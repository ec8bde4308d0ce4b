"""StringIO: narrow text, text that becomes wide, writing over and past the end, line ends; `%` around one string."""
import io

s = io.StringIO()
s.write("abc")
s.seek(1)
s.write("\xe9")
s.seek(5)
s.write("z")
print(ascii(s.getvalue()), s.tell())
s.seek(2)
s.write("\u20ac\U0001f600")
print(ascii(s.getvalue()), s.tell())
s.truncate(4)
s.seek(0)
print(ascii(s.read(3)), ascii(s.read()), s.read(), s.tell())

for newline in (None, "", "\n", "\r", "\r\n"):
    for tail in ("", "\u20ac"):
        s = io.StringIO("a\nb\rc\r\nd" + tail, newline=newline)
        print(repr(newline), ascii(s.getvalue()), [ascii(line) for line in s], s.newlines)
        s.seek(0)
        print([ascii(s.readline(2)) for _ in range(6)])

s = io.StringIO(newline="\r\n")
s.write("x\ny\n")
print(ascii(s.getvalue()), s.tell())
s.seek(1 << 62)
try:
    s.write("x")
except (MemoryError, OverflowError) as error:
    print("too far")
s.seek(100)
print(repr(s.read()), repr(s.readline()))

t = io.StringIO()
t.__setstate__(("\u20acuro\n2", "\n", 1, None))
print(ascii(t.read()), ascii(t.getvalue()))

long = "x" * 3
print("[%s]" % long, "%s|" % ("\u20ac",), "\u20ac%s" % long, "%s%%" % long, "a%sb" % "", ascii("<%s>" % "\xe9"))
print(("%s" % (long,)) is long, ("%s" % long) is long, ("%s" % "") == "")
