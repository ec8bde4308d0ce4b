# wheels: gevent==26.9.0 zope.event==6.2 zope.interface==8.7 greenlet==3.5.6
"""Greenlets on an event loop: timers, queues, pools, sockets."""

import gevent
from gevent import event, lock, pool, queue, socket
from gevent.server import StreamServer

log = []


def worker(n):
    for i in range(3):
        log.append((n, i))
        gevent.sleep(0)
    return n * n


jobs = [gevent.spawn(worker, n) for n in range(3)]
gevent.joinall(jobs)
print([j.value for j in jobs], sorted(log) == [(n, i) for n in range(3) for i in range(3)], log[:3])
print(pool.Pool(2).map(lambda x: x + 1, range(5)))
q = queue.Queue(1)
gevent.spawn(lambda: [q.put(i) for i in range(4)])
print([q.get() for _ in range(4)])
e = event.AsyncResult()
gevent.spawn_later(0.001, e.set, "done")
print(e.get(timeout=5))
failing = gevent.spawn(lambda: 1 / 0)
failing.link_exception(lambda g: log.append(type(g.exception).__name__))
try:
    failing.get()
except ZeroDivisionError as x:
    print(x)
gevent.sleep(0)
print(log[-1])
try:
    with gevent.Timeout(0.001):
        gevent.sleep(5)
except gevent.Timeout as t:
    print(t)
s = lock.Semaphore(1)
with s:
    print(s.locked(), s.acquire(blocking=False))


def serve(connection, address):
    connection.sendall(connection.recv(100).upper())


server = StreamServer(("127.0.0.1", 0), serve)
server.start()
c = socket.create_connection(server.address)
c.sendall(b"hello")
print(c.recv(100))
c.close()
server.stop()
sleeper = gevent.spawn(gevent.sleep, 10)
gevent.sleep(0)
sleeper.kill()
print(sleeper.dead, repr(sleeper.value))
