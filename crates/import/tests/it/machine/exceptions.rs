//! Recorded programs; see `main.rs`.

use super::run;

#[test]
fn finally_order() {
    let source = r####"def f(how):
    for i in range(3):
        try:
            if how == "return": return "r"
            if how == "break": break
            if how == "continue": continue
            if how == "raise": raise ValueError(i)
        except ValueError as e:
            log.append(("caught", e.args))
        finally:
            log.append(("finally", how, i))
    else: log.append("else")
    return "end"
for h in ("return", "break", "continue", "raise"): log.append(f(h))
"####;
    assert_eq!(run(source), r####"[('finally', 'return', 0), 'r', ('finally', 'break', 0), 'end', ('finally', 'continue', 0), ('finally', 'continue', 1), ('finally', 'continue', 2), 'else', 'end', ('caught', (0,)), ('finally', 'raise', 0), ('caught', (1,)), ('finally', 'raise', 1), ('caught', (2,)), ('finally', 'raise', 2), 'else', 'end']"####);
}

#[test]
fn context() {
    let source = r####"try:
    try: {}["a"]
    except KeyError as e: raise ValueError("b") from e
except ValueError as e:
    log.append((repr(e), repr(e.__cause__), repr(e.__context__), e.__suppress_context__))
try:
    try: 1 / 0
    finally: [][1]
except IndexError as e: log.append(repr(e.__context__))
try: raise
except RuntimeError as e: log.append(str(e))
try: raise 5
except TypeError as e: log.append(str(e))
try:
    try: raise ValueError
    except 5: pass
except TypeError as e: log.append(str(e))
"####;
    assert_eq!(run(source), r####"[("ValueError('b')", "KeyError('a')", "KeyError('a')", True), "ZeroDivisionError('division by zero')", 'No active exception to reraise', 'exceptions must derive from BaseException', 'catching classes that do not inherit from BaseException is not allowed']"####);
}

#[test]
fn tracebacks() {
    let source = r####"def a(): b()
def b():
    x = 1
    raise ValueError
try: a()
except ValueError as e:
    t = e.__traceback__
    while t:
        log.append((t.tb_frame.f_code.co_name, t.tb_lineno))
        t = t.tb_next
"####;
    assert_eq!(run(source), r####"[('<module>', 5), ('a', 1), ('b', 4)]"####);
}

#[test]
fn groups() {
    let source = r####"try: raise ExceptionGroup("g", [ValueError(1), TypeError(2), ExceptionGroup("h", [ValueError(3), KeyError(4)])])
except* ValueError as e: log.append(repr(e))
except* TypeError as e: log.append(repr(e))
except* KeyError as e: log.append(repr(e))
try:
    try: raise ExceptionGroup("g", [ValueError(1), OSError(2)])
    except* ValueError: raise KeyError("new")
except ExceptionGroup as e: log.append(repr(e))
try: raise ValueError("naked")
except* ValueError as e: log.append(repr(e))
"####;
    assert_eq!(run(source), r####"["ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [ValueError(3)])])", "ExceptionGroup('g', [TypeError(2)])", "ExceptionGroup('g', [ExceptionGroup('h', [KeyError(4)])])", "ExceptionGroup('', [KeyError('new'), ExceptionGroup('g', [OSError(2)])])", "ExceptionGroup('', (ValueError('naked'),))"]"####);
}

#[test]
fn with_() {
    let source = r####"class CM:
    def __init__(self, swallow): self.s = swallow
    def __enter__(self): log.append("in"); return self
    def __exit__(self, t, v, tb): log.append((t, v and v.args)); return self.s
with CM(True) as c: raise ValueError(1)
try:
    with CM(False): raise KeyError(2)
except KeyError as e: log.append("out")
def f():
    with CM(False), CM(True): return 7
log.append(f())
try:
    with 5: pass
except TypeError as e: log.append(str(e))
"####;
    assert_eq!(run(source), r####"['in', (<class 'ValueError'>, (1,)), 'in', (<class 'KeyError'>, (2,)), 'out', 'in', 'in', (None, None), (None, None), 7, "'int' object does not support the context manager protocol (missed __exit__ method)"]"####);
}

#[test]
fn unpacking() {
    let source = r####"def t(f):
    try: log.append(f())
    except (ValueError, TypeError) as e: log.append(str(e))
def u1(): a, b = 1, 2, 3
def u2(): a, b, c = [1, 2]
def u3(): a, *b, c = range(5); return a, b, c
def u4(): a, *b, c = [1]
def u5(): a, b = 5
def u6(): (a, b), c = [1, 2], 3; return a, b, c
for f in (u1, u2, u3, u4, u5, u6): t(f)
"####;
    assert_eq!(run(source), r####"['too many values to unpack (expected 2, got 3)', 'not enough values to unpack (expected 3, got 2)', (0, [1, 2, 3], 4), 'not enough values to unpack (expected at least 2, got 1)', 'cannot unpack non-iterable int object', (1, 2, 3)]"####);
}
