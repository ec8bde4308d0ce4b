# wheels: cython==3.3.1 llvmlite==0.50.0 msgspec==0.22.0
"""Cython's compiler (compiled by itself), LLVM through ctypes, msgspec's structs."""

import ctypes
import os
import tempfile

import llvmlite.binding as llvm
import llvmlite.ir as ir
import msgspec
from Cython.Compiler.Main import CompilationOptions, compile_single

with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "mod.pyx")
    with open(path, "w") as f:
        f.write("cdef int twice(int x) nogil: return 2 * x\ncdef class A:\n    cdef public double y\n    def m(self, n): return [twice(i) for i in range(n)]\n")
    result = compile_single(path, CompilationOptions(language_level=3), "mod")
    with open(os.path.join(d, "mod.c")) as f:
        text = f.read()
    print(result.num_errors, "__pyx_f_3mod_twice" in text, "PyInit_mod" in text)

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
i64 = ir.IntType(64)
module = ir.Module(name="m")
function = ir.Function(module, ir.FunctionType(i64, [i64, i64]), name="madd")
b = ir.IRBuilder(function.append_basic_block())
b.ret(b.add(b.mul(*function.args), ir.Constant(i64, 7)))
print(str(function).strip())
ref = llvm.parse_assembly(str(module))
ref.verify()
engine = llvm.create_mcjit_compiler(ref, llvm.Target.from_default_triple().create_target_machine())
engine.finalize_object()
call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(engine.get_function_address("madd"))
print(call(5, 6), call(-1, 2))
try:
    llvm.parse_assembly("nonsense")
except RuntimeError as e:
    print(type(e).__name__, "error" in str(e))


class Point(msgspec.Struct, order=True, frozen=True):
    x: int
    y: float = 0.5
    tags: list[str] = []


class Key(msgspec.Struct, frozen=True):
    x: int
    y: str = ""


class Shape(msgspec.Struct, tag=True):
    points: dict[str, Point]
    next: "Shape | None" = None


s = Shape({"a": Point(1), "b": Point(2, 3.0, ["t"])}, Shape({}))
j = msgspec.json.encode(s)
print(j, msgspec.json.decode(j, type=Shape) == s, msgspec.msgpack.decode(msgspec.msgpack.encode(s), type=Shape) == s)
print(Point(1) < Point(2), hash(Key(1)) == hash(Key(1)), len({Key(1), Key(1), Key(2)}), msgspec.structs.replace(Point(1), x=9), msgspec.to_builtins(s))
for bad in b'{"type":"Shape","points":{"a":{"x":"no"}}}', b"[1,", b'{"type":"Other"}':
    try:
        msgspec.json.decode(bad, type=Shape)
    except msgspec.DecodeError as e:
        print(type(e).__name__, e)
try:
    Point(1).x = 2
except AttributeError as e:
    print(e)
print(msgspec.json.schema(Point)["$defs"]["Point"]["required"], msgspec.convert({"x": 1, "y": 2}, Point))
