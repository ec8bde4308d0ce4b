"""Paths as arguments, and the entries of a directory: by name, in bytes, by descriptor."""
import os
import pathlib
import tempfile


def attempt(what, f):
    try:
        print(what, f())
    except Exception as e:
        print(what, type(e).__name__, str(e).replace(d, "D"))


class Path:
    def __init__(self, p):
        self.p = p

    def __fspath__(self):
        return self.p


class None_:
    __fspath__ = None


class Bad:
    @property
    def __fspath__(self):
        raise ZeroDivisionError


with tempfile.TemporaryDirectory() as d:
    for name in ["one", "two", "d\u00e9j\u00e0", "sub"]:
        if name == "sub":
            os.mkdir(os.path.join(d, name))
        else:
            with open(os.path.join(d, name), "wb") as f:
                f.write(name.encode())
    os.symlink("two", os.path.join(d, "link"))
    os.symlink("nowhere", os.path.join(d, "dangling"))
    one = os.path.join(d, "one")
    for p in one, os.fsencode(one), Path(one), pathlib.Path(one), Path(os.fsencode(one)):
        s = os.stat(p)
        print(s.st_size, s[6] == s.st_size, s.st_mtime_ns // 10**9 == s[8], len(s), os.fspath(p) == one or os.fsencode(one) == os.fspath(p))
    attempt("None", lambda: os.stat(None_()))
    attempt("fspath None", lambda: os.fspath(None_()))
    attempt("property", lambda: os.stat(Bad()))
    attempt("wrong type", lambda: os.stat(Path(5)))
    attempt("int", lambda: os.fspath(5))
    attempt("null", lambda: os.stat("a\0b"))
    attempt("null in bytes", lambda: os.stat(b"a\0b"))
    attempt("missing", lambda: os.stat(os.path.join(d, "no")))
    attempt("empty", lambda: os.stat(""))

    def entries(where):
        with os.scandir(where) as it:
            found = sorted(it, key=lambda e: e.name)
        for e in found:
            p = e.path if isinstance(e.path, str) else os.fsdecode(e.path)
            print(ascii(e.name), ascii(p.replace(d, "D")), e.is_dir(), e.is_file(), e.is_symlink(), end=" ")
            try:
                print(e.stat().st_size if e.is_file() else "-", e.stat(follow_symlinks=False).st_ino == e.inode())
            except OSError as err:
                print(type(err).__name__, err.filename == e.path)

    entries(d)
    entries(os.fsencode(d))
    entries(d + "/")
    fd = os.open(d, os.O_RDONLY)
    entries(fd)
    os.close(fd)
    print(sorted(map(ascii, os.listdir(d))))
    print(sorted(p.name for p in pathlib.Path(d).glob("*o*")))
