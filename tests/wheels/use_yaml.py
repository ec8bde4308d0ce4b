# wheels: pyyaml==6.0.3
"""libyaml through Cython: load, dump, events, errors with marks, custom tags."""
import datetime
import yaml
from yaml import CLoader, CDumper, CSafeLoader, CSafeDumper

text = """
a: 1
b: [x, 2.5, ~, true, 2024-01-02, 0x1f]
c: &anchor {d: "q\\n", e: 'é'}
f: *anchor
g: |
  block
  text
h: >-
  folded
  line
<<: {merged: yes}
"""
print(yaml.load(text, Loader=CSafeLoader))
print([type(e).__name__ for e in yaml.parse("a: [1]", Loader=CLoader)], [type(t).__name__ for t in yaml.scan("- x", Loader=CLoader)])
data = {"z": [1, 2.5, None, True], "y": {"n": "multi\nline", "d": datetime.date(2024, 1, 2)}, "s": {1, 2} - {1}, "u": "ü"}
print(yaml.dump(data, Dumper=CSafeDumper), yaml.dump(data, Dumper=CSafeDumper, default_flow_style=True, sort_keys=False, allow_unicode=True))
print(list(yaml.load_all("--- 1\n--- [2]\n", Loader=CLoader)), yaml.compose("a: b", Loader=CLoader).value[0][0].value)


class Point:
    def __init__(self, x):
        self.x = x


class Loader(CSafeLoader):
    pass


Loader.add_constructor("!point", lambda l, n: Point(l.construct_scalar(n)))
print(yaml.load("!point 5", Loader=Loader).x, yaml.dump(Point(3), Dumper=CDumper))
for bad in ["a: [", "a: b: c", "\t- x", "*nope", "!point 5", "a: 'x", "\x01", "{a: 1, a"]:
    try:
        print(yaml.load(bad, Loader=CSafeLoader))
    except yaml.YAMLError as e:
        print(type(e).__name__, str(e).replace("\n", " | "))
for bad in [lambda: yaml.load(5, Loader=CLoader), lambda: yaml.dump(object, Dumper=CSafeDumper), lambda: CLoader(), lambda: CLoader("x").nope]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e)[:120])
