"""What tools read from code objects, whatever the instructions are: dis, inspect, modulefinder, code.replace."""
import dis
import inspect
import io
import types
import warnings


def tool(x, *rest, key=None):
    import os.path as p
    from sys import argv
    total = len(rest)
    for i in x:
        if i:
            total += missing.attribute(i)
        else:
            return [p, argv, i, key]
    return total


def show(value):
    print(value)


vars_of = inspect.getclosurevars(tool)
show((sorted(vars_of.builtins), sorted(vars_of.unbound)))
show([i.argval for i in dis.get_instructions(tool) if i.opname == "IMPORT_NAME"])
show(list(dis._find_imports(tool.__code__)))
first = tool.__code__.co_firstlineno
show(sorted({line - first for _, line in dis.findlinestarts(tool.__code__) if line is not None}))
show([bool(dis.findlabels(f.__code__.co_code)) for f in (tool, show)])
out = io.StringIO()
dis.dis(tool, file=out, show_caches=True, show_offsets=True, show_positions=True)
show(len(out.getvalue().splitlines()) > 10)
for name in ("total", "os.path", "missing"):
    show((name, name in out.getvalue()))
show([len(i.positions) for i in dis.Bytecode(show)][:1])
show(dis.code_info(show).splitlines()[0])

code = tool.__code__
show(code.replace() == code)
new = code.replace(co_name="other", co_filename="elsewhere", co_firstlineno=100, co_linetable=b"")
show((new.co_name, new.co_filename, new.co_firstlineno, new.co_linetable, list(new.co_lines())[:0]))
show(code.replace(co_consts=code.co_consts) == code)
show([getattr(code.replace(**{n: getattr(code, n)}), n) == getattr(code, n) for n in dir(code) if n.startswith("co_") and n not in ("co_lnotab", "co_nlocals") and not callable(getattr(code, n))])
names = ("argcount posonlyargcount kwonlyargcount nlocals stacksize flags code consts names varnames filename name qualname firstlineno "
         "linetable exceptiontable freevars cellvars").split()
again = types.CodeType(*(getattr(code, f"co_{n}") for n in names))
show((again == code, types.FunctionType(again, globals())([0], key=7)[2:]))
for bad in ({"co_nlocals": 99}, {"co_argcount": -1}, {"co_name": 1}, {"what": 1}, {"co_consts": []}):
    try:
        code.replace(**bad)
    except (TypeError, ValueError) as e:
        show((bad, type(e).__name__))


def generator(): yield


with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    show.__code__ = show.__code__
    generator.__code__ = (lambda: None).__code__
print([str(w.message) for w in seen])
