"""Runs one module of CPython's `test` package inside the interpreter under test.

usage: INTERPRETER inner.py MODULE OUTPUT

Each outcome is one line of OUTPUT, written at once, so that a crash keeps what ran:
KIND, a tab, the test's id, and for a failure "  # " with its message. A line START
precedes each test; DONE closes a complete run.
"""


def main():
    import os
    import sys

    name, output = sys.argv[1:3]
    del sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry not in (here, "")]
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    owner = os.getpid()

    def note(kind, text=""):
        if os.getpid() != owner:  # a child that a test forked
            return
        text = str(text).replace("\n", " ").replace("\t", " ")[:400]
        os.write(descriptor, f"{kind}\t{text}\n".encode("utf-8", "backslashreplace"))

    def give_up(kind, error, code):
        import traceback

        traceback.print_exc()
        note(kind, f"{type(error).__name__}: {error}")
        sys.stdout.flush()
        os._exit(code)

    import importlib
    import signal
    import unittest

    if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        from test import support

        support.use_resources = {}
        support.verbose = 1
        support.record_original_stdout(sys.stdout)
        sys.stdout.reconfigure(errors="backslashreplace")
        import faulthandler

        faulthandler.enable()
    except BaseException as error:
        give_up("IMPORTERROR", error, 3)

    def identity(test):
        try:
            return test.id()
        except Exception:
            return str(test)

    def message(info):
        return f"{info[0].__name__}: {info[1]}"[:200]

    class Recorder(unittest.TextTestResult):
        def startTest(self, test):
            note("START", identity(test))
            self.subtest_failed = False
            super().startTest(test)

        def addSuccess(self, test):
            if not self.subtest_failed:
                note("ok", identity(test))
            super().addSuccess(test)

        def addFailure(self, test, info):
            note("FAIL", f"{identity(test)}  # {message(info)}")
            super().addFailure(test, info)

        def addError(self, test, info):
            note("ERROR", f"{identity(test)}  # {message(info)}")
            super().addError(test, info)

        def addSkip(self, test, reason):
            if type(test).__name__ != "_SubTest":
                note("skip", f"{identity(test)}  # {reason}")
            super().addSkip(test, reason)

        def addExpectedFailure(self, test, info):
            note("xfail", identity(test))
            super().addExpectedFailure(test, info)

        def addUnexpectedSuccess(self, test):
            note("uxsuccess", identity(test))
            super().addUnexpectedSuccess(test)

        def addSubTest(self, test, subtest, info):
            if info is not None:
                kind = "FAIL" if issubclass(info[0], test.failureException) else "ERROR"
                note(kind, f"{identity(test)}  # {identity(subtest)[-80:]} {message(info)}")
                self.subtest_failed = True
            super().addSubTest(test, subtest, info)

    try:
        module = importlib.import_module(name)
        tests = unittest.TestLoader().loadTestsFromModule(module)
    except unittest.SkipTest as reason:
        note("MODSKIP", reason)
        note("DONE")
        sys.stdout.flush()
        os._exit(0)
    except BaseException as error:
        give_up("IMPORTERROR", error, 3)
    try:
        result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Recorder).run(tests)
    except BaseException as error:
        give_up("ABORT", error, 4)
    note("DONE")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if result.wasSuccessful() else 2)


if __name__ == "__main__":
    main()
