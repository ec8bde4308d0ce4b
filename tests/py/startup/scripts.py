# Scripts, directories, archives and compiled files as programs; a program's own modules come before the library's.
import os, py_compile, subprocess, sys, tempfile, zipfile

os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def run(*args):
    p = subprocess.run([sys.executable, *args], capture_output=True, text=True)
    print(p.returncode, (p.stdout + p.stderr).replace(top, "TOP").replace(sys.executable, "EXE").rstrip())


with tempfile.TemporaryDirectory() as top:
    top = os.path.realpath(top)
    os.chdir(top)

    def write(path, text):
        os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    show = "import sys\nprint(__name__, __file__, sys.argv, sys.path[0], __package__)\n"
    write("calendar.py", "name = 'own calendar'\n")
    write("json/__init__.py", "name = 'own json'\n")
    write("own.py", "import calendar, json\nprint(calendar.name, json.name)\ntry:\n    import json.decoder\nexcept ImportError as e:\n    print(e)\n")
    run("own.py")
    run("-P", "-c", "import calendar; print(hasattr(calendar, 'name'))")
    write("dir/__main__.py", show)
    write("dir/other.py", "x = 1\n")
    write("prog.py", show)
    run("prog.py", "a")
    run("./dir", "b")
    run("-m", "prog", "c")
    with zipfile.ZipFile("z.zip", "w") as z:
        z.write("dir/__main__.py", "__main__.py")
        z.write("dir/other.py", "other.py")
    run("z.zip", "d")
    run("-c", "import sys; sys.path.insert(0, 'z.zip'); import other; print(other.x, other.__loader__.archive)")
    py_compile.compile("prog.py", cfile="prog.pyc")
    run("prog.pyc", "e")
    with open("bad.pyc", "wb") as f:
        f.write(b"\0" * 20)
    run("bad.pyc")
    with open("cut.pyc", "wb") as f:
        f.write(open("prog.pyc", "rb").read()[:40])
    print(subprocess.run([sys.executable, "cut.pyc"], capture_output=True).returncode)
    run("missing.py")
    run("-m", "missing")
    write("null.py", "x = 1\ny = '\0'\n")
    run("null.py")
    os.symlink(os.path.join(top, "prog.py"), os.path.join(top, "dir", "link.py"))
    run("dir/link.py")
