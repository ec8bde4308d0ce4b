# wheels: psutil==7.2.2
"""What the system says through C; named tuples; errors of processes that are gone."""
import os
import psutil
from psutil import _psutil_linux as c

p = psutil.Process()
print(p.pid == os.getpid(), p.ppid() == os.getppid(), p.cwd() == os.getcwd(), p.is_running(), p.num_threads() >= 1)
m = p.memory_info()
print(type(m).__name__, m._fields[:3], m.rss > 1 << 20)
print(psutil.cpu_count() == os.cpu_count(), psutil.virtual_memory().total > 1 << 28, psutil.cpu_times()._fields[:4])
print(p.nice(), p.ionice().__class__.__name__, p.cpu_affinity() == sorted(os.sched_getaffinity(0)))
print(psutil.disk_usage("/").total > 0, "lo" in psutil.net_if_addrs(), psutil.net_if_stats()["lo"].isup, len(psutil.users()) >= 0)
print(p.rlimit(psutil.RLIMIT_NOFILE)[0] > 0, [f.path for f in p.open_files()] == [], p.username() == __import__("pwd").getpwuid(os.getuid()).pw_name)
with p.oneshot():
    print(p.name() == p.name(), p.create_time() > 0)
for bad in [
    lambda: psutil.Process(-1),
    lambda: psutil.Process(2**22 + 5),
    lambda: psutil.Process("x"),
    lambda: c.proc_ioprio_get("x"),
    lambda: c.proc_ioprio_get(),
    lambda: psutil.disk_usage("/no/such/place"),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).replace(str(os.getpid()), "PID"))
try:
    psutil.Process(2**22 + 5)
except psutil.Error as e:
    print(isinstance(e, psutil.NoSuchProcess), e.pid, e.msg)
print(psutil.pid_exists(os.getpid()), psutil.pid_exists(2**22 + 5), os.getpid() in psutil.pids())
