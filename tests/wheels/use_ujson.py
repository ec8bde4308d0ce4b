# wheels: ujson==6.1.0
"""Encoding with every option, decoding, numbers, surrogates, errors."""
import io
import json
import ujson

values = [None, True, 1, -5, 2**63, -(2**63), 2**64 - 1, 1.5, 1e300, -0.0, "héllo\n\u2028</script>", "\U0001F600", [], {}, [1, [2, {"a": None}]], {"b": 1, "a": (2, 3)}]
for v in values:
    s = ujson.dumps(v)
    print(s, ujson.loads(s) == json.loads(json.dumps(v)))
print(ujson.dumps({"b": 1, "a": 2}, sort_keys=True), ujson.dumps([1, {"x": []}], indent=2))
print(ujson.dumps("é", ensure_ascii=False), ujson.dumps("<&>", encode_html_chars=True), ujson.dumps("a/b", escape_forward_slashes=False))
print(ujson.dumps({"a": 1}, separators=(", ", ": ")), ujson.dumps({1: "x", 1.5: "y", None: 0, True: 1}))
print(ujson.dumps(float("nan"), allow_nan=True), ujson.dumps([float("inf")]))


class Json:
    def __json__(self):
        return '{"raw":1}'


class ToDict:
    def toDict(self):
        return {"k": [1]}


print(ujson.dumps(Json()), ujson.dumps({"x": {1, 2, 3} - {1, 2}}, default=list), ujson.dumps(object(), default=lambda o: "obj"))
f = io.StringIO()
ujson.dump([1, 2], f)
print(f.getvalue(), ujson.load(io.StringIO("[3]")), ujson.loads(b'{"a":"\\u00e9\\ud83d\\ude00"}'))
print(ascii(ujson.loads('"\\ud800"')), ujson.loads("123456789012345678901234567890"), ujson.loads("-1.5e-3"), ujson.loads(" [ ] "))
loop = []
loop.append(loop)
for bad in [
    lambda: ujson.loads("{"),
    lambda: ujson.loads("[1,]"),
    lambda: ujson.loads('"\\x"'),
    lambda: ujson.loads("nul"),
    lambda: ujson.loads(""),
    lambda: ujson.loads(5),
    lambda: ujson.loads("[" * 2000),
    lambda: ujson.dumps(loop),
    lambda: ujson.dumps(object()),
    lambda: ujson.dumps(float("nan"), allow_nan=False),
    lambda: ujson.dumps("\ud800"),
    lambda: ujson.dumps(),
    lambda: ujson.dumps(1, default=5, bogus=1),
    lambda: ujson.dump(1, 2),
    lambda: ujson.dumps({(1, 2): 3}),
]:
    try:
        print(bad())
    except Exception as e:
        text = str(e)
        print(type(e).__name__, text if " at 0x" not in text else text.split(" at 0x")[0])
print(ujson.JSONDecodeError.__mro__[1].__name__)
