"""f-strings, format specs and % formatting."""


def main(n=280000):
    size = 0
    for i in range(n):
        x = i * 0.37
        size += len(f"{i}:{x:.3f} {i:>8,} {i:#x}") + len("%d %s %.2f" % (i, "name", x)) + len(f"{'a'}{i!r}{x}")
    return size


if __name__ == "__main__":
    print(main())
