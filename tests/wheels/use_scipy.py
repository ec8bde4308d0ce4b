# wheels: scipy==1.18.1 numpy==2.5.5
import numpy as np
from scipy import fft, integrate, interpolate, linalg, ndimage, optimize, signal, sparse, special, stats
from scipy.spatial import distance
from scipy.sparse import linalg as sparse_linalg

np.set_printoptions(precision=6, suppress=True)
a = np.array([[4.0, 1.0], [2.0, 3.0]])
print(linalg.inv(a), linalg.det(a).round(6), linalg.eigvals(a).real)
print(linalg.solve(a, [1.0, 2.0]), linalg.norm(a).round(6))
print(tuple(round(v, 9) for v in integrate.quad(np.sin, 0, np.pi)[:1]))
print(integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0], rtol=1e-8).y[0, -1].round(6))
print(optimize.brentq(lambda x: x * x - 2, 0, 2), optimize.minimize(lambda v: (v[0] - 3) ** 2, [0.0]).x.round(4))
print(optimize.curve_fit(lambda x, k: k * x, np.arange(4.0), 2 * np.arange(4.0))[0])
print(stats.norm.cdf(1.96).round(6), stats.ttest_1samp([1.0, 2.0, 3.0, 4.0], 2).pvalue.round(6))
print(special.gamma(5.5).round(6), special.jv(0, 1.5).round(6), special.erf(0.3).round(6))
m = sparse.csr_matrix(np.eye(3) * 2)
print((m @ m).toarray(), sparse_linalg.spsolve(m.tocsc(), np.ones(3)))
print(interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5), np.abs(fft.fft([1.0, 0, 0, 0])))
print(signal.lfilter([1.0], [1.0, -0.5], [1.0, 0, 0]), ndimage.uniform_filter(np.arange(5.0), 3))
print(distance.cdist([[0.0, 0]], [[3.0, 4]]))
for wrong in (lambda: linalg.inv(np.zeros((2, 2))), lambda: optimize.brentq(lambda x: x * x + 1, 0, 1), lambda: linalg.solve(a, [1.0, 2.0, 3.0])):
    try:
        wrong()
    except Exception as e:
        print(type(e).__name__, e)
