"""A first program: classes, closures, f-strings, json, re, files, generators, exceptions."""

import json
import os
import re


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(f"cannot deposit {amount}")
        self.balance += amount
        return self

    def __repr__(self):
        return f"{type(self).__name__}({self.owner!r}, {self.balance:,})"


def counter():
    n = 0

    def step():
        nonlocal n
        n += 1
        return n

    return step


def squares(limit):
    for i in range(limit):
        yield i * i


accounts = [Account("ann", 1200).deposit(34), Account("bob")]
print(accounts)
try:
    accounts[1].deposit(-5)
except ValueError as e:
    print("refused:", e)
step = counter()
print([step() for _ in range(3)], sum(squares(10)), 2**100)
text = json.dumps({a.owner: a.balance for a in accounts}, sort_keys=True)
print(text, json.loads(text) == {"ann": 1234, "bob": 0})
print(re.findall(r"(\w+)@(\w+)\.org", "ann@home.org, bob@work.org"))
name = f"/tmp/taipan-start-{os.getpid()}.txt"
with open(name, "w", encoding="utf-8") as f:
    f.write("one\ntwo\nthrée\n")
with open(name, encoding="utf-8") as f:
    print([line.strip().upper() for line in f])
os.unlink(name)
