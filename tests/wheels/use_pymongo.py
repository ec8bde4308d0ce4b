# wheels: pymongo==4.20.0 dnspython==2.9.2
"""BSON in C: every type, code options, errors; the driver without a server where it loads."""
import datetime
import re
import uuid
import bson
from bson import BSON, Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, SON, Timestamp, decode_all, json_util
from bson.codec_options import CodecOptions, DatetimeConversion

print(bson.has_c())
oid = ObjectId("0123456789abcdef01234567")
doc = {
    "null": None, "t": True, "i": 5, "l": 2**40, "i64": Int64(7), "f": 1.5, "s": "grüß", "b": b"\0\1", "bin": Binary(b"x", 5),
    "oid": oid, "d": datetime.datetime(2024, 2, 3, 4, 5, 6, 789000), "re": re.compile("a.b", re.I), "code": Code("x", {"y": 1}),
    "ts": Timestamp(5, 6), "min": MinKey(), "max": MaxKey(), "ref": DBRef("c", oid), "arr": [1, [2], {"z": 3}], "sub": SON([("b", 1), ("a", 2)]),
    "rx": Regex("^x", "i"), "tuple": (1, 2),
}
raw = bson.encode(doc)
print(len(raw), raw[:40].hex(), bson.is_valid(raw))
back = bson.decode(raw)
for k in doc:
    print(k, repr(back[k]))
print(bson.decode(raw, CodecOptions(document_class=SON, tz_aware=True))["d"], list(bson.decode(raw, CodecOptions(document_class=SON))["sub"]))
print(bson.decode(bson.encode({"u": uuid.UUID(int=3)}, codec_options=CodecOptions(uuid_representation=4)), CodecOptions(uuid_representation=4)))
print(decode_all(raw + bson.encode({"x": 1}))[1], [list(d) for d in bson.decode_iter(bson.encode({"a": 1}) * 2)])
print(bson.decode(bson.encode({"d": datetime.datetime(1960, 1, 1)}), CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)))
print(json_util.dumps({"o": oid, "d": back["d"], "b": b"x"}), oid.generation_time, ObjectId.is_valid("zz"), sorted([ObjectId(b"b" * 12), ObjectId(b"a" * 12)]))


class Custom(dict):
    pass


print(bson.decode(bson.encode(Custom(a=1))), bson.encode({"n": {"_id": 1, "a": 2, "x": []}}).hex())
loop = {}
loop["x"] = loop
for bad in [
    lambda: bson.encode({"x": object}),
    lambda: bson.encode({5: 1}),
    lambda: bson.encode({"a\0b": 1}),
    lambda: bson.encode({"x": 2**70}),
    lambda: bson.encode([]),
    lambda: bson.encode({"x": "\ud800"}),
    lambda: bson.encode(loop),
    lambda: bson.encode({"a.b": 1}, check_keys=True),
    lambda: bson.decode(b"\5\0\0\0\1"),
    lambda: bson.decode(raw[:-1]),
    lambda: bson.decode(b"\x0c\0\0\0\x99a\0\0\0\0\0\0"),
    lambda: bson.decode(5),
    lambda: ObjectId("short"),
    lambda: bson.encode({"u": uuid.UUID(int=3)}),
    lambda: bson._cbson._dict_to_bson(),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, isinstance(e, RecursionError) or str(e)[:150].split(" at 0x")[0])
