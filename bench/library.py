"""What everyday programs ask of the library: options, logs, copies, texts, dates, rows, paths, types."""

import argparse
import base64
import collections
import configparser
import contextlib
import copy
import csv
import dataclasses
import datetime
import decimal  # noqa: F401  (its import is part of many programs)
import enum
import functools
import html
import inspect
import io
import itertools
import json
import logging
import pathlib
import pickle
import pprint
import random
import re
import string
import struct
import textwrap
import tokenize
import typing
import urllib.parse


class Kind(enum.Enum):
    FILE = "file"
    LINK = "link"


@dataclasses.dataclass(order=True)
class Entry:
    name: str
    size: int = 0
    kind: Kind = Kind.FILE
    tags: list = dataclasses.field(default_factory=list)


@typing.runtime_checkable
class Sized(typing.Protocol):
    def size(self): ...
    def name(self): ...


class Measured:
    def size(self):
        return 1

    def name(self):
        return "measured"


def options():
    parser = argparse.ArgumentParser(prog="tool")
    parser.add_argument("files", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--level", type=int, choices=range(5), default=1)
    found = parser.parse_args(["-v", "--level", "3", "a", "b"])
    return len(found.files) + found.level


def logs():
    out = io.StringIO()
    logger = logging.Logger("bench")
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    for i in range(20):
        logger.info("item %d of %s", i, "twenty")
        logger.debug("not seen") if i % 2 else logger.warning("odd %r", i)
    return len(out.getvalue())


def copies():
    entries = [Entry(f"n{i}", i, Kind.LINK, ["a", "b"]) for i in range(12)]
    twins = copy.deepcopy({"entries": entries, "by": {e.name: (e.size, e) for e in entries}})
    packed = pickle._dumps(twins["entries"])
    back = pickle._loads(packed)
    return sum(e.size for e in twins["entries"]) + len(back) + len(pprint.pformat(dataclasses.asdict(entries[3])))


def texts():
    total = 0
    for i in range(6):
        line = textwrap.fill("The quick brown fox jumps over the lazy dog. " * 4, 30 + i)
        total += len(html.escape(line)) + len(string.Template("$who owes $$$n").substitute(who="he", n=i))
        total += len(urllib.parse.urlencode({"q": line, "page": i})) + len(urllib.parse.urlsplit("http://u@h:80/p;x?y=1#z").netloc)
    return total


def rows():
    source = "name,size,when\n" + "".join(f"f{i},{i * 7},2026-01-{i % 28 + 1:02}\n" for i in range(30))
    total = 0
    for row in csv.DictReader(io.StringIO(source)):
        when = datetime.date.fromisoformat(row["when"]) + datetime.timedelta(days=int(row["size"]))
        total += when.toordinal() + len(when.strftime("%d.%m.%y"))
    parser = configparser.ConfigParser()
    parser.read_string("[a]\nx = 1\ny = %(x)s2\n[b]\nz: yes\n")
    return total + parser.getint("a", "y") + parser.getboolean("b", "z")


def paths():
    base = pathlib.PurePosixPath("/usr/lib")
    return sum(len((base / name / "x.py").relative_to("/usr").with_suffix(".c").parts) for name in ("a", "b", "c", "d"))


def types():
    total = sum(isinstance(x, Sized) for x in (Measured(), 1, "s", Measured()))
    total += len(inspect.signature(Entry).parameters) + len(typing.get_type_hints(Entry))
    return total + len(list(tokenize.generate_tokens(io.StringIO("def f(a, b=1):\n    return [a, *b]\n").readline)))


def bits():
    data = bytes(range(256))
    total = len(base64.b64encode(data)) + len(base64.b32encode(data)) + len(base64.b85decode(base64.b85encode(data)))
    for a, b in struct.iter_unpack("<IH2x", data):
        total += a ^ b
    return total + len(json.dumps({"a": [1, 2.5, None], "b": {"c": "d"}}, indent=2))


@functools.lru_cache(maxsize=50)
def digits(n):
    return sum(map(int, str(n)))


@contextlib.contextmanager
def counted(counter, key):
    counter[key] += 1
    try:
        yield counter
    finally:
        counter["left"] += 1


def tools():
    counter = collections.Counter("abracadabra")
    with counted(counter, "x"):
        counter.update(itertools.chain.from_iterable([["p", "q"]] * 5))
    queue = collections.deque(range(50), 20)
    queue.rotate(3)
    groups = collections.defaultdict(list)
    for n in range(80):
        groups[digits(n)].append(n)
    words = re.findall(r"[a-z]+(?=\d)|\w{3,}", "abc12 de3 fghij 77 klm")
    shuffled = random.Random(1).sample(range(100), 20)
    Point = collections.namedtuple("Point", "x y")
    point = Point(1, 2)._replace(y=queue[0])
    return counter.most_common(1)[0][1] + len(groups) + len(words) + sorted(shuffled, key=lambda n: -n)[0] + point.y


def main(n=110):
    total = 0
    for _ in range(n):
        for part in (options, logs, copies, texts, rows, paths, types, bits, tools):
            total += part()
    return total


if __name__ == "__main__":
    print(main())
