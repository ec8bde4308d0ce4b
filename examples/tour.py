"""A tour of what a program needs: classes, closures, f-strings, json, re, datetime, files, threads."""

import json
import re
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path


@dataclass(order=True)
class Task:
    due: date
    title: str = field(compare=False)
    tags: list[str] = field(default_factory=list, compare=False)

    @property
    def urgent(self) -> bool:
        return "urgent" in self.tags

    def __str__(self) -> str:
        mark = "!" if self.urgent else " "
        return f"{mark} {self.due:%d %b} {self.title:<12} {', '.join(self.tags) or '-'}"


def parser(today: date):
    """A closure that reads lines such as 'write docs @urgent +3'."""
    pattern = re.compile(r"(?P<title>[^@+]+?)\s*(?P<tags>(?:@\w+\s*)*)\+(?P<days>\d+)$")

    def parse(line: str) -> Task:
        if not (found := pattern.match(line)):
            raise ValueError(f"cannot read {line!r}")
        tags = re.findall(r"@(\w+)", found["tags"])
        return Task(today + timedelta(days=int(found["days"])), found["title"], tags)

    return parse


def main() -> None:
    parse = parser(date(2026, 1, 30))
    lines = ["write docs @urgent +3", "release @work @big +10", "tea +0", "no date here"]
    tasks, errors = [], []
    for line in lines:
        try:
            tasks.append(parse(line))
        except ValueError as error:
            errors.append(str(error))
    for task in sorted(tasks):
        print(task)
    print(*errors, sep="\n")

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "tasks.json")
        path.write_text(json.dumps([{"title": t.title, "due": t.due.isoformat(), "tags": t.tags} for t in tasks], indent=1))
        again = json.loads(path.read_text())
        print(f"{path.name}: {len(again)} tasks, first {again[0]['title']!r}, {path.stat().st_size} bytes")

    total, lock = 0, threading.Lock()

    def count(numbers: range) -> None:
        nonlocal total
        for n in numbers:
            with lock:
                total += n

    threads = [threading.Thread(target=count, args=(range(i, 1000, 4),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    match total:
        case 499500:
            print(f"{len(threads)} threads counted {total:,}")
        case other:
            print(f"wrong: {other}")


if __name__ == "__main__":
    main()
