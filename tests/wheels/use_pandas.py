# wheels: pandas==3.1.1 numpy==2.5.5 python-dateutil==4.0.0 six==1.17.0 tzdata==2026.6
import io

import numpy as np
import pandas as pd

frame = pd.DataFrame({"name": ["ann", "bob", "cid", "dan"], "age": [31, 25, 47, 25], "city": ["x", "y", "x", "y"]})
print(frame)
print(frame.dtypes.to_string())
print(frame.groupby("city").age.agg(["mean", "max"]))
print(frame.sort_values(["age", "name"], ascending=[True, False]).name.tolist())
print(frame[frame.age > 30].to_dict("records"))
print(frame.describe().round(3))
print(frame.pivot_table(index="city", values="age", aggfunc="sum"))
days = pd.date_range("2024-02-27", periods=5, freq="D")
series = pd.Series(np.arange(5.0), index=days)
print(series.resample("2D").sum())
print(series.rolling(2).mean().to_dict())
merged = frame.merge(pd.DataFrame({"city": ["x", "y"], "zone": [1, 2]}), on="city")
print(merged.zone.tolist())
table = pd.read_csv(io.StringIO("a,b\n1,2.5\n3,\n"))
print(table, table.b.isna().sum())
print(table.fillna(0).to_csv(index=False))
print(pd.to_datetime("2024-05-06 07:08").strftime("%d/%m/%Y"), pd.Timedelta("1 days 2 hours").total_seconds())
print(frame.apply(lambda row: f"{row['name']}:{row['age']}", axis=1).tolist())
print(pd.concat([frame.head(1), frame.tail(1)]).index.tolist(), pd.cut([1, 5, 9], 2).codes)
for wrong in (lambda: frame["nothing"], lambda: frame.loc[9], lambda: pd.to_datetime("never")):
    try:
        wrong()
    except Exception as e:
        print(type(e).__name__, e)
