"""Interpreters beside the main one: separate modules, values and exceptions between them, queues, channels."""
import _interpchannels
import _interpreters
import functools
import sys
import threading
from concurrent import interpreters

# Other interpreters write to the same file.
print = functools.partial(print, flush=True)


def show(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except Exception as e:
        print(type(e).__qualname__, e)


def add(a, b):
    return a + b


def uses_builtins(items):
    return sorted(items, key=len), [str(i) for i in items]


def explode():
    raise ValueError("no")


sys.marker = 1
one = interpreters.create()
one.exec("import sys; assert not hasattr(sys, 'marker'); sys.marker = 2; x = 5")
one.exec("assert sys.marker == 2 and x == 5 and __name__ == '__main__'")
print(sys.marker, one.is_running(), interpreters.get_main().is_running())

# Values.
one.prepare_main(values=(None, True, 3, 2.5, "\u20ac", b"bytes", ("in", ())))
show(one.call, eval, "values")
show(one.call, add, "a", "b")
show(one.call, uses_builtins, ["ccc", "a"])
show(one.call, len, [1, [2], {3: 4}])
show(one.prepare_main, bad=object)
show(one.call, lambda: sys)
block = bytearray(b"shared")
one.prepare_main(view=memoryview(block))
one.exec("view[0] = 83")
print(block)
one.exec("del view")
block.append(33)

# Exceptions.
try:
    one.exec("def f(): 1/0\nf()")
except interpreters.ExecutionFailed as e:
    print(e)
    print(e.excinfo)
try:
    one.call(explode)
except interpreters.ExecutionFailed as e:
    print(e.excinfo.formatted)
show(one.exec, "syntax error")
show(_interpreters.exec, one.id, add)

# Queues.
queue = interpreters.create_queue(2)
queue.put([1, 2])
one.prepare_main(q=queue)
one.exec("q.put(q.get() + [3])")
print(queue.get(), queue.empty())
one.exec("q.put('gone')")

# Threads in an interpreter, and of this one at work there.
one.exec("import threading; out = []; t = threading.Thread(target=lambda: out.append(1)); t.start(); t.join(); assert out == [1]")
thread = one.call_in_thread(lambda: None)
thread.join()
seen = []
workers = [threading.Thread(target=lambda i=i: seen.append(interpreters.create().call(add, i, i))) for i in range(2)]
for w in workers:
    w.start()
for w in workers:
    w.join()
print(sorted(seen))

# Channels.
cid = _interpchannels.create(3, -1)
_interpchannels.send(cid, ("a", 1), blocking=False)
print(_interpchannels.get_count(cid), _interpchannels.recv(cid))
show(_interpchannels.recv, int(cid))

# What isolated interpreters may not do.
one.exec('''
import os, threading
for f in os.fork, lambda: os.execv("/bin/true", ["true"]), lambda: threading.Thread(daemon=True).start():
    try:
        f()
    except Exception as e:
        print(repr(e), flush=True)
''')

one.exec("import atexit; atexit.register(print, 'the end', flush=True)")
show(_interpreters.destroy, 0)
one.close()
show(one.exec, "pass")
print(queue.get())
show(_interpreters.new_config, "legacy", gil="own")
show(_interpreters.new_config, spam=1)
print(len(interpreters.list_all()))
