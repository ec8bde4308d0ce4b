"""Closures, nonlocal, lambdas, decorators, *args and **kwargs."""


def counter():
    n = 0

    def step(by=1):
        nonlocal n
        n += by
        return n

    return step


def traced(fn):
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)

    return wrapper


@traced
def combine(a, b=2, *rest, key=0, **more):
    return a + b + len(rest) + key + len(more)


def main(n=600000):
    step, total = counter(), 0
    compose = [lambda x, k=k: x + k for k in range(4)]
    for i in range(n):
        total += step() + step(by=2) + combine(i, 3, 4, key=1, z=5)
        for f in compose:
            total = f(total) & 0xFFFFFF
    return total


if __name__ == "__main__":
    print(main())
