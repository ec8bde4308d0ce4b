"""Calls of builtin functions and methods: the C border."""


def main(n=400000):
    items, text, table = [3, 1, 2], "hello", {"a": 1}
    total = 0
    for i in range(n):
        total += len(items) + max(1, i & 7) + min(items) + abs(-i) + ord("a") + isinstance(i, int) + int("12")
        total += sum(items) + len(str(i)) + text.find("l") + len(text.upper()) + table.get("a") + bool(items) + hash(i) % 3
        items.append(i)
        items.pop()
        total += len(list(range(3))) + len(tuple(items)) + round(1.5) + divmod(i, 7)[1] + len(sorted(items)) + any(items)
    return total


if __name__ == "__main__":
    print(main())
