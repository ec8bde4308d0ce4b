// Argument parsing, value building, text formatting.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *ints(PyObject *m, PyObject *args)
{
    unsigned char b; short h; int i; long l; long long L; Py_ssize_t n; unsigned int I; unsigned long k;
    if (!PyArg_ParseTuple(args, "bhilLnIk:ints", &b, &h, &i, &l, &L, &n, &I, &k)) return NULL;
    return Py_BuildValue("(bhilLnIk)", b, h, i, l, L, n, I, k);
}

static PyObject *texts(PyObject *m, PyObject *args, PyObject *kw)
{
    static char *names[] = {"s", "z", "sized", "u", "flag", "c", NULL};
    const char *s, *z = "unset", *sized = NULL; Py_ssize_t n = -1; PyObject *u = NULL; int flag = 0, c = 'x';
    if (!PyArg_ParseTupleAndKeywords(args, kw, "s|zs#$UpC:texts", names, &s, &z, &sized, &n, &u, &flag, &c)) return NULL;
    return Py_BuildValue("{s:s,s:z,s:s#,s:O,s:i,s:C}", "s", s, "z", z, "sized", sized, n < 0 ? 0 : n, "u", u ? u : Py_None, "flag", flag, "c", c);
}

static PyObject *nested(PyObject *m, PyObject *args)
{
    int a, b; double d; Py_complex z; PyObject *list;
    if (!PyArg_ParseTuple(args, "(i(id))DO!;nested wants ((int, (int, float)), complex, list)", &a, &b, &d, &z, &PyList_Type, &list)) return NULL;
    return Py_BuildValue("[i(id)D]O", a, b, d, &z, list);
}

static int even(PyObject *o, void *p)
{
    long v = PyLong_AsLong(o);
    if (v == -1 && PyErr_Occurred()) return 0;
    if (v % 2) { PyErr_SetString(PyExc_ValueError, "odd"); return 0; }
    *(long *)p = v;
    return 1;
}

static PyObject *converted(PyObject *m, PyObject *args)
{
    long v; Py_buffer view; PyObject *r;
    if (!PyArg_ParseTuple(args, "y*O&", &view, even, &v)) return NULL;
    r = Py_BuildValue("ny#l", view.len, (char *)view.buf, view.len, v);
    PyBuffer_Release(&view);
    return r;
}

static PyObject *format(PyObject *m, PyObject *o)
{
    return PyUnicode_FromFormat("%d|%5d|%-5d|%05d|%x|%#x|%zd|%ld|%lld|%c|%s|%.2s|%10s|%R|%S|%A|%U|%V|%T|%N|%%", -3, 42, 42, 42, 255, 255, (Py_ssize_t)7, 8L, 9LL,
        0x20ac, "text", "text", "right", o, o, o, PyUnicode_FromString("U"), NULL, "V", o, (PyObject *)Py_TYPE(o));
}

static PyMethodDef methods[] = {
    {"ints", ints, METH_VARARGS}, {"texts", (PyCFunction)(void *)texts, METH_VARARGS | METH_KEYWORDS}, {"nested", nested, METH_VARARGS},
    {"converted", converted, METH_VARARGS}, {"format", format, METH_O}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "arguments", "Arguments in and out.", 0, methods};
PyMODINIT_FUNC PyInit_arguments(void) { return PyModuleDef_Init(&def); }
