# wheels: msgpack==1.2.4
"""The Cython packer and unpacker: types, hooks, streams, errors."""
import io
import datetime
import msgpack
from msgpack import _cmsgpack

print(msgpack.Packer is _cmsgpack.Packer, msgpack.version)
for v in [None, True, 0, -1, 127, 128, -33, 2**32, 2**64 - 1, -(2**63), 1.5, "é", b"\0" * 40, [1, [2]], {"a": {"b": []}}, "x" * 300, list(range(20)), msgpack.Timestamp(5, 6), msgpack.ExtType(3, b"zz")]:
    p = msgpack.packb(v)
    print(p[:12].hex(), len(p), msgpack.unpackb(p, strict_map_key=False) == v)
print(msgpack.unpackb(msgpack.packb({"d": 1}), object_hook=lambda d: ("hook", d)), msgpack.unpackb(b"\x81\x01\x02", strict_map_key=False, object_pairs_hook=list))
print(msgpack.packb({1, 2} - {1}, default=list), msgpack.packb(1.5, use_single_float=True).hex(), msgpack.packb(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), datetime=True).hex())
print(msgpack.unpackb(msgpack.packb(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), datetime=True), timestamp=3), msgpack.unpackb(b"\x92\x01\x02", use_list=False))
u = msgpack.Unpacker(io.BytesIO(b"\x01\x92\x02\x03\xa1a"))
print(list(u), u.tell())
u = msgpack.Unpacker()
u.feed(b"\x93\x01")
try:
    u.unpack()
except msgpack.OutOfData as e:
    print("out of data", e)
u.feed(b"\x02\x03\x82")
print(u.unpack(), u.read_map_header())
pk = msgpack.Packer(autoreset=False)
pk.pack_array_header(2); pk.pack(1); pk.pack("z")
print(pk.bytes(), pk.getbuffer().nbytes)
deep = []
for _ in range(600):
    deep = [deep]
for bad in [
    lambda: msgpack.packb(object()),
    lambda: msgpack.packb(2**70),
    lambda: msgpack.packb(deep),
    lambda: msgpack.unpackb(b"\x92\x01"),
    lambda: msgpack.unpackb(b"\x01\x02"),
    lambda: msgpack.unpackb(b"\xc1"),
    lambda: msgpack.unpackb(b"\x81\x01\x02"),
    lambda: msgpack.unpackb("text"),
    lambda: msgpack.unpackb(b"\xa1\xff"),
    lambda: msgpack.Packer(default=5),
    lambda: msgpack.Unpacker(io.BytesIO(), max_buffer_size=2, read_size=5),
    lambda: msgpack.packb("\ud800"),
    lambda: msgpack.packb(1, nope=1),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e)[:150].split(" at 0x")[0])


class Mine(msgpack.Packer):
    def pack(self, o):
        return super().pack([o])


print(Mine().pack(1))
