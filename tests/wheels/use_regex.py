# wheels: regex==2026.11.15
"""Features beyond re: fuzzy, sets, named lists, captures, overlapped, partial; errors."""
import regex

print(regex.findall(r"\p{Lu}\w*", "Äb cD Ef"), regex.search(r"(?e)(?:hello){e<=2}", "say helo").fuzzy_counts)
m = regex.match(r"(?:(?P<w>\w+) ?)+", "one two three")
print(m.captures("w"), m.capturesdict(), m.spans("w"), m.expandf("{w[0]}-{w[-1]}"))
print(regex.findall(r"\w\w", "abcd", overlapped=True), regex.sub(r"(a)(b)?", r"[\2|\1]", "ab a"), regex.subf("(.)", "<{1}>", "xy"))
print(regex.split(r"(?V1)(?<=,)", "a,b,c"), regex.fullmatch(r"[[a-z]--[aeiou]]+", "bcd", regex.V1), regex.search(r"\L<words>", "x cat y", words=["dog", "cat"]))
print(regex.compile(r"(?r)\d+").findall("1 22 333"), regex.match("abc", "ab", partial=True).partial, regex.search(r"(?<n>\d+)(?&n)", "1234").group(0))
for p in ["(", "[a", "a{2,1}", r"\p{Nope}", "(?P<1>a)", "*a", r"\L<x>"]:
    try:
        print(regex.compile(p))
    except Exception as e:
        print(type(e).__name__, e)
try:
    regex.sub("a", r"\9", "a")
except Exception as e:
    print(type(e).__name__, e)
print(regex.escape("a.b c"), regex.search(rb"\xff+", b"a\xff\xff").span(), [m.start() for m in regex.finditer(r"\b", "a b")], regex.sub("x", lambda m: m.group().upper(), "axb", count=1))
