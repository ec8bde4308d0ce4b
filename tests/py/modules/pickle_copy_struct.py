import pickle, copy, struct, array, binascii, hashlib, base64, random, marshal, io
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return type(o) is P and self.x == o.x
class S: __slots__ = ("a",)
class R:
    def __reduce__(self): return (complex, (1, 2))
class G:
    def __getstate__(self): return {"saved": 1}
    def __setstate__(self, s): self.state = s
def func(): pass
objs = [None, True, 5, -1, 2**100, 1.5, "é", b"b", bytearray(b"x"), [1, [2]], (1,), (1, 2, 3, 4), {"a": {1}}, frozenset([1]), 1j, range(3), slice(1), P([1]), len, P, func, Ellipsis, ValueError("e", 1), "x" * 300, list(range(1100)), {i: i for i in range(300)}]
for proto in range(6):
    ok = 0
    for o in objs:
        r = pickle.loads(pickle.dumps(o, proto)); ok += r == o or repr(r) == repr(o)
    print(proto, ok, len(objs))
l = []; l.append(l); m = pickle.loads(pickle.dumps(l)); print(m[0] is m); a = [1]; b = pickle.loads(pickle.dumps([a, a])); print(b[0] is b[1], pickle.loads(pickle.dumps(R())), pickle.loads(pickle.dumps(G())).state); s = S(); s.a = 1; print(pickle.loads(pickle.dumps(s)).a)
print(pickle.dumps([1, "a", (2.5, None)], 4), pickle.dumps({"k": b"v"}, 2), pickle.dumps("x", 0))
for bad in (b"", b".", b"\x80\x09.", b"cno_such\nthing\n.", b"(lp0\n", b"garbage", b"I1\n", b"\x80\x04\x95\xff\xff"):
    try: print(pickle.loads(bad))
    except Exception as e: print(type(e).__name__, e)
for bad in (lambda: 0, (x for x in ()), io.StringIO().__class__.write):
    try: pickle.dumps(bad); print("ok")
    except Exception as e: print(type(e).__name__, str(e).split(" at 0x")[0].split("<function")[0])
d = {"l": [1, {"k": (1, [2])}]}; c, e = copy.copy(d), copy.deepcopy(d); d["l"].append(5); print(c["l"] is d["l"], e, copy.deepcopy(l)[0][0] is not l, copy.copy((1, 2)), copy.deepcopy(P([1])).x, copy.replace(slice(1), ) if 0 else "")
print(struct.pack("<bBhHiIqQfd?c4s", -1, 255, -2, 65535, -3, 4, -5, 6, 1.5, 2.5, True, b"z", b"ab"), struct.unpack(">hI2x3s", b"\xff\xfe\x00\x00\x00\x07..abc"), struct.calcsize("bi"), struct.calcsize("<bi"), struct.calcsize("3s2x?"), list(struct.iter_unpack("<H", b"\1\0\2\0")), struct.pack("5p", b"abcdefg"), struct.unpack("e", struct.pack("e", 1.5)), struct.Struct("<I").size)
for bad in (("b", 200), ("i", "a"), ("i",), ("z", 1), ("I", -1), ("s", 5), ("c", b"ab"), ("f", 1e100), ("2i", 1)):
    try: struct.pack(*bad)
    except (struct.error, OverflowError) as x: print(type(x).__name__, x)
print(array.array("i", [1, 2]), array.array("d", [1.5]).tobytes(), array.array("u" if 0 else "B", b"ab").tolist(), binascii.hexlify(b"ab"), binascii.unhexlify("6162"), binascii.crc32(b"hello"), base64.b64encode(b"hello!"), base64.b64decode("aGVsbG8h"), base64.b32encode(b"hi"), base64.b85encode(b"hello"), base64.a85encode(b"hello"), hashlib.md5(b"a").hexdigest(), hashlib.sha256(b"a").hexdigest(), hashlib.sha1().hexdigest(), hashlib.blake2b(b"x", digest_size=8).hexdigest(), hashlib.sha3_256(b"").hexdigest()[:16])
random.seed(42); print(random.random(), random.randint(1, 100), random.choice("abc"), random.sample(range(50), 4), random.shuffle(x := [1, 2, 3, 4, 5]), x, random.gauss(0, 1), random.getrandbits(70), random.uniform(1, 2), random.choices("ab", k=3)); st = random.getstate(); a = random.random(); random.setstate(st); print(a == random.random(), random.Random("seed").random(), random.Random(1).randbytes(4))
for o in (None, 1, 2**70, 1.5, "é", b"x", (1, [2]), {"a": {1}}, True, 1j, ...): print(marshal.loads(marshal.dumps(o)), end=" ")
print(marshal.dumps([1, "a"], 4), marshal.loads(marshal.dumps(compile("1+1", "f", "eval"))).co_filename)
