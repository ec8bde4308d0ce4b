# SystemExit with a message: goes to stderr, status 1; handlers run first.
import atexit, sys
atexit.register(print, "at exit", "runs")
try:
    try: sys.exit(3)
    except SystemExit as e: print("code", e.code)
    finally: print("finally")
    class Quiet:
        def __del__(self): print("deleted")
    q = Quiet()
finally:
    raise SystemExit("the message")
