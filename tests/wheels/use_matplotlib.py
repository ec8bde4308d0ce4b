# wheels: matplotlib==3.11.2 numpy==2.5.5 contourpy==1.4.0 cycler==0.12.1 fonttools==4.68.0 kiwisolver==1.5.1 packaging==26.3 pillow==13.0.0 pyparsing==3.3.3 python-dateutil==4.0.0 six==1.17.0
import hashlib
import io
import os
import tempfile

os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp()
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

figure, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
left.plot([1, 3, 2], label="line")
left.legend()
left.set_title("$x^2$")
right.contour(np.arange(16.0).reshape(4, 4))
right.bar([1, 2], [3, 4])
out = io.BytesIO()
figure.savefig(out, format="png", metadata={"Software": None})
print(out.getvalue()[:8], len(out.getvalue()) > 3000, hashlib.md5(out.getvalue()).hexdigest())
out = io.StringIO()
figure.savefig(out, format="svg", metadata={"Date": None})
print(out.getvalue().count("<path"))
print(left.get_xlim(), left.lines[0].get_xydata().tolist())
try:
    left.plot([1, 2], [1, 2, 3])
except ValueError as e:
    print(e)
