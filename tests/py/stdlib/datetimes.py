"""Dates, times, durations and zones: arithmetic, text, pickles, messages."""
import copy, pickle
from datetime import *


def t(f, *a, **k):
    try:
        print(repr(f(*a, **k)))
    except Exception as e:
        print(type(e).__name__, e)


for a in [(0, 1, 1), (2020, 13, 1), (2020, 2, 30), (2020, 1, 1, 24), (2020, 1, 1, 0, 60)]:
    t(datetime, *a)
for s in ["2020-01-01", "20200101T101112", "2020-W01-3T10", "2020W013", "2020-01-01 10:11:12.123456789+01:30:15.5", "2020-01-01T10Z",
          "2020-01-01T24:00", "2020-01-01T24:01", "2020-01-01T25", "2020-13-01", "2020-01-01T1", "2020-01-01T10:00+24:00"]:
    t(datetime.fromisoformat, s)
for s in ["2020W01", "2020-W60-1", "x"]:
    t(date.fromisoformat, s)
for s in ["T10:00", "24:00", "25", "", "10:00:00,5-03"]:
    t(time.fromisoformat, s)
t(date.fromisocalendar, 2020, 60, 1)
t(lambda: date(2020, 1, 1).isocalendar())
t(lambda: date.max + timedelta(1))
t(lambda: datetime(2020, 1, 1) < datetime(2020, 1, 1, tzinfo=timezone.utc))
t(lambda: datetime(2020, 1, 1) - datetime(2020, 1, 1, tzinfo=timezone.utc))
t(lambda: date.min < datetime.min)
t(lambda: timedelta(days=-1, hours=5) / 7)
t(lambda: timedelta(5) * 1.3)
t(lambda: divmod(timedelta(5), timedelta(hours=7)))
t(timedelta, "x")
t(timedelta, 10**10)
t(timedelta, float("inf"))
t(lambda: timedelta(1) % timedelta(0))
t(timezone, timedelta(1))
t(lambda: datetime(20, 1, 2, 3, 4, 5, 6, timezone(timedelta(hours=-5, minutes=-30), "X%Y")).strftime("%Y %C %F %H:%M:%S.%f %z %:z %Z %j %%"))
t(lambda: datetime(2020, 6, 1, tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=3))))
a, b = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2020, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
print(a == b, hash(a) == hash(b), a - b, str(timedelta(-1, 5, 6)), repr(timedelta(-1, 5, 6)))


class S(datetime):
    pass


s = S(2020, 1, 2, 3, 4, 5, 6, timezone.utc, fold=1)
print(repr(s), repr(s + timedelta(1)), repr(s.replace(year=3)), s.date(), s.timetz(), type(S.now()).__name__, S.combine(date(1, 2, 3), time(4)))
for o in (date(1, 2, 3), time(1, 2, 3, 4, UTC, fold=1), s, timedelta(1, 2, 3), timezone(timedelta(hours=1), "x"), UTC):
    for p in range(6):
        assert pickle.loads(pickle.dumps(o, p)) == o, (o, p)
    print(repr(copy.deepcopy(o)))
