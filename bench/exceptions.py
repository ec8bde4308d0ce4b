"""Raising and catching near and far, finally, with."""


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return exc[0] is KeyError


def deep(n):
    if n == 0:
        raise ValueError("deep")
    return deep(n - 1)


def main(n=600000):
    caught = 0
    table = {}
    for i in range(n):
        try:
            table[i]
        except KeyError:
            caught += 1
        finally:
            caught += 1
        with Guard():
            raise KeyError(i)
        if i % 8 == 0:
            try:
                deep(10)
            except (TypeError, ValueError) as error:
                caught += len(error.args)
    return caught


if __name__ == "__main__":
    print(main())
