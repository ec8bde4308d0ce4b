"""Bytes of a bytearray set by plain ints, and what is refused."""
b = bytearray(4)
def put(b, i, v):
    b[i] = v
for i, v in ((0, 1), (-1, 255), (3, 0), (2, True), (True, 7), (1, 256), (1, -1), (4, 1), (-5, 1), (9, 256), (1, 'x'), ('x', 1), (0, 2**70), (2**70, 0)):
    for _ in range(3):
        try:
            put(b, i, v)
            r = 'ok'
        except Exception as e:
            r = f'{type(e).__name__}: {e}'
    print(i, v, r, b)
m = memoryview(b)
put(b, 0, 9)
print(m[0], bytes(b))
put(bytearray(1), 0, 5)
