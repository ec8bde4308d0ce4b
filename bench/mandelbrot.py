"""Complex and float arithmetic in tight loops."""


def main(n=500):
    inside = 0
    for py in range(n):
        y = 2.4 * py / n - 1.2
        for px in range(n):
            c = complex(3.0 * px / n - 2.1, y)
            z = 0j
            for _ in range(50):
                z = z * z + c
                if z.real * z.real + z.imag * z.imag > 4.0:
                    break
            else:
                inside += 1
    return inside


if __name__ == "__main__":
    print(main())
