import json, io
data = {"a": [1, 2.5, True, None, "é\n\"\\/\u2028😀"], "b": {"c": {}, "d": []}, "e": -0.0, "f": 1e100, "g": 10**20}
s = json.dumps(data); print(s); print(json.loads(s) == data)
print(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False)); print(json.dumps([1, {"x": 2}], separators=(",", ":")), json.dumps("x", indent=1), json.dumps({1: 2, None: 3, True: 4, 1.5: 5}), json.dumps((1, 2)), json.dumps([float("nan"), float("inf")]), json.dumps({"b": 1, "a": 2}, sort_keys=True), json.dumps([[]], indent="--"))
for bad in ("", "{", "[1,]", "{'a': 1}", '{"a" 1}', '"\\x"', '"abc', "nul", "[1 2]", "01", "1.", '{"a": 1,}', "[1] x", '"\t"', '"\\ud800"', "-", "[", '{"a":', "NaN", "1e5", "\ufeff1", '{"a":1, "a":2}', "[" * 5 + "]" * 5):
    try: print(ascii(bad), ascii(json.loads(bad)))
    except json.JSONDecodeError as e: print(ascii(bad), e, e.pos, e.lineno, e.colno)
for bad in ({1, 2}, b"x", object, {(1,): 2}, 1j, range(3)):
    try: print(json.dumps(bad))
    except TypeError as e: print(e)
c = []; c.append(c)
try: json.dumps(c)
except ValueError as e: print(e)
class E(json.JSONEncoder):
    def default(self, o): return sorted(o) if isinstance(o, set) else super().default(o)
print(json.dumps({"s": {2, 1}}, cls=E), json.dumps({1, 2}, default=list), json.loads('{"a": 1.5, "b": 2}', parse_float=str, parse_int=lambda x: x + "!", object_hook=lambda d: sorted(d)), json.loads('{"b": 1, "a": 2}', object_pairs_hook=list), json.loads(b'"\xc3\xa9"'), json.loads('"\\u00e9\\ud83d\\ude00"'), json.loads(" [ 1 , true ] "))
f = io.StringIO(); json.dump([1], f); f.seek(0); print(json.load(f), f.getvalue())
try: json.dumps(float("nan"), allow_nan=False)
except ValueError as e: print(e)
print(json.dumps({"k": [1] * 3}, skipkeys=True), json.dumps({(1,): 1}, skipkeys=True), list(json.JSONEncoder().iterencode([1, {"a": 2}])))
