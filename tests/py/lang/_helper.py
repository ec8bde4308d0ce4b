"""Helper of imports.py."""
__all__ = ["exported"]
exported, hidden, value = 1, 2, 21
loads = "fresh"
def func(x): return x * value
def __getattr__(name):
    if name == "virtual": return "made by __getattr__"
    raise AttributeError(f"no {name} here")
