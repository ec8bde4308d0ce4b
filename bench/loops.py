"""Nested integer loops, while and for, with comparisons and bit operations."""


def main(n=6000):
    total = 0
    for i in range(n):
        j = 0
        while j < 900:
            total += (i ^ j) & 15
            if j % 3 == 0 and i > j:
                total -= 1
            j += 1
    return total


if __name__ == "__main__":
    print(main())
