"""List-of-lists float matrices: the scientific inner loop."""


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, col)) for col in columns] for row in a]


def relax(grid, steps):
    size = len(grid)
    for _ in range(steps):
        for i in range(1, size - 1):
            row, up, low = grid[i], grid[i - 1], grid[i + 1]
            for j in range(1, size - 1):
                row[j] = 0.25 * (up[j] + low[j] + row[j - 1] + row[j + 1])


def main(n=150):
    a = [[(i * j) % 10 / 10 for j in range(n)] for i in range(n)]
    c = multiply(a, multiply(a, a))
    relax(c, 40)
    return round(sum(map(sum, c)), 6)


if __name__ == "__main__":
    print(main())
