import operator

import rules


def calls(f, x):
    holder = type("C", (), {"f": staticmethod(f)})()
    yield lambda: f(x)
    yield lambda: f(*(x,))
    yield lambda: list(map(f, [x]))
    yield lambda: holder.f(x)
    yield lambda: operator.call(f, x)
    yield lambda: rules.calls(f, x)


for f in rules.null_quietly, rules.result_with_error, rules.null_quietly_fast, rules.result_with_error_var:
    told = set()
    for call in calls(f, object()):
        for _ in range(3):
            try:
                print(call())
            except SystemError as e:
                told.add(f"{e} | {e.__cause__!r}")
    print(*sorted(told), sep="\n")
