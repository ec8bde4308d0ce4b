"""select, poll and epoll over a pipe; children and their exit; spawn; locks; limits."""
import fcntl, os, resource, select, sys, _posixsubprocess


def tell(what, call, *args, **kwargs):
    try:
        print(what, call(*args, **kwargs))
    except BaseException as e:
        print(what, type(e).__name__, e)


r, w = os.pipe()
name = {r: "r", w: "w"}
names = lambda fds: [name[fd] for fd in fds]
print([names(x) for x in select.select([r], [w], [], 0)])
os.write(w, b"x")
print([names(x) for x in select.select([r, r], [], [], None)])
tell("range", select.select, [], [], [], -1)
tell("type", select.select, 1, [], [])
tell("word", select.select, [], [], [], "soon")
tell("big", select.select, [5000], [], [], 0)

p = select.poll()
p.register(w, select.POLLOUT)
p.register(r, select.POLLIN)
print([(name[fd], ev) for fd, ev in p.poll(0)])
p.modify(r, 0)
p.unregister(w)
print(p.poll(0))
tell("gone", p.unregister, 999)
tell("mask", p.register, r, -1)
tell("wide", p.register, r, 1 << 20)
tell("long", p.poll, 1 << 40)

with select.epoll() as e:
    e.register(r, select.EPOLLIN)
    print([(name[fd], ev) for fd, ev in e.poll(0)])
    tell("events", e.poll, 0, 0)
print(e.closed)
tell("closed", e.poll)

pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 3"], {})
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
pid = os.posix_spawnp("sh", ["sh", "-c", "echo $A >&3"], {"A": "said"}, file_actions=[(os.POSIX_SPAWN_DUP2, w, 3)])
print(os.wait4(pid, 0)[1], os.read(r, 100))
tell("action", os.posix_spawn, "/bin/true", ["a"], {}, file_actions=[(9,)])
tell("argv", os.posix_spawn, "/bin/true", [], {})
pid = os.fork()
if not pid:
    os._exit(7)
done = os.waitid(os.P_PID, pid, os.WEXITED)
print(done.si_pid == pid, done.si_status, done.si_code)
tell("keep", _posixsubprocess.fork_exec, [b"a"], [b"/bin/true"], True, (5, 3), None, None,
     -1, -1, -1, -1, -1, -1, r, 9, True, False, -1, None, None, None, -1, None)

tell("lock", fcntl.lockf, r, 0)
tell("arg", fcntl.fcntl, r, fcntl.F_GETFD, 1.5)
print(fcntl.fcntl(r, fcntl.F_GETFD) == fcntl.FD_CLOEXEC)
tell("limit", resource.setrlimit, resource.RLIMIT_CORE, (-2, 0))
tell("kind", resource.getrlimit, 99)
print(os.sched_param(3), os.sched_param(3).__reduce__()[1])
fd = os.eventfd(4)
print(os.eventfd_read(fd), os.major(os.makedev(5, 6)), os.minor(os.makedev(5, 6)), os.makedev(-1, -1))
sys.stdout.flush()
