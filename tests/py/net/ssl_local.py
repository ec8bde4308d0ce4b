"""TLS between threads of one program: what is refused, and what goes over the wire."""
import asyncio
import os
import socket
import ssl
import tempfile
import threading

# A certificate authority and certificates of our own, for these tests only: nobody trusts them.
CA = """\
-----BEGIN CERTIFICATE-----
MIIBlTCCATqgAwIBAgICEAEwCgYIKoZIzj0EAwIwMDEVMBMGA1UECgwMVGFpcGFu
IHRlc3RzMRcwFQYDVQQDDA5UYWlwYW4gdGVzdCBDQTAgFw0yMDAxMDEwMDAwMDBa
GA8yMTIwMDEwMTAwMDAwMFowMDEVMBMGA1UECgwMVGFpcGFuIHRlc3RzMRcwFQYD
VQQDDA5UYWlwYW4gdGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIRZ
s5FcKMQTx+UeTIas+me3y3QWPQYyXCuzSvly7heYVFyd/DY80R6FhMwfEuhuZCQe
TKrDOWsuykKug9F/q/CjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQD
AgEGMB0GA1UdDgQWBBQoihhgPtfnKBxa/tdiLv4k3mpRLjAKBggqhkjOPQQDAgNJ
ADBGAiEAtHmLGnPidxmgkvYQnMl0wu72ObFWelZtYci+Qk60rSYCIQCoPjGzuQ5r
7QcUc0LzNnL1K9+FW79Pm7PpD69uej118g==
-----END CERTIFICATE-----
"""
GOOD = """\
-----BEGIN CERTIFICATE-----
MIIB9jCCAZ2gAwIBAgICEAIwCgYIKoZIzj0EAwIwMDEVMBMGA1UECgwMVGFpcGFu
IHRlc3RzMRcwFQYDVQQDDA5UYWlwYW4gdGVzdCBDQTAgFw0yMDAxMDEwMDAwMDBa
GA8yMTIwMDEwMTAwMDAwMFowKzEVMBMGA1UECgwMVGFpcGFuIHRlc3RzMRIwEAYD
VQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT8CZ6d9mTX
H3OYdr+V0n+jBn9L651d/2vkPXsyPKaEunSoskJWe4mOczPDELoHMIDYuVoob0Oh
tMITBz6VcvUUo4GpMIGmMCcGA1UdEQQgMB6CCWxvY2FsaG9zdIILKi53aWxkLnRl
c3SHBH8AAAEwHwYDVR0jBBgwFoAUKIoYYD7X5ygcWv7XYi7+JN5qUS4wHQYDVR0O
BBYEFKQnlo22+HCk58UNUN9y59lOd2MfMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/
BAQDAgeAMB0GA1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcDAjAKBggqhkjOPQQD
AgNHADBEAiBxnSYOTm6PWo9558/t6ivuS5RWtxKqmiPWs/Nysffc/AIgD6LWAJO2
kloM2pQUAfpjzs+v1V5yW8K0RRVyMbMdQDs=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgECqiVO18QXix80JF
OUn1oX1uzGDzzgp6KYhIVDIiI3ShRANCAAT8CZ6d9mTXH3OYdr+V0n+jBn9L651d
/2vkPXsyPKaEunSoskJWe4mOczPDELoHMIDYuVoob0OhtMITBz6VcvUU
-----END PRIVATE KEY-----
"""
OLD = """\
-----BEGIN CERTIFICATE-----
MIIB4TCCAYigAwIBAgICEAMwCgYIKoZIzj0EAwIwMDEVMBMGA1UECgwMVGFpcGFu
IHRlc3RzMRcwFQYDVQQDDA5UYWlwYW4gdGVzdCBDQTAeFw0yMDAxMDEwMDAwMDBa
Fw0yMTAxMDEwMDAwMDBaMCsxFTATBgNVBAoMDFRhaXBhbiB0ZXN0czESMBAGA1UE
AwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEi/0eKrOdY0Gs
bHU2GsfyrFWZZuaP/26xPqb20RuQzJ7Rc9TWRrY8CIgATiECOfpOuuHd7RcliPqv
xYoLgRgBSKOBljCBkzAUBgNVHREEDTALgglsb2NhbGhvc3QwHwYDVR0jBBgwFoAU
KIoYYD7X5ygcWv7XYi7+JN5qUS4wHQYDVR0OBBYEFG4Jov4wy8fa3AS9yfubpT4C
SDZwMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMB0GA1UdJQQWMBQGCCsG
AQUFBwMBBggrBgEFBQcDAjAKBggqhkjOPQQDAgNHADBEAiB8phfNILIjFz7KI5Ny
MspSBk/iM+2RJFhLeUfTrEHfWgIgGGp571qFlqrSyfanR7RItPBkgVMPYNbPVJDZ
CZnn43o=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBXTuPyDEPLAu2JGj
SLwpuDsuzfr33XmbXW4cKJWVdBOhRANCAASL/R4qs51jQaxsdTYax/KsVZlm5o//
brE+pvbRG5DMntFz1NZGtjwIiABOIQI5+k664d3tFyWI+q/FiguBGAFI
-----END PRIVATE KEY-----
"""


def server_context(pem):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "cert.pem")
        with open(name, "w") as f:
            f.write(pem)
        ctx.load_cert_chain(name)
    return ctx


def serve(listener, ctx, seen):
    """One connection: answer each line by itself, upper case."""
    raw, _ = listener.accept()
    raw.settimeout(20)
    try:
        with ctx.wrap_socket(raw, server_side=True) as s:
            while line := s.recv(65536):
                s.sendall(line.upper())
            s.unwrap()
            seen.append("end")
    except OSError as e:
        seen.append(type(e).__name__)


def talk(pem, client, host, action, tune=lambda ctx: None):
    server = server_context(pem)
    tune(server)
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        t = threading.Thread(target=serve, args=(listener, server, seen))
        t.start()
        try:
            with socket.create_connection(listener.getsockname(), timeout=20) as raw:
                try:
                    with client.wrap_socket(raw, server_hostname=host) as s:
                        result = action(s)
                        s.unwrap().close()
                except ssl.SSLCertVerificationError as e:
                    result = (type(e).__name__, e.verify_code, e.verify_message, e.library, e.reason, str(e).rpartition(" (")[0])
        finally:
            t.join()
    return result, seen


def echo(s):
    s.sendall(b"hello ")
    a = s.recv(100)
    big = bytes(range(97, 123)) * 4000
    s.settimeout(None)
    sender = threading.Thread(target=s.sendall, args=(big,))
    sender.start()
    got = bytearray()
    while len(got) < len(big):
        room = bytearray(5000)
        n = s.recv_into(room)
        got += room[:n]
    sender.join()
    return a, got == big.upper(), s.version(), s.selected_alpn_protocol()


def trusting():
    return ssl.create_default_context(cadata=CA)


print("-- accepted")
print(talk(GOOD, trusting(), "localhost", echo))
print(talk(GOOD, trusting(), "127.0.0.1", lambda s: s.getpeercert()["subjectAltName"]))
print(talk(GOOD, trusting(), "a.wild.test", lambda s: s.server_hostname))
old_tls = trusting()
old_tls.maximum_version = ssl.TLSVersion.TLSv1_2
print(talk(GOOD, old_tls, "localhost", echo))

print("-- refused")
for host in ("other", "wild.test", "a.b.wild.test", "127.0.0.2", "xlocalhost"):
    print(host, talk(GOOD, trusting(), host, echo)[0])
print(talk(OLD, trusting(), "localhost", echo)[0])
untrusting = ssl.create_default_context()
print(talk(GOOD, untrusting, "localhost", echo)[0][:5])
late = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
print(late.check_hostname, late.verify_mode, talk(GOOD, late, "localhost", echo)[0][1])
try:
    late.verify_mode = ssl.CERT_NONE
except ValueError as e:
    print(e)
for bad in ("", ".localhost", None, "a\0b"):
    try:
        trusting().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=bad)
    except (ValueError, TypeError) as e:
        print(type(e).__name__)

print("-- not asked")
careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
careless.check_hostname = False
careless.verify_mode = ssl.CERT_NONE
print(talk(OLD, careless, "whatever", lambda s: (s.getpeercert(), len(s.getpeercert(True)) > 400)))

print("-- protocols and names")
picky = trusting()
picky.set_alpn_protocols(["h2", "http/1.1"])
print(talk(GOOD, picky, "localhost", echo, lambda ctx: ctx.set_alpn_protocols(["http/1.1", "spdy"]))[0][3])
names = []


def on_name(sock, name, ctx):
    names.append((type(sock).__name__, name, ctx.protocol.name))


print(talk(GOOD, trusting(), "localhost", lambda s: "done", lambda ctx: setattr(ctx, "sni_callback", on_name)), names)


def refuse(sock, name, ctx):
    return ssl.ALERT_DESCRIPTION_ACCESS_DENIED


try:
    print(talk(GOOD, trusting(), "localhost", echo, lambda ctx: setattr(ctx, "sni_callback", refuse)))
except ssl.SSLError as e:
    print(type(e).__name__, e.library)

print("-- a client that shows a certificate")


def demand(ctx):
    ctx.verify_mode = ssl.CERT_REQUIRED
    ctx.load_verify_locations(cadata=CA)


known = trusting()
with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "c.pem")
    with open(name, "w") as f:
        f.write(GOOD)
    known.load_cert_chain(name)
print(talk(GOOD, known, "localhost", lambda s: (s.sendall(b"x"), s.recv(1))[1], demand))
stranger = trusting()
stranger.maximum_version = ssl.TLSVersion.TLSv1_2
try:
    print(talk(GOOD, stranger, "localhost", echo, demand))
except ssl.SSLError as e:
    print(type(e).__name__)

print("-- a timeout, and no TLS at all")
with socket.create_server(("127.0.0.1", 0)) as listener:
    with socket.create_connection(listener.getsockname(), timeout=0.05) as raw:
        try:
            trusting().wrap_socket(raw, server_hostname="localhost")
        except TimeoutError as e:
            print(str(e).rpartition(": ")[2])
a, b = socket.socketpair()
b.sendall(b"HTTP/1.0 400 no\r\n\r\n")
try:
    trusting().wrap_socket(a, server_hostname="localhost")
except ssl.SSLError as e:
    print(type(e).__name__, e.library)
a.close()
b.close()

print("-- in memory")
server, client = server_context(GOOD), trusting()
to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
c = client.wrap_bio(to_client, to_server, server_hostname="localhost")
s = server.wrap_bio(to_server, to_client, server_side=True)
waiting = [c, s]
while waiting:
    for side in list(waiting):
        try:
            side.do_handshake()
            waiting.remove(side)
        except ssl.SSLWantReadError:
            pass
print(c.write(b"abc"), s.read(10), s.pending())
try:
    s.read(1)
except ssl.SSLWantReadError as e:
    print(e.errno, e.reason)
print(c.cipher() == s.cipher(), c.cipher() in s.shared_ciphers())
print([x.get_info()["serialNumber"] for x in c._sslobj.get_verified_chain()])

print("-- asyncio")


async def main():
    async def answer(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_context(GOOD)) as srv:
        port = srv.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(), server_hostname="localhost")
        writer.write(b"over tls\n")
        print(await reader.read())
        writer.close()
        await writer.wait_closed()
        try:
            await asyncio.open_connection("127.0.0.1", port, ssl=trusting(), server_hostname="elsewhere")
        except ssl.SSLCertVerificationError as e:
            print(e.verify_message)


asyncio.run(main())
