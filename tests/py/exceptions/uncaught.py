# An uncaught exception: text on stderr, exit status 1, output before it kept.
import sys
def level(n):
    if n == 0:
        raise LookupError("deep", n)
    return level(n - 1)
print("before")
sys.stdout.flush()
try:
    level(2)
except LookupError as error:
    raise SystemError("wrapped up") from error
