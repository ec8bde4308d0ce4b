# Literals of every kind.
print(0x_ff, 0o17, 0b1010, 1_000_000, 0, 00, 1e3, 1_0.5_0e-1_0, .5, 5., 1j, 2.5J, 0xFFFFFFFFFFFFFFFFFFFF)
print('a' "b" '''c
d''' """e'"f""")
print("\a\b\f\n\r\t\v\\\'\"\x41\101\0\u00e9\U0001F600\N{GREEK SMALL LETTER ALPHA}".encode("unicode_escape"))
print(r"\n\x", b"\x00\xff\n\'", rb"\n", br'\x', Rb"a", u"u")
print("line \
continued", b"a" b"b")
print((), (1,), (1, 2,), [], [1,], {}, {1}, {1: 2,}, ...)
print(None, True, False, NotImplemented, Ellipsis, __debug__, __name__)
print(0.1 + 0.2, 1e16, 1e15, 1e-5, 0.0001, 123456789012345680.0, float("1e400"), -0.0, 1e22, 1e23, 5e-324)
print(-2 ** 2, (-2) ** 2, 2 ** -1, 2 ** 3 ** 2, not 1 == 2, 1 + 2 * 3 - 4 // 3 % 2)
