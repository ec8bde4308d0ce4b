import datetime as D, time, calendar
from datetime import date, datetime, timedelta, timezone
d = date(2024, 2, 28); print(d, d + timedelta(2), d.weekday(), d.isoformat(), d.isocalendar(), d.toordinal(), date.fromordinal(1), date.fromisoformat("2024-W09-3"), d.replace(year=2023), d.strftime("%A %d %B %Y %j %U %%"), d - date(2023, 1, 1), d < date(2025, 1, 1), repr(d), date.min, date.max, d.timetuple().tm_yday, hash(d) == hash(date(2024, 2, 28)), f"{d:%y/%m}", d.ctime())
t = datetime(2024, 1, 31, 23, 59, 58, 999999, tzinfo=timezone.utc); print(t, repr(t), t + timedelta(seconds=2), t.astimezone(timezone(timedelta(hours=-5, minutes=-30))), t.timestamp(), t.isoformat(timespec="milliseconds"), datetime.fromisoformat("2024-01-01T12:30:45.5+02:00"), datetime.fromtimestamp(0, timezone.utc), datetime.strptime("5 Mar 2021 14:05", "%d %b %Y %H:%M"), t.utcoffset(), t.tzname(), t.date(), t.time(), t.timetz(), datetime.combine(d, D.time(1, 2)), t.utctimetuple()[:6], t.replace(microsecond=0, fold=1).fold)
x = timedelta(days=1, hours=-2, seconds=3.5); print(x, repr(x), x.total_seconds(), -x, x * 2, x / 2, x // timedelta(hours=1), x % timedelta(hours=5), divmod(x, timedelta(hours=1)), abs(-x), timedelta(weeks=1), timedelta(milliseconds=-1), x == timedelta(seconds=79203.5), timedelta.max, timedelta(1) / timedelta(hours=8), str(timedelta(-1, 5)))
u = D.time(12, 30, tzinfo=timezone.utc); print(u, repr(u), u.isoformat(), D.time.fromisoformat("04:05:06.789"), D.time(1) < D.time(2), timezone(timedelta(hours=2), "X"), timezone.utc, repr(timezone(timedelta(minutes=-90))), u.strftime("%H-%M %Z %z"))
for bad in ("date(2023, 2, 29)", "date(0, 1, 1)", "date(10000, 1, 1)", "datetime(2023, 1, 1, 25)", "date('a', 1, 1)", "d + 5", "d - 'a'", "d < t", "t < datetime(2020, 1, 1)", "date.fromisoformat('x')", "datetime.strptime('x', '%Y')", "datetime.strptime('2020 1', '%Y')", "timedelta(days=10**10)", "timezone(timedelta(days=1))", "timezone(5)", "date.max + timedelta(1)", "D.time(24)", "datetime(2020, 1, 1, tzinfo=5)", "timedelta(1) / 0", "datetime.fromtimestamp(1e20)", "date()", "datetime.fromisoformat('2020-13-01')"):
    try: print(bad, "->", eval(bad))
    except Exception as e: print(bad, "->", type(e).__name__ + ":", e)
print(calendar.monthrange(2024, 2), calendar.isleap(1900), calendar.month(2024, 2).splitlines()[2], time.gmtime(0)[:6], time.strftime("%Y-%m-%d", time.gmtime(86400)), time.struct_time(range(9)).tm_year, calendar.timegm((2020, 1, 1, 0, 0, 0)), time.strptime("2020", "%Y").tm_mon, time.asctime(time.gmtime(0)))
class Sub(datetime): pass
print(type(Sub(2020, 1, 1) + timedelta(1)).__name__, Sub(2020, 1, 1) == datetime(2020, 1, 1), type(Sub.fromtimestamp(0, timezone.utc)).__name__, Sub(2020, 1, 1).replace(day=2))
class TZ(D.tzinfo):
    def utcoffset(self, dt): return timedelta(hours=1)
    def dst(self, dt): return timedelta(0)
    def tzname(self, dt): return "TZ+1"
print(datetime(2020, 1, 1, tzinfo=TZ()), datetime(2020, 1, 1, 12, tzinfo=timezone.utc).astimezone(TZ()), datetime(2020, 1, 1, tzinfo=TZ()).strftime("%Z"))
