# wheels: scikit-learn==1.9.1 scipy==1.18.1 numpy==2.5.5 joblib==1.6.0 threadpoolctl==3.8.0 cloudpickle==3.1.2 narwhals==2.24.0
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

x, y = load_iris(return_X_y=True)
line = LinearRegression().fit([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0])
print(line, line.coef_.round(6), round(abs(float(line.intercept_)), 6))
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0)
print(RandomForestClassifier(10, random_state=0).fit(train_x, train_y).score(test_x, test_y))
print(SVC().fit(train_x, train_y).score(test_x, test_y))
pipe = make_pipeline(StandardScaler(), LogisticRegression())
print(pipe, cross_val_score(pipe, x, y, cv=3).round(4))
print(PCA(2).fit(x).explained_variance_ratio_.round(4), np.bincount(KMeans(3, n_init=2, random_state=0).fit(x).labels_).tolist())
try:
    SVC().predict(x)
except Exception as e:
    print(type(e).__name__, e)
