"""Set algebra and membership: a sieve and a flood fill."""


def main(n=150):
    total = 0
    for _ in range(n):
        numbers = set(range(2, 12000))
        for i in range(2, 110):
            if i in numbers:
                numbers -= set(range(i * i, 12000, i))
        seen, todo = set(), {(0, 0)}
        while todo:
            x, y = todo.pop()
            seen.add((x, y))
            near = {(x + 1, y), (x, y + 1)}
            todo |= {p for p in near if p not in seen and p[0] < 60 and p[1] < 60}
        total += len(numbers) + len(seen)
    return total


if __name__ == "__main__":
    print(main())
