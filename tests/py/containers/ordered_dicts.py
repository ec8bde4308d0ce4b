"""OrderedDict: order, messages, subclasses that override what it uses."""
from collections import OrderedDict as OD


class S(OD):
    def keys(self):
        return ["zz"]

    def __getitem__(self, k):
        return 7


class S2(OD):
    def items(self):
        return [("qq", 1)]


class S3(OD):
    def __iter__(self):
        return iter(["u"])

    def __getitem__(self, k):
        return 7


def t(s):
    try:
        print(s, '->', repr(eval(s)))
    except BaseException as e:
        print(s, '!!', type(e).__name__, e)


for s in [
    'OD(1,2)',
    'OD(1)',
    'OD([1])',
    'OD([(1,)])',
    'OD([()])',
    'OD([(1,2,3)])',
    'OD(a=1)',
    'OD().update(1,2)',
    'OD().update(1)',
    "OD().pop('a')",
    "OD().pop('a',3)",
    "OD().pop('a',default=3)",
    'OD().pop()',
    'OD().popitem()',
    'OD().popitem(3,4)',
    "OD().move_to_end('a')",
    "OD(a=1).move_to_end('b')",
    'S(a=1)',
    'S2(a=1)',
    'S3(a=1)',
    'S(a=1).copy()',
    'iter(OD(a=1)).__reduce__()',
    "OD.fromkeys('abc',1)",
    "OD.fromkeys('abc')|{'z':1}",
    "{'z':1}|OD.fromkeys('ab')",
    'OD()|1',
    'OD()==1',
    'OD(a=1)==OD(a=1)',
    "OD([('a',1),('b',2)])==OD([('b',2),('a',1)])",
    "OD([('a',1),('b',2)])=={'b':2,'a':1}",
    'OD()<OD()',
    'OD(a=1).keys()',
    'OD(a=1).items()',
    'OD(a=1).values()',
    'list(reversed(OD(a=1,b=2)))',
    'list(reversed(OD(a=1,b=2).values()))',
    'OD(a=1).__init__(1,2)',
    'hash(OD())',
    'OD().setdefault([])',
    'OD().fromkeys(1)',
    "OD().__delitem__('q')",
    'OD().move_to_end()',
    'OD(a=1).__sizeof__()>0',
    'OD().__ior__(1)',
    'type(iter(OD()))()',
    'type(OD().keys())()',
    "OD(a=1).keys()&{'a'}",
    'len(OD(a=1).keys())',
    'OD.fromkeys()',
    'OD(None)',
    'OD({1:2}.items())',
    'OD(a=1).keys().mapping',
]:
    t(s)

for f in ("del o['a']", "o['c'] = 2", "dict.__setitem__(o, 'q', 1)", "o.move_to_end('a')", "dict.__delitem__(o, 'a')", "dict.clear(o)"):
    for mk in (iter, lambda x: iter(x.items())):
        o = OD(a=1, b=2, c=3)
        try:
            for k in mk(o):
                exec(f)
            print(f, o)
        except BaseException as e:
            print(f, type(e).__name__, e)
o = OD(a=1, b=2)
dict.__setitem__(o, 'q', 1)
for s in ["o", "list(o)", "len(o)", "o.pop('q')", "o.popitem()"]:
    t(s)
o = OD((i, i) for i in range(50))
for i in range(0, 50, 3):
    del o[i]
o.move_to_end(1)
o.move_to_end(49, last=False)
o.update((i, -i) for i in range(40, 60))
print(list(o.items()), list(reversed(o)))
