# wheels: websockets==17.4
"""Masking in C; frames, the sans-I/O protocol, a handshake between two ends."""
from websockets import speedups, frames, utils
from websockets.client import ClientProtocol
from websockets.server import ServerProtocol
from websockets.uri import parse_uri
from websockets.frames import Opcode

print(utils.apply_mask is speedups.apply_mask)
for data in [b"", b"abc", bytes(range(200)), bytearray(b"mutable!x"), memoryview(b"view of bytes")]:
    out = speedups.apply_mask(data, b"\x10\x20\x30\x40")
    print(type(out).__name__, len(out), out[:9].hex())
for args in [(), (b"x",), (b"x", b"123"), ("x", b"1234"), (b"x", 4)]:
    try:
        speedups.apply_mask(*args)
    except Exception as e:
        print(type(e).__name__, e)
f = frames.Frame(Opcode.TEXT, "héllo".encode())
print(f, f.serialize(mask=False))
try:
    frames.Close(99, "").check()
except Exception as e:
    print(type(e).__name__, e)
client = ClientProtocol(parse_uri("ws://example.com/test"))
server = ServerProtocol()
request = client.connect()
client.send_request(request)
server.receive_data(b"".join(client.data_to_send()))
[got] = server.events_received()
print(got.path, got.headers["Host"], got.headers["Upgrade"])
server.send_response(server.accept(got))
client.receive_data(b"".join(server.data_to_send()))
print([type(e).__name__ for e in client.events_received()], client.state.name, server.state.name)
client.send_text("grüß".encode())
client.send_binary(b"\x00" * 300)
server.receive_data(b"".join(client.data_to_send()))
for e in server.events_received():
    print(e.opcode.name, len(e.data), e.fin)
server.send_close(1001, "bye")
client.receive_data(b"".join(server.data_to_send()))
print([str(e) for e in client.events_received()], client.close_exc if client.state.name == "CLOSED" else client.state.name)
