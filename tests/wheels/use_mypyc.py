# wheels: black==26.10.1 click==8.5.1 mypy_extensions==1.2.0 packaging==26.3 pathspec==1.1.1 platformdirs==4.14.7 pytokens==0.4.1 mypy==2.4.1 librt==0.16.0 typing-extensions==4.16.0 ast-serialize==0.13.1
"""Programs that mypyc compiled: black formats, mypy checks."""

import os
import tempfile

import black
import pytokens

SOURCE = """
def  f( a,b = 2,*args, ** kw ) :
    x = { 'a':1,'b' : [1,2,
       3], }
    if  a  : return x['a'  ]
    else:
        with open('f')as g , open("h") as h: pass
    return lambda  q:(q for  q in  range( 10 )  if q%2==0 )
class  A( object ):

    async  def m (self)  ->  int : return await  self.m( )
match  f(1):
    case {"x":1 , **rest }: pass
    case  _ : pass
"""
mode = black.Mode(target_versions={black.TargetVersion.PY314}, line_length=60)
formatted = black.format_str(SOURCE, mode=mode)
print(formatted, black.format_str(formatted, mode=mode) == formatted)
black.assert_equivalent(SOURCE, formatted)
try:
    black.format_str("def f(:\n", mode=mode)
except black.InvalidInput as e:
    print(e)
print([(t.type.name, SOURCE[t.start_index : t.end_index]) for t in pytokens.tokenize(SOURCE)][:12])

from mypy import api

PROGRAM = """
from typing import Protocol, Generic, TypeVar
T = TypeVar("T")
class Box(Generic[T]):
    def __init__(self, x: T) -> None: self.x = x
    def get(self) -> T: return self.x
def f(b: Box[int]) -> str:
    return b.get()
class P(Protocol):
    def go(self) -> int: ...
class Q:
    def go(self) -> str: return ""
p: P = Q()
reveal_type(Box("a").get())
f(Box("x"))
undefined
"""
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "program.py")
    with open(path, "w") as f:
        f.write(PROGRAM)
    os.chdir(d)
    out, err, code = api.run(["--strict", "--no-incremental", "--python-version", "3.14", "--cache-dir", os.devnull, "--hide-error-context", "program.py"])
    print(out, err, code)
    os.chdir("/")
