"""List, dict, set comprehensions; nested; unpacking."""


def main(n=2000):
    total = 0
    for k in range(n):
        rows = [[(i * j + k) % 7 for j in range(50)] for i in range(50)]
        cols = [list(c) for c in zip(*rows)]
        flat = [x for row in rows for x in row if x > 2]
        index = {i: sum(row) for i, row in enumerate(cols)}
        first, *middle, last = [max(c) for c in cols]
        total += len(flat) + sum(index.values()) + first + last + len({x * y for x in middle[:9] for y in range(9)})
    return total


if __name__ == "__main__":
    print(main())
