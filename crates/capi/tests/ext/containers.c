// Lists, tuples, dicts, sets, strings, bytes, ints, iteration.
#include <Python.h>

static PyObject *lists(PyObject *m, PyObject *x)
{
    PyObject *l = PyList_New(2), *t;
    PyList_SET_ITEM(l, 0, PyLong_FromLong(1));
    PyList_SetItem(l, 1, PyUnicode_FromString("b"));
    PyList_Append(l, Py_None); PyList_Insert(l, 0, Py_True); PyList_Reverse(l);
    t = PyList_AsTuple(l);
    PyList_SetSlice(l, 1, 3, NULL);
    return Py_BuildValue("(NNnN)", l, t, PyTuple_GET_SIZE(t), PyTuple_GetSlice(t, 1, 3));
}
static PyObject *dicts(PyObject *m, PyObject *d)
{
    PyObject *k, *v, *r = PyList_New(0), *got, *copy = PyDict_Copy(d); Py_ssize_t pos = 0; int in;
    while (PyDict_Next(d, &pos, &k, &v)) { PyObject *p = PyTuple_Pack(2, v, k); PyList_Append(r, p); Py_DECREF(p); }
    PyDict_SetItemString(copy, "new", r);
    got = PyDict_GetItemWithError(copy, Py_None);
    in = PyDict_Contains(copy, Py_None);
    PyDict_DelItemString(copy, "new");
    k = PyUnicode_FromString("default");
    v = PyDict_SetDefault(copy, k, k);
    return Py_BuildValue("(NNiiOnNN)", r, copy, got != NULL, in, v, PyDict_Size(d), PyDict_Keys(d), PyDict_Values(d));
}
static PyObject *sets(PyObject *m, PyObject *o)
{
    PyObject *s = PySet_New(o), *f; int a, b, c, d;
    if (!s) return NULL;
    f = PyFrozenSet_New(s);
    a = PySet_Add(s, Py_None), b = PySet_Contains(s, Py_None), c = PySet_Discard(s, Py_None), d = PySet_Discard(s, Py_None);
    return Py_BuildValue("(NNiiiin)", PySequence_List(s), PyNumber_Or(s, f), a, b, c, d, PySet_Size(s));
}
static PyObject *strings(PyObject *m, PyObject *s)
{
    PyObject *u = PyUnicode_New(3, 0x20ac), *r; Py_ssize_t n; const char *c;
    PyUnicode_WriteChar(u, 0, 'a'); PyUnicode_WriteChar(u, 1, 0x20ac); PyUnicode_WriteChar(u, 2, 'z');
    c = PyUnicode_AsUTF8AndSize(s, &n);
    if (!c) return NULL;
    r = Py_BuildValue("(Nnny#iNNNNii)", u, PyUnicode_GET_LENGTH(s), n, c, n, PyUnicode_KIND(s), PyUnicode_Substring(s, 1, 3), PyUnicode_Concat(s, s), PyUnicode_Split(s, NULL, -1),
        PyUnicode_Replace(s, PyUnicode_FromString("a"), PyUnicode_FromString("A"), 1), PyUnicode_CompareWithASCIIString(s, "abc"), PyUnicode_EqualToUTF8(s, "abc"));
    return r;
}
static PyObject *longs(PyObject *m, PyObject *i)
{
    int overflow; long long v = PyLong_AsLongLongAndOverflow(i, &overflow); unsigned long mask; double d = PyLong_AsDouble(i);
    if (PyErr_Occurred()) PyErr_Clear();
    mask = PyLong_AsUnsignedLongMask(i);
    return Py_BuildValue("(LikdNNN)", v, overflow, mask, d, PyNumber_ToBase(i, 16), PyNumber_Power(i, PyLong_FromLong(2), Py_None), PyLong_FromString("0x1f", NULL, 0));
}
static PyObject *iterate(PyObject *m, PyObject *o)
{
    PyObject *it = PyObject_GetIter(o), *x, *r; 
    if (!it) return NULL;
    r = PyList_New(0);
    while ((x = PyIter_Next(it))) { PyList_Append(r, x); Py_DECREF(x); }
    Py_DECREF(it);
    if (PyErr_Occurred()) { Py_DECREF(r); return NULL; }
    return r;
}
static PyObject *objects(PyObject *m, PyObject *o)
{
    return Py_BuildValue("(NNiiinN)", PyObject_Repr(o), PyObject_Type(o), PyObject_IsTrue(o), PyCallable_Check(o), PyObject_RichCompareBool(o, Py_None, Py_EQ),
        PyObject_Size(o) < 0 ? (PyErr_Clear(), (Py_ssize_t)-1) : PyObject_Size(o), PyObject_GetAttrString(o, "__class__"));
}
static PyMethodDef methods[] = {{"lists", lists, METH_NOARGS}, {"dicts", dicts, METH_O}, {"sets", sets, METH_O}, {"strings", strings, METH_O}, {"longs", longs, METH_O}, {"iterate", iterate, METH_O},
    {"objects", objects, METH_O}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "containers", NULL, 0, methods};
PyMODINIT_FUNC PyInit_containers(void) { return PyModuleDef_Init(&def); }
