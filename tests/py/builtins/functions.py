# The remaining builtin functions and type objects.
print(abs(-3), bool([]), callable(len), chr(97), divmod(7, 3), hex(10), id(5) == id(5), isinstance(1, (str, int)), issubclass(bool, int), len("abc"), max(3, 1), min(3, 1), oct(8), ord("a"), pow(2, 5), repr("a"), round(2.567, 2), sorted([2, 1]), str(1), sum([1, 2]), tuple([1]), type(1), bin(5), format(5, "03"), hash("a") == hash("a"), ascii("é"))
print(eval("1 + x", {"x": 5}), eval(compile("[i for i in range(3)]", "<s>", "eval")), exec("y = 5"), y)
ns = {}; exec("def f(): return 1\nclass C: pass", ns); print(ns["f"](), ns["C"].__name__, "__builtins__" in ns)
code = compile("a = 1\nb = a + 1", "file.py", "exec"); ns = {}; exec(code, ns); print(ns["b"], code.co_filename, code.co_names, type(code).__name__)
print(compile("5", "s", "single") is not None); exec(compile("5; 'shown'", "s", "single"))
print(getattr(5, "real"), getattr(5, "zz", None), hasattr(5, "imag"), setattr(type("T", (), {}), "x", 1), vars(type("T", (), {"q": 1}))["q"], sorted(n for n in dir(type("D", (), {"b": 1, "a": 2})()) if n[0] != "_"))
class O:
    def __init__(self): self.a = 1
print(vars(O()), dir(O())[-1], delattr(o := O(), "a"), vars(o))
for bad in ("vars(5)", "vars(1, 2)", "dir(1, 2)", "eval('1 +')", "eval('a b')", "exec(5)", "eval(5)", "compile('x', 'y', 'z')", "compile('x =', 'f', 'exec')", "compile(5, 'f', 'exec')", "getattr(5, 5)", "getattr(5)", "setattr(5, 'x', 1)", "hash({})", "isinstance(1, [int])", "issubclass(1, int)", "__import__('nope')", "__import__(5)", "type('a')()" if 0 else "type(1, 2)", "type(1, (), {})", "type('a', 5, {})", "type('a', (5,), {})", "type('\\0', (), {})", "super()", "property(1, 2, 3, 4, 5)", "staticmethod()", "object.__new__(5)", "object.__new__(int)", "int.__new__(str)", "object(5)", "print(sep=5)", "print(end=5)", "print(file=5)", "input(1, 2)", "open('/no/such')", "open('/tmp', 'q')", "open('x', 'rw')", "round('a')", "round(1, 'a')", "pow(1)", "sum(5)", "id()", "format(5, 5)", "chr('a')", "ord(5)", "abs('a')", "bin(1.5)", "hex('a')", "len(5)", "breakpoint.x", "any()", "iter()", "delattr(5, 'real')", "NotImplemented()", "None()", "(...).x", "bool(NotImplemented)", "exec('x', 5)", "eval('x', {}, 5)", "globals(1)"):
    try: print(bad, "->", eval(bad))
    except BaseException as e: print(bad, "->", type(e).__name__ + ":", str(e).split(" (")[0])
print("a", "b", sep="-", end="!\n"); print(); print("x", end=""); print(flush=True); print(*[1, 2], sep="\n"); print(None, sep=None)
import io, sys
f = io.StringIO(); print("to file", 5, file=f); print(repr(f.getvalue()))
class W:
    def write(self, s): out.append(s)
out = []; print("a", 1, file=W()); print(out)
print(type(print), type(type), type(None), type(...), type(NotImplemented), type(lambda: 0), type(iter([])), type((x for x in [])), type(O().__init__), type(sys), type(O), type(int.__dict__["real"]), type(int.real), type({}.keys()))
print(object(), str(object())[:16])if 0 else print(repr(object())[:18], int, O, [int, str], {int: str})
print(type("Dyn", (int,), {"v": 5})(3) + 1, type(5)(7), type(O()) is O, int(), str(), float(), list(), dict(), bool(), bytes(), complex(), tuple(), set(), frozenset(), object is type.__base__)
print(len(dir(__builtins__)) > 150, sorted(n for n in dir(__builtins__) if n.islower() and n[0] != "_"))
print([e.__name__ for e in BaseException.__subclasses__() if e.__module__ == "builtins"], sorted(e.__name__ for e in Exception.__subclasses__() if e.__module__ == "builtins"))
a, b = staticmethod(len), classmethod(len); print(a([1]), a.__wrapped__ is len, b.__func__ is len)
print(__name__, __file__[-12:], __doc__, __package__, locals() is globals(), globals()["code"] is code)
