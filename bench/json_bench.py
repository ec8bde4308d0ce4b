"""json: dumps and loads of nested data."""

import json

DATA = {
    "users": [
        {"id": i, "name": f"user {i}", "tags": ["a", "b", "é"], "score": i * 1.5, "active": i % 2 == 0, "none": None}
        for i in range(200)
    ]
}


def main(n=900):
    size = 0
    for _ in range(n):
        text = json.dumps(DATA)
        size += len(text) + len(json.loads(text)["users"])
    return size + len(json.dumps(DATA, indent=1, sort_keys=True))


if __name__ == "__main__":
    print(main())
