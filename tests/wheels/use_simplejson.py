# wheels: simplejson==4.3.0
"""The C encoder and scanner: options, hooks, errors with positions."""
import collections
import io
import simplejson as json
from simplejson import _speedups

print(json.encoder.c_make_encoder is not None, json.scanner.c_make_scanner is not None)
for v in [None, True, 1, 1.5, "é\u2028\"", [1, [2]], {"b": 1, "a": {"c": None}}, (1, 2), 2**70]:
    s = json.dumps(v)
    print(s, json.loads(s) == v)
print(json.dumps({"b": 1, "a": [1, {}]}, indent="\t", sort_keys=True), json.dumps({1: 2, None: 3, 1.5: 4}, separators=(",", ":")))
Point = collections.namedtuple("Point", "x y")
print(json.dumps(Point(1, 2)), json.dumps(Point(1, 2), namedtuple_as_object=False), json.dumps({"k": {1}}, iterable_as_array=True), json.dumps(float("nan"), ignore_nan=True), json.dumps(2**60, bigint_as_string=True), json.dumps({(1,): 2, "a": 1}, skipkeys=True))
print(json.loads('{"a": 1, "b": [2.5]}', object_pairs_hook=lambda p: p, parse_float=str), json.loads("[1.1]", use_decimal=False), json.loads('"\\ud834\\udd20"'), json.loads(b'"\xc3\xa9"'))
print([t for t in json.JSONEncoder().iterencode([1, {"x": "y"}])], json.load(io.StringIO("[]")), json.dumps("é", ensure_ascii=False), json.dumps("<", for_json=True), json.dumps("</script>", cls=json.JSONEncoderForHTML))
loop = []; loop.append(loop)
for bad in [lambda: json.loads("{"), lambda: json.loads("[1,]"), lambda: json.loads('{"a" 1}'), lambda: json.loads('"\n"'), lambda: json.loads("[1] x"), lambda: json.dumps(loop), lambda: json.dumps(object()), lambda: json.dumps(float("inf")), lambda: json.loads(5), lambda: json.dumps({(1,): 2}), lambda: _speedups.scanstring("x", 5), lambda: _speedups.make_scanner(5)]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).split(" at 0x")[0])
