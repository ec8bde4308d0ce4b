"""What is received lies in the very object that is returned: less than asked for, nothing at all, the end, no time left."""
import os
import socket

a, b = socket.socketpair()


def attempt(what, f):
    try:
        print(what, f())
    except Exception as e:
        print(what, type(e).__name__, e)


# Nothing is asked for, so nothing is waited for.
print(b.recv(0), b.recv_into(bytearray(0)))
b.settimeout(0.01)
attempt("recv", lambda: b.recv(10))
attempt("recvfrom", lambda: b.recvfrom(10))
attempt("negative", lambda: b.recv(-1))
b.settimeout(5)
for size in (1, 2, 100, 1000, 5000, 70000):
    for asked in (size, size + 1, size + 700, 300_000, 1 << 28):
        data = os.urandom(size)
        a.sendall(data)
        got = b""
        while len(got) < size:
            part = b.recv(asked)
            assert part and len(part) <= asked and hash(part) == hash(bytes(bytearray(part)))
            got += part
        assert got == data, (size, asked)
a.send(b"hello")
print(b.recv(5, socket.MSG_PEEK), b.recvfrom(3), b.recv(1000))
a.close()
print(b.recv(1000), b.recvfrom(1000)[0])

r, w = os.pipe()
os.write(w, b"some bytes")
print(os.read(r, 4), os.read(r, 1 << 20))
os.set_blocking(r, False)
attempt("os.read", lambda: os.read(r, 10) and 0)
with open(r, "rb", buffering=0) as f:
    print(f.read(10), f.read(0))
    os.write(w, b"x" * 3000)
    print(len(f.read(2000)), len(f.read(2000)))
    os.close(w)
    print(f.read(10))
attempt("closed", lambda: f.read(10))
with open(__file__, "rb", buffering=0) as f:
    print(f.read(3), len(f.read(1 << 30)) > 1000, f.read(5))
    print(os.pread(f.fileno(), 3, 0), os.pread(f.fileno(), 10, 1 << 20), len(os.getrandom(5)))
