# wheels: coverage==7.17.3
"""The C tracer alone: the package itself needs sqlite3."""
import importlib.machinery
import importlib.util
import os
import sys

path = next(os.path.join(p, "coverage") for p in sys.path if os.path.exists(os.path.join(p, "coverage", "version.py")))
file = next(f for f in os.listdir(path) if f.startswith("tracer") and f.endswith(".so"))


def load():
    # The tracer imports one exception of its package.
    import types
    package, exceptions = types.ModuleType("coverage"), types.ModuleType("coverage.exceptions")
    package.__path__ = []
    exceptions.CoverageException = type("CoverageException", (Exception,), {})
    sys.modules.update({"coverage": package, "coverage.exceptions": exceptions})
    loader = importlib.machinery.ExtensionFileLoader("coverage.tracer", os.path.join(path, file))
    spec = importlib.util.spec_from_file_location("coverage.tracer", os.path.join(path, file), loader=loader)
    m = importlib.util.module_from_spec(spec)
    loader.exec_module(m)
    return m


m = load()
print(sorted(n for n in dir(m) if n.startswith("C")))


def sample(n):
    total = 0
    for i in range(n):
        if i % 2:
            total += i
    try:
        raise ValueError(total)
    except ValueError as e:
        return inner(str(e))


def inner(s):
    def twice():
        return s * 2
    return s + str([n for n in twice()])


def trace(arcs):
    t = m.CTracer()
    data, cache = {}, {}
    t.data = data
    t.trace_arcs = arcs
    t.should_trace = lambda name, frame: disposition(name)
    t.should_trace_cache = cache
    t.check_include = None
    t.should_start_context = None
    t.switch_context = None
    t.warn = print
    t.lock_data = t.unlock_data = lambda: None
    t.concur_id_func = None
    t.disable_plugin = None
    f = t.start()
    try:
        sample(4)
    finally:
        t.stop()
    return t, data


def disposition(name):
    d = m.CFileDisposition()
    d.original_filename = d.canonical_filename = name
    d.source_filename = name
    d.trace = name == __file__
    d.reason = ""
    d.file_tracer = None
    d.has_dynamic_filename = False
    return d


first = sample.__code__.co_firstlineno
for arcs in (False, True):
    t, data = trace(arcs)
    for name, seen in data.items():
        if arcs:
            print(sorted(seen))
        else:
            print(sorted(n - first for n in seen))
    print(t.activity(), t.reset_activity(), t.activity(), t.get_stats() is None or sorted(t.get_stats())[:2], sys.gettrace())
try:
    t.data = 5
    t.start()
    sample(1)
except Exception as e:
    print(type(e).__name__)
finally:
    sys.settrace(None)
