# wheels: psycopg2-binary==2.9.13
"""Everything that needs no server: adaptation, quoting, types, SQL objects, errors of a refused connection."""
import datetime
import psycopg2
from psycopg2 import Binary, extensions as x, extras, sql, errors, errorcodes

for v in [None, True, 5, 2**70, 1.5, float("nan"), "it's", b"\0a", datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5, 6), datetime.time(1, 2), datetime.timedelta(1, 2, 3), [1, "a", None], [], (1, "b")]:
    q = x.adapt(v)
    print(type(v).__name__, type(q).__name__, q.getquoted())
print(psycopg2.Date(2024, 1, 2), psycopg2.TimestampFromTicks(0).adapted.year, psycopg2.apilevel, psycopg2.paramstyle, psycopg2.__libpq_version__ > 90000)
print(x.parse_dsn("dbname=test user='a b' host=h"), x.make_dsn(dbname="x", password="p q"), psycopg2.STRING == 25, psycopg2.NUMBER == psycopg2.NUMBER, psycopg2.BINARY.name)


class Point:
    def __init__(self, a, b):
        self.a, self.b = a, b


x.register_adapter(Point, lambda p: x.AsIs(f"({p.a},{p.b})"))
print(x.adapt(Point(1, 2)), x.AsIs("raw").getquoted(), x.QuotedString("é").getquoted())
t = x.new_type((99999,), "MINE", lambda v, cur: None if v is None else int(v) * 2)
print(t.name, t.values, t(None, None), x.new_array_type((99998,), "MINE[]", psycopg2.NUMBER)("{1,2}", None), psycopg2.extensions.FLOAT("1.5", None), x.PYDATE("2024-01-02", None))
print(x.PYINTERVAL("1 day 02:03:04", None), psycopg2.BINARY("\\x0102", None).tobytes(), x.BOOLEAN("t", None))
print(sql.SQL("select {} from {}").format(sql.Placeholder("n"), sql.Identifier("s", "t")), sql.Literal(5), extras.Json({"a": 1}).adapted)
print(errors.lookup("23505").__name__, errorcodes.lookup("42601"), psycopg2.IntegrityError.__mro__[1].__name__, extras.NumericRange(1, 5), 3 in extras.NumericRange(1, 5), extras.Inet("1.2.3.4"))
for bad in [
    lambda: psycopg2.connect("host=127.0.0.1 port=1 connect_timeout=2"),
    lambda: psycopg2.connect(),
    lambda: psycopg2.connect("nonsense"),
    lambda: x.adapt(object()),
    lambda: x.parse_dsn("a=b c"),
    lambda: psycopg2.Binary(5).getquoted(),
    lambda: psycopg2.Date("x", 1, 1),
    lambda: x.PYDATE("nope", None),
    lambda: x.new_type(5, "x", None),
    lambda: errors.lookup("zzzzz"),
    lambda: x.connection("host=127.0.0.1 port=1"),
    lambda: x.lobject(),
    lambda: x.cursor(5),
    lambda: x.encrypt_password("p", "u"),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).strip().split(" at 0x")[0])
e = psycopg2.OperationalError("msg")
print(e.pgcode, e.pgerror, e.cursor, e.diag.sqlstate, psycopg2.extensions.Notify(1, "c", "p") == (1, "c"))
