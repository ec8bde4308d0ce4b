"""sqlite3: statements, parameters, transactions, functions of our own, rows, blobs, adapters, errors."""
import sqlite3
import sys


def attempt(f, *args):
    try:
        print("ok", f(*args))
    except Exception as e:
        print(type(e).__name__, "|", e, "|", getattr(e, "sqlite_errorname", None))


con = sqlite3.connect(":memory:")
con.execute("create table t(a integer primary key, b text, c real, d blob)")
rows = [(None, "one", 1.5, b"\x00\x01"), (7, "zwölf", None, b""), (None, "x", 2, None)]
print(con.executemany("insert into t(a, b, c, d) values(?, ?, ?, ?)", rows).rowcount, con.in_transaction, con.total_changes)
con.commit()
cur = con.execute("select a, b, c, d, typeof(c) from t where a >= :low order by a", {"low": 1})
print([d[0] for d in cur.description], cur.fetchone(), cur.fetchmany(1), cur.fetchall(), cur.fetchone())
print(con.execute("insert into t(b) values('y') returning a").fetchall(), con.in_transaction)
con.rollback()

con.row_factory = sqlite3.Row
row = con.execute("select a as First, b from t").fetchone()
print(row["first"], row[1], row[-1], tuple(row), row.keys(), len(row), row == row, hash(row) == hash(row))
con.row_factory = None

con.create_function("twice", 1, lambda x: x * 2, deterministic=True)
con.create_function("fails", 0, lambda: 1 / 0)
con.create_collation("backwards", lambda a, b: (a < b) - (a > b))


class Sum:
    def __init__(self):
        self.total = 0

    def step(self, x):
        self.total += x

    def inverse(self, x):
        self.total -= x

    def value(self):
        return self.total

    finalize = value


con.create_aggregate("total_of", 1, Sum)
con.create_window_function("running", 1, Sum)
print(con.execute("select twice(21), twice('ab'), twice(null is null)").fetchone())
print(con.execute("select total_of(a) from t").fetchone(), con.execute("select total_of(a) from t where 0").fetchone())
print(con.execute("select a, running(a) over (order by a rows between 1 preceding and current row) from t").fetchall())
print(con.execute("select b from t order by b collate backwards").fetchall())
attempt(con.execute, "select fails()")
for sql, args in [("select ?", ()), ("select :a", {}), ("select ?", (object,)), ("select 1; select 2", ()), ("selec", ()), ("select * from u", ()),
                  ("insert into t(a) values(1)", ()), ("select :a", (1,))]:
    attempt(con.execute, sql, args)
con.rollback()

seen = []
con.set_trace_callback(seen.append)
con.execute("select ?", ("traced",)).fetchall()
con.set_trace_callback(None)
print(seen)
con.set_authorizer(lambda action, *rest: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ else sqlite3.SQLITE_OK)
attempt(con.execute, "select a from t")
con.set_authorizer(None)
con.set_progress_handler(lambda: 1, 1)
attempt(con.execute, "select 1 union all select 2")
con.set_progress_handler(None, 0)

with con.blobopen("t", "d", 1) as blob:
    print(len(blob), blob[0], blob[:], blob.read(), blob.tell())
    blob[0] = 9
    blob.seek(1)
    blob.write(b"!")
    attempt(blob.write, b"too long")
print(con.execute("select d from t where a = 1").fetchone())
attempt(blob.read)


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __conform__(self, protocol):
        if protocol is sqlite3.PrepareProtocol:
            return f"{self.x};{self.y}"


sqlite3.register_converter("point", lambda b: Point(*map(int, b.split(b";"))))
typed = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
typed.execute("create table p(p point, q)")
typed.execute("insert into p values(?, ?)", (Point(4, -3), Point(1, 2)))
p, q = typed.execute('select p, q as "q [point]" from p').fetchone()
print(p.x, p.y, q.x, q.y)
typed.close()
attempt(typed.execute, "select 1")

other = sqlite3.connect(":memory:")
con.backup(other)
print(list(other.iterdump())[1], len(con.serialize()) % 4096)
try:
    with other:
        other.execute("delete from t")
        raise KeyError("undo")
except KeyError:
    print(other.execute("select count(*) from t").fetchone())
other.isolation_level = None
print(other.in_transaction, other.isolation_level, sqlite3.complete_statement("select 1;"), sqlite3.threadsafety, sqlite3.apilevel)
other.close()
con.close()
print(sys.getrefcount(con) < 10)
