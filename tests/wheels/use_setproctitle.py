# wheels: setproctitle==1.3.8
"""The title of the process as ps sees it."""
import os
import setproctitle as s


def shown():
    with open("/proc/self/cmdline", "rb") as f:
        return f.read().split(b"\0")[0]


s.setproctitle("short")
print(s.getproctitle(), shown())
s.setproctitle("a title with späce")
print(ascii(s.getproctitle()), shown()[:30])
s.setthreadtitle("worker")
print(s.getthreadtitle())
for bad in [lambda: s.setproctitle(), lambda: s.setproctitle(5), lambda: s.setproctitle("x", "y")]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
