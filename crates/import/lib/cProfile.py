#! /usr/bin/env python3
"""Python interface for the 'lsprof' profiler.

Compatible with the 'profile' module. Taipan's own: the packed library lacks this file.
"""

import _lsprof
import importlib.machinery
import io
import marshal
import profile as _pyprofile
import types

__all__ = ["run", "runctx", "Profile"]


def run(statement, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pyprofile.run.__doc__
runctx.__doc__ = _pyprofile.runctx.__doc__


def label(code):
    """The key of a function in the statistics: file, line and name."""
    if isinstance(code, str):
        return "~", 0, code
    return code.co_filename, code.co_firstlineno, code.co_name


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    Builds a profiler object using the specified timer function.
    The default timer is a fast built-in one based on real time.
    For custom timer functions returning integers, timeunit can
    be a float specifying a scale (i.e. how long each integer unit
    is, in seconds).
    """

    def print_stats(self, sort=-1):
        import pstats
        if not isinstance(sort, tuple):
            sort = (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*sort).print_stats()

    def dump_stats(self, file):
        self.create_stats()
        with open(file, "wb") as f:
            marshal.dump(self.stats, f)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        entries = self.getstats()
        self.stats = stats = {}
        callers_by_code = {}
        for e in entries:
            callers = {}
            callers_by_code[id(e.code)] = callers
            add(stats, label(e.code), e, callers)
        for e in entries:
            if not e.calls:
                continue
            caller = label(e.code)
            for sub in e.calls:
                callers = callers_by_code.get(id(sub.code))
                if callers is not None:
                    add(callers, caller, sub)

    def run(self, cmd):
        import __main__
        namespace = __main__.__dict__
        return self.runctx(cmd, namespace, namespace)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def add(table, key, entry, *more):
    """Add an entry's numbers to those that the key has already."""
    total = entry.callcount
    primitive = total - entry.reccallcount
    numbers = [primitive, total, entry.inlinetime, entry.totaltime]
    if key in table:
        numbers = [a + b for a, b in zip(numbers, table[key])]
        # Functions of one place and name are one function.
        if more:
            more[0].update(table[key][4])
    table[key] = (*numbers, *more)


def main():
    import os
    import runpy
    import sys
    import pstats
    from optparse import OptionParser
    parser = OptionParser(usage="cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...")
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", help="Save stats to <outfile>", default=None)
    parser.add_option("-s", "--sort", dest="sort", default=-1,
                      help="Sort order when printing to stdout, based on pstats.Stats class",
                      choices=sorted(pstats.Stats.sort_arg_dict_default))
    parser.add_option("-m", dest="module", action="store_true", help="Profile a library module", default=False)

    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)

    options, args = parser.parse_args()
    sys.argv[:] = args

    # The script may change its directory.
    if options.outfile is not None:
        options.outfile = os.path.abspath(options.outfile)

    if not args:
        parser.print_usage()
        return parser

    if options.module:
        code = "run_module(modname, run_name='__main__')"
        globs = {"run_module": runpy.run_module, "modname": args[0]}
        module = types.ModuleType("__main__")
    else:
        progname = args[0]
        sys.path.insert(0, os.path.dirname(progname))
        with io.open_code(progname) as fp:
            code = compile(fp.read(), progname, "exec")
        spec = importlib.machinery.ModuleSpec(name="__main__", loader=None, origin=progname)
        module = importlib.util.module_from_spec(spec) if hasattr(importlib, "util") else types.ModuleType("__main__")
        sys.modules["__main__"] = module
        globs = module.__dict__
        globs.update({
            "__spec__": spec,
            "__file__": spec.origin,
            "__name__": spec.name,
            "__package__": None,
            "__cached__": None,
        })

    try:
        runctx(code, globs, None, options.outfile, options.sort)
    except BrokenPipeError as exc:
        # Nobody reads the report any more.
        sys.stdout = None
        sys.exit(exc.errno)
    return parser


if __name__ == "__main__":
    main()
