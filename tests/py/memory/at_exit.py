"""What the end of a program does with what its variables hold: files are written, finalisers run in the order of the names, owners before what they own."""

import os
import subprocess
import sys
import tempfile

FILES = {
    "nothing else": "out = open(P, 'w'); print('a', file=out)",
    "a function": "def f(): pass\nout = open(P, 'w'); print('a', file=out)",
    "its own globals": "g = globals()\nout = open(P, 'w'); print('a', file=out)",
    "a class": "class C:\n    def m(self): pass\nc = C()\nc.out = open(P, 'w')\nc.out.write('a')",
    "collected before": "import gc\ndef f(): pass\nout = open(P, 'w'); print('a', file=out)\ngc.collect()",
    "binary": "def f(): pass\nout = open(P, 'wb'); out.write(b'abc')",
}
ORDER = {
    "names": """
class D:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n, D is None)
second = None
first = D('A')
second = D('B')
_private = D('P')
""",
    "owners": """
class D:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
inner = D('inner')
outer = D('outer')
outer.x = inner
del inner
""",
    "the collector's calls": """
import gc, sys
gc.callbacks.append(lambda phase, info: print(phase, info['generation'], sys.modules['__main__'] is not None))
""",
}


def run(code):
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


with tempfile.TemporaryDirectory() as d:
    for name, code in FILES.items():
        path = os.path.join(d, "x")
        said = run(f"P = {path!r}\n{code}")
        with open(path) as f:
            print(name, repr(f.read()), said)
        os.remove(path)
for name, code in ORDER.items():
    print(name)
    print(run(code))
