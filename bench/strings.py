"""Splitting, joining, searching, replacing, case, slicing."""

TEXT = "The quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs. " * 40


def main(n=4500):
    total = 0
    for i in range(n):
        words = TEXT.split()
        text = " ".join(w.capitalize() if len(w) > 3 else w for w in words)
        total += text.count("Fox") + text.find("Liquor") + len(text.replace("dog", "cat").upper())
        acc = ""
        for w in words[:200]:
            acc += w[::-1] + ","
        total += len(acc.strip(",")) + sum(line.startswith("T") for line in TEXT.split("."))
    return total


if __name__ == "__main__":
    print(main())
