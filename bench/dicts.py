"""Counting, grouping, lookups with str, int and tuple keys; deletion."""


def main(n=400):
    words = [f"key{i * 7919 % 1500}" for i in range(6000)]
    total = 0
    for _ in range(n):
        counts = {}
        for w in words:
            counts[w] = counts.get(w, 0) + 1
        groups = {}
        for w, c in counts.items():
            groups.setdefault(c, []).append(w)
        pairs = {(i % 50, i): i for i in range(1000)}
        for i in range(0, 1000, 2):
            del pairs[i % 50, i]
        total += len(groups) + sum(pairs.values()) + sum(1 for w in words if w in counts)
    return total


if __name__ == "__main__":
    print(main())
