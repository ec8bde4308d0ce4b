"""Generators: pipelines, yield from, trees, send."""


def numbers(n):
    for i in range(n):
        yield i


def odd(source):
    for x in source:
        if x & 1:
            yield x


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def accumulator():
    total = 0
    while True:
        total += yield total


def main(n=250):
    result = 0
    for _ in range(n):
        result += sum(x * 2 for x in odd(numbers(20000))) + sum(tree(11))
        acc = accumulator()
        next(acc)
        for i in range(5000):
            result += acc.send(i)
    return result


if __name__ == "__main__":
    print(main())
