# wheels: pyarrow==26.0.1 polars==2.1.0 polars-runtime-32==2.1.0 duckdb==2.0.0 h5py==3.16.0 numexpr==2.14.2 shapely==2.2.0 numpy==2.5.5
import io
import os
import tempfile

import duckdb
import h5py
import numexpr
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import shapely

table = pa.table({"a": [1, 2, 3], "b": ["x", "y", None]})
print(table.schema, table.to_pylist())
out = io.BytesIO()
with pa.ipc.new_stream(out, table.schema) as stream:
    stream.write_table(table)
print(pa.ipc.open_stream(out.getvalue()).read_all().to_pydict(), pc.sum(table["a"]), table.filter(pc.field("a") > 1).num_rows)
frame = pl.DataFrame({"k": ["x", "y", "x"], "v": [1, 2, 3]})
print(frame.group_by("k").agg(pl.col("v").sum()).sort("k"))
print(frame.lazy().filter(pl.col("v") > 1).with_columns((pl.col("v") * 2).alias("w")).collect().to_dicts())
print(frame.select(pl.col("v").map_elements(lambda v: v * 10, return_dtype=pl.Int64)).to_series().to_list())
print(duckdb.sql("select k, sum(v) as s from (values ('x', 1), ('y', 2), ('x', 3)) t(k, v) group by k order by k").fetchall())
with tempfile.TemporaryDirectory() as d:
    with h5py.File(os.path.join(d, "t.h5"), "w") as f:
        f["g/x"] = np.arange(6).reshape(2, 3)
        f["g"].attrs["unit"] = "m"
        print(f["g/x"][1, 1:], list(f), dict(f["g"].attrs))
print(numexpr.evaluate("a * 2 + b", {"a": np.arange(3), "b": np.ones(3)}))
ring = shapely.Point(0, 0).buffer(1, quad_segs=2)
print(round(ring.area, 6), ring.intersects(shapely.LineString([(0, 0), (3, 3)])), shapely.from_wkt("POINT (1 2)").wkt)
for wrong in (lambda: pa.array(["a", 1]), lambda: frame.select("zz"), lambda: duckdb.sql("select * from nowhere"), lambda: shapely.from_wkt("POINT (")):
    try:
        wrong()
    except Exception as e:
        print(type(e).__name__, str(e).splitlines()[0])
