# wheels: orjson==3.13.0
"""Rust without PyO3: options, datetimes, dataclasses, enums, uuids, fragments, errors."""
import dataclasses
import datetime
import enum
import uuid
import orjson

UTC = datetime.timezone.utc
print(orjson.dumps({"a": [1, 2.5, None, True], "é": "\u2028\"\\\n"}), orjson.loads(b'{"a":[1,2.5,null,true],"x":"\\u00e9"}'))
now = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, UTC)
print(orjson.dumps([now, now.date(), datetime.time(1, 2, 3, 4), now.replace(tzinfo=None)]))
print(orjson.dumps(now, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS), orjson.dumps(now.replace(tzinfo=None), option=orjson.OPT_NAIVE_UTC))
print(orjson.dumps(now.astimezone(datetime.timezone(datetime.timedelta(hours=-5, minutes=-30)))))


@dataclasses.dataclass
class Point:
    x: int
    y: "Point | None" = None
    _hidden: int = 3


class Colour(enum.Enum):
    RED = "r"
    BLUE = 2


class Number(int):
    pass


class Text(str):
    pass


print(orjson.dumps(Point(1, Point(2))), orjson.dumps([Colour.RED, Colour.BLUE]), orjson.dumps(uuid.UUID(int=5)), orjson.dumps([Number(3), Text("s")]))
print(orjson.dumps({"b": 1, "a": 2}, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
print(orjson.dumps({1: 1, None: 2, Colour.BLUE: 3, now: 4}, option=orjson.OPT_NON_STR_KEYS), orjson.dumps(orjson.Fragment(b"[1]")))
print(orjson.dumps({1, 2} - {1}, default=list), orjson.dumps((1, (2,))), orjson.dumps(2**53), orjson.dumps(1e100), orjson.dumps(float("nan")))
print(orjson.loads("[1e5, -0, 18446744073709551615, 1.0, \"\\ud83d\\ude00\"]"), orjson.loads(bytearray(b"{}")), orjson.loads(memoryview(b"[]")))
print(orjson.loads('{"key":1,"key":2}'), [type(k) for k in orjson.loads('{"k":0}')])
for bad in [
    lambda: orjson.loads("{"),
    lambda: orjson.loads(b"\xff"),
    lambda: orjson.loads("[1,\n 2,]"),
    lambda: orjson.loads(""),
    lambda: orjson.loads(5),
    lambda: orjson.dumps(object()),
    lambda: orjson.dumps({1: 2}),
    lambda: orjson.dumps("\ud800"),
    lambda: orjson.dumps(2**64),
    lambda: orjson.dumps(2**60, option=orjson.OPT_STRICT_INTEGER),
    lambda: orjson.dumps(1, option="x"),
    lambda: orjson.dumps(Point(1), option=orjson.OPT_PASSTHROUGH_DATACLASS),
    lambda: orjson.dumps(),
    lambda: orjson.dumps({1, 2}, default=lambda o: (_ for _ in ()).throw(KeyError("no"))),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e, repr(e.__cause__))
try:
    orjson.loads('{"a": nope}')
except orjson.JSONDecodeError as e:
    print(e.msg, e.pos, e.lineno, e.colno, e.doc)
deep = []
for _ in range(300):
    deep = [deep]
try:
    orjson.dumps(deep)
except orjson.JSONEncodeError as e:
    print(e)
