"""re: searching, substitution, splitting, compilation."""

import re

LOG = "\n".join(f"2026-01-{i % 28 + 1:02} 12:{i % 60:02} user{i}@example{i % 7}.com GET /path/{i}?q={i * 3} 200 {i * 11}" for i in range(400))


def main(n=160):
    total = 0
    for k in range(n):
        for m in re.finditer(r"(?P<date>\d{4}-\d\d-\d\d) .*?(?P<mail>[\w.]+@[\w.]+)\s(GET|POST) (\S+)", LOG):
            total += len(m["mail"]) + m.start(4) % 3
        total += len(re.sub(r"(\d+)\.com", r"<\1>", LOG)) + len(re.split(r"[\s?/]+", LOG))
        total += len(re.findall(r"\b(?:user|path)\w*(?=@)", LOG)) + bool(re.compile(f"(a|b{k})+c?[x-z]{{2,5}}").match("ab"))
    return total


if __name__ == "__main__":
    print(main())
