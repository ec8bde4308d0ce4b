"""Backtracking with sets, recursion and generators."""


def queens(n, row, cols, down, up):
    if row == n:
        yield ()
        return
    for col in range(n):
        if col not in cols and row + col not in down and row - col not in up:
            for rest in queens(n, row + 1, cols | {col}, down | {row + col}, up | {row - col}):
                yield (col, *rest)


def main(n=11):
    return sum(1 for _ in queens(n, 0, frozenset(), frozenset(), frozenset()))


if __name__ == "__main__":
    print(main())
