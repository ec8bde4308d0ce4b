# bytes and bytearray.
b = b"Hello\x00\xff"
print(b, b[0], b[1:3], b[::-1], len(b), b + b"x", b * 2, 72 in b, b"ell" in b, b == bytearray(b), b < b"I", hash(b"a") == hash(b"a"), list(b"ab"), bytes(3), bytes([1, 2]), bytes("é", "utf-8"), bytes(b"x"), bytes(range(3)), bytes(), repr(b"'"), repr(b"'\""), b"\x7f\t\n\r\\")
print(b"a,b".split(b","), b" a b ".split(), b"ab".replace(b"a", b"xy"), b"abc".find(b"c"), b"abc".find(99), b"aXb".partition(b"X"), b" x ".strip(), b"xax".strip(b"x"), b"-".join([b"a", bytearray(b"b")]), b"AbC".lower(), b"AbC".upper(), b"abc".title(), b"ab".center(6, b"*"), b"5".zfill(3), b"a\tb".expandtabs(3), b"abc".startswith((b"x", b"a")), b"abc".count(b"b"), b"abc".translate(None, b"b"), b"abc".translate(bytes(range(256))), bytes.maketrans(b"a", b"b")[97], b"a\nb\r\n".splitlines(), b"abc".removeprefix(b"a"), b"abc".isalpha(), b"12".isdigit(), b"aB".swapcase())
print(b.hex(), b.hex("-"), b"abcdef".hex(":", 2), b"abcdef".hex(":", -2), bytes.fromhex("48 65 6c"), bytearray.fromhex("ff00"), b"%d %s %r %x %c %b %a %5.1f %%" % (5, b"s", b"r", 255, 65, b"b", "é", 1.5), b"%(k)s" % {b"k": b"v"})
a = bytearray(b"abc")
a.append(100); a.extend(b"ef"); a += b"g"; a[0] = 65; a[1:3] = b"XYZ"; a.insert(0, 33); print(a, a.pop(), a.pop(0), a); del a[0]; a.reverse(); print(a); a.remove(100); print(a, a.copy(), len(a)); a *= 2; print(a); a.clear(); print(a)
a = bytearray(range(10)); a[::2] = b"xxxxx"; print(a); del a[1::3]; print(a); a[2:2] = [1, 2]; print(a, a.index(1), a.decode("latin-1").encode("unicode_escape")); a.resize(3) ; print(a)
for bad in ("bytes([256])", "bytes([-1])", "bytes('a')", "bytes(-1)", "bytes('a', 'ascii', 'x', 1)", "bytes(1.5)", "bytes([1.5])", "bytes(['a'])", "b'a' + 'b'", "b'a'[5]", "b'a' * 'x'", "b'a'.join(['x'])", "b'a'.split(b'')", "b'é'", "bytes.fromhex('zz')", "bytes.fromhex('a')", "b'a'.find('a')", "300 in b'a'", "'a' in b'a'", "b'a'.replace('a', 'b')", "bytearray(b'a')[0]", "b'%s' % 'a'", "b'%d' % b'a'", "b'a'.x", "int(b'x')", "b'a'.index(b'z')", "bytearray(5, 'x')", "b'a' < 'a'", "b'ab'.center(5, b'xy')", "b'a'.hex('ab')", "b'a'.hex('é')", "bytes(2**70)", "bytes(b'a', 'x')"):
    try: print(bad, "->", eval(bad))
    except (Exception, SyntaxError) as e: print(bad, "->", type(e).__name__ + ":", e)
x = bytearray(b"abc")
for op in ("x[5] = 1", "x[0] = 256", "x[0] = 'a'", "x[0] = b'a'", "x.append(300)", "x.extend('ab')", "x.extend(5)", "x[0:1] = 5", "x.remove(1)", "del x[10]", "x.pop(10)", "x['a'] = 1", "hash(x)", "x[::2] = b'x'", "bytearray().pop()"):
    try: exec(op); print(op, x)
    except Exception as e: print(op, "->", type(e).__name__ + ":", e)
m = memoryview(x)
try: x.append(1)
except BufferError as e: print(e)
m[0] = 90; print(x, m.tolist(), m.tobytes(), m[1:].tobytes(), m.nbytes, m.format, m.shape, m.strides, m.readonly, m == x, m.contiguous, len(m)); m.release(); x.append(1)
try: m[0]
except ValueError as e: print(e)
