"""bytes, bytearray, memoryview and struct."""

import binascii
import struct


def main(n=900):
    total = 0
    for k in range(n):
        data = bytearray(4096)
        for i in range(4096):
            data[i] = (i * 31 + k) & 255
        view = memoryview(data)
        total += sum(view[::7]) + data.count(7) + bytes(data).find(b"\x10\x2f")
        for offset in range(0, 4096, 8):
            a, b = struct.unpack_from("<Ih", view, offset)
            total += a ^ b
        total += binascii.crc32(data) & 0xFF
    return total


if __name__ == "__main__":
    print(main())
