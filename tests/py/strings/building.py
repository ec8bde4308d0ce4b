# Many small string operations whose results are folded: concatenation, slices, interning, comparison across kinds.
s = ""
for i in range(5000): s += chr(97 + i % 26)
print(len(s), s[:30], hash(s) == hash("".join(chr(97 + i % 26) for i in range(5000))))
t = s
s += "é"; print(len(t), len(s), t[-1], s[-1])
s += "€"; s += "😀"; print(len(s), s[-3:], s.count("a"))
kinds = ["abc", "abé", "ab€", "ab😀"]
for a in kinds: print([a < b for b in kinds], [a == b for b in kinds], [len(a + b) for b in kinds], [a in a + b for b in kinds])
u = "x" * 1000
print(u.replace("x", "yz")[:6], len(u.replace("x", "😀")), u.find("xy"), (u + "y").find("xy"), (u + "needle" + u).find("needle"), (u + "né" + u).rfind("né"))
words = "the quick brown fox jumps over the lazy dog".split()
print(" ".join(w[::-1] for w in words), "".join(sorted(set("".join(words)))), max(words, key=len), {w: len(w) for w in words}, sorted(words, key=str.lower, reverse=True))
def rle(x):
    out = []
    for c in x:
        if out and out[-1][0] == c: out[-1][1] += 1
        else: out.append([c, 1])
    return "".join(f"{c}{n}" for c, n in out)
print(rle("aaabccd"), rle(""), "%s" * 3 % ("a", "b", "c"))
def caesar(x, k): return "".join(chr((ord(c) - 97 + k) % 26 + 97) if c.islower() else c for c in x)
print(caesar(caesar("hello, world", 7), 19), all(c == c[::-1] for c in ("racecar", "level")))
import sys
a = sys.intern("some string with spaces"); b = sys.intern("some string " + "with spaces"); print(a is b, "ident" is sys.intern("ident"), sys.getsizeof(""), sys.getsizeof("abc"), sys.getsizeof("é"), sys.getsizeof("€"), sys.getsizeof("😀"))
lines = [f"{i:>3}: {i * i:<6}|" for i in range(8, 12)]; print(*lines, sep="\n")
print("a" "b" * 2, ("a" "b") * 2, "abc"[1:][0], "".join(map(str, range(15))), str(["a", 'b"', "c'"]), str({"k": ("v",)}), "\t|".expandtabs(4), "z".join(["a"] * 4))
text = "line one\nline two\r\nthree"; print([l.upper() for l in text.splitlines()], text.partition("\n")[2][:4], text.encode().hex(" ", 4)[:20])
