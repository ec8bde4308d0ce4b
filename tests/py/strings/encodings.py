# Encoding and decoding with error handlers.
s = "aé€😀\ud800"
for enc in ("utf-8", "ascii", "latin-1", "utf-16-le", "utf-16", "utf-32-be", "cp1252", "utf-7", "unicode_escape", "raw_unicode_escape"):
    for err in ("strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape", "surrogatepass", "namereplace"):
        try: print(enc, err, s.encode(enc, err))
        except UnicodeEncodeError as e: print(enc, err, e)
data = b"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff\xc3\xed\xa0\x80\xe2\x82z\xf0\x9f"
for enc in ("utf-8", "ascii", "latin-1", "cp1252", "utf-16-le", "utf-7"):
    for err in ("strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"):
        try: print(enc, err, ascii(data.decode(enc, err)))
        except UnicodeDecodeError as e: print(enc, err, e, e.start, e.end)
for b in (b"\x80", b"\xc0\x80", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"\xf5", b"\xe2\x82", b"\xc3(", b"\xed\xbf\xbf", b"\xf0\x80\x80\x80"):
    try: b.decode()
    except UnicodeDecodeError as e: print(e)
print("caf\udce9".encode("utf-8", "surrogateescape"), b"caf\xe9".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"), "x".encode("UTF8"), "x".encode("Latin_1"), "x".encode("iso-8859-1"), b"\xef\xbb\xbfa".decode("utf-8-sig"), "a".encode("utf-8-sig"), "\ufeffa".encode("utf-16-le"), b"\xff\xfea\x00".decode("utf-16"), b"\xfe\xff\x00a".decode("utf-16"), b"\x00a".decode("utf-16-be"))
for bad in (lambda: "a".encode("no-such"), lambda: b"a".decode("no-such"), lambda: "é".encode("ascii", "nohandler"), lambda: "a".encode("hex"), lambda: "a".encode("utf-8\0"), lambda: b"\\x4".decode("unicode_escape"), lambda: b"a".decode("utf-16"), lambda: b"+a-".decode("utf-7") and 1):
    try: print(bad())
    except Exception as e: print(type(e).__name__, e)
import codecs
codecs.register_error("mine", lambda e: ("[" + str(e.start) + "]", e.end))
print("aéb€".encode("ascii", "mine"), b"a\xffb".decode("utf-8", "mine"), codecs.lookup("utf8").name, codecs.encode("abc", "rot13"), codecs.encode(b"ab", "hex"), codecs.decode("6162", "hex"), codecs.escape_decode(rb"\n\x41")[0])
codecs.register_error("bad", lambda e: 5)
try: "é".encode("ascii", "bad")
except TypeError as e: print(e)
d = codecs.getincrementaldecoder("utf-8")()
print([d.decode(bytes([c])) for c in "é€".encode()], d.decode(b"", True))
print(b"\\n\\x41\\u20ac\\N{DIGIT ONE}\\101".decode("unicode_escape"), "日本".encode("idna"), "bücher".encode("punycode"), "xn--bcher-kva".encode().decode("idna"))
