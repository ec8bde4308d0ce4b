// Functions that break the rules about counts. Debug builds name them.
#include <Python.h>

static PyObject *gives_up_argument(PyObject *m, PyObject *o) { Py_DECREF(o); Py_RETURN_NONE; }
static PyObject *gives_up_second(PyObject *m, PyObject *const *a, Py_ssize_t n) { Py_DECREF(a[1]); Py_RETURN_NONE; }
static PyObject *freed_result(PyObject *m, PyObject *x)
{
    PyObject *o = PyList_New(0);
    Py_DECREF(o);
    return o;
}
static PyObject *negative(PyObject *m, PyObject *o) { *(uint32_t *)o = (uint32_t)-1; Py_RETURN_NONE; }
static PyObject *zero(PyObject *m, PyObject *o) { *(uint32_t *)o = 0; Py_RETURN_NONE; }
static PyObject *destroys_twice(PyObject *m, PyObject *x)
{
    PyObject *o = PyList_New(0);
    Py_DECREF(o);
    _Py_Dealloc(o);
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {
    {"gives_up_argument", gives_up_argument, METH_O}, {"gives_up_second", (PyCFunction)(void (*)(void))gives_up_second, METH_FASTCALL},
    {"freed_result", freed_result, METH_NOARGS}, {"negative", negative, METH_O}, {"zero", zero, METH_O}, {"destroys_twice", destroys_twice, METH_NOARGS}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "rules", NULL, -1, methods};
PyMODINIT_FUNC PyInit_rules(void) { return PyModule_Create(&def); }
