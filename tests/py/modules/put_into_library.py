"""What a program puts into the library's modules is finalised at the end, before the program's own module is taken apart."""
import builtins
import json


class Goodbye:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name, Goodbye.__name__)


builtins.y = Goodbye("in builtins")
json.x = Goodbye("in json")
cycle = Goodbye("cycle")
cycle.me = cycle
del cycle
