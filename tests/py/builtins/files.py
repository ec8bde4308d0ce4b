# Files: text and binary modes, newlines, buffering, seeking, context, errors, os basics.
import io, os, tempfile
with tempfile.TemporaryDirectory() as d:
    p = os.path.join(d, "f.txt")
    with open(p, "w") as f: print(f.write("one\ntwo\nthré€\n"), f.mode, f.encoding, f.closed, f.writable(), f.readable(), f.tell())
    with open(p) as f: print(f.read(3), repr(f.readline()), f.readline(), list(f), f.read(), f.tell()); f.seek(0); print(f.readlines(), f.seekable(), f.fileno() > 2)
    print(f.closed, os.path.getsize(p), open(p, "rb").read())
    with open(p, "ab+") as f: f.write(b"\xff\xfe"); f.seek(-2, 2); print(f.read(), f.tell(), f.seek(0, 1))
    with open(p, "r+", errors="replace") as f: f.write("ONE"); f.seek(0); print(f.readline()); f.truncate(8); f.seek(0); print(repr(f.read()))
    with open(p, "w", newline="\r\n") as f: f.write("a\nb\n")
    print(open(p, "rb").read(), open(p).read(), open(p, newline="").read().encode(), [l for l in open(p, newline="\r\n")])
    with open(p, "w", encoding="utf-16", errors="strict") as f: f.write("é")
    print(open(p, "rb").read()[2:], open(p, encoding="utf-16").read())
    with open(p, "wb", buffering=0) as f: print(f.write(b"raw"), type(f).__name__)
    with open(p, "rb") as f: b = bytearray(2); print(f.readinto(b), b, f.peek()[:1], f.read1(5), type(f).__name__)
    with open(p, "x" if not os.path.exists(p) else "r") as f: print(type(f).__name__, f.read(), f.name == p, repr(f).split(" name")[0], f.line_buffering, f.newlines)
    for args in ((d + "/none",), (d,), (p, "x"), (p, "z"), (p, "rb", -1, "utf-8"), (p, "r", 0), (p, "rw"), (p, ""), (p, "w", -1, "nope"), (5.5,), (p, "r", -1, None, None, "x"), (9999,), (-1,)):
        try: open(*args)
        except Exception as e: print(type(e).__name__, str(e).replace(d, "D"))
    f = open(p); f.close(); f.close()
    for op in (f.read, f.readline, f.fileno, f.__enter__, lambda: next(f), lambda: f.seek(0), f.flush):
        try: op()
        except ValueError as e: print(e)
    with open(p) as f:
        for op in (lambda: f.write("a"), lambda: f.seek(1, 1), lambda: f.seek(-1), lambda: f.read("a"), lambda: f.truncate()):
            try: op()
            except Exception as e: print(type(e).__name__, e)
    try: open(p, "w").write(b"a")
    except TypeError as e: print(e)
    try: open(p, "wb").write("a")
    except TypeError as e: print(e)
    os.mkdir(d + "/sub"); os.rename(p, d + "/sub/g"); print(sorted(os.listdir(d)), os.path.isdir(d + "/sub"), os.path.exists(p), [e.name for e in os.scandir(d + "/sub")]); os.remove(d + "/sub/g"); os.rmdir(d + "/sub")
    for op in (lambda: os.remove(d + "/x"), lambda: os.mkdir(d), lambda: os.rmdir(d + "/q"), lambda: os.listdir(d + "/q"), lambda: os.stat("a\0b")):
        try: op()
        except Exception as e: print(type(e).__name__, str(e).replace(d, "D"))
    fd = os.open(d + "/fd", os.O_CREAT | os.O_RDWR); print(os.write(fd, b"abc"), os.lseek(fd, 1, 0), os.read(fd, 9), os.fstat(fd).st_size); os.close(fd)
s = io.StringIO("a\nb\r\nc", newline=None); print(s.readlines(), s.getvalue().encode()); s = io.StringIO(); s.write("xyz"); s.seek(1); s.write("Q"); print(s.getvalue(), s.read(), s.tell()); s.truncate(1); print(s.getvalue())
b = io.BytesIO(b"hello"); print(b.read(2), b.tell(), b.getvalue(), b.seek(-1, 2), b.read(), b.write(b"!!"), b.getvalue(), b.getbuffer().nbytes, b.readable())
t = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace", newline="\n"); t.write("é\n"); t.flush(); print(t.buffer.getvalue(), t.errors); r = io.BufferedReader(io.BytesIO(b"x" * 20), 4); print(r.read(3), r.peek(1)[:1], r.read()[-1:]); w = io.BufferedWriter(io.BytesIO()); w.write(b"q"); w.flush(); print(w.raw.getvalue())
