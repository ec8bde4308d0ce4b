// Functions that break the rules. Every build names those that give a result and an exception, or neither; debug builds those that break the rules about counts.
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
static PyObject *null_quietly(PyObject *m, PyObject *x) { return NULL; }
static PyObject *result_with_error(PyObject *m, PyObject *x) { PyErr_SetString(PyExc_ValueError, "left"); return Py_NewRef(x); }
static PyObject *null_quietly_fast(PyObject *m, PyObject *const *a, Py_ssize_t n) { return NULL; }
static PyObject *result_with_error_var(PyObject *m, PyObject *args) { PyErr_SetString(PyExc_ValueError, "left"); return Py_NewRef(args); }
static PyObject *calls(PyObject *m, PyObject *const *a, Py_ssize_t n) { return PyObject_CallOneArg(a[0], a[1]); }
static PyMethodDef methods[] = {
    {"calls", (PyCFunction)(void (*)(void))calls, METH_FASTCALL},
    {"null_quietly", null_quietly, METH_O}, {"result_with_error", result_with_error, METH_O},
    {"null_quietly_fast", (PyCFunction)(void (*)(void))null_quietly_fast, METH_FASTCALL}, {"result_with_error_var", result_with_error_var, METH_VARARGS},
    {"gives_up_argument", gives_up_argument, METH_O}, {"gives_up_second", (PyCFunction)(void (*)(void))gives_up_second, METH_FASTCALL},
    {"freed_result", freed_result, METH_NOARGS}, {"negative", negative, METH_O}, {"zero", zero, METH_O}, {"destroys_twice", destroys_twice, METH_NOARGS}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "rules", NULL, -1, methods};
PyMODINIT_FUNC PyInit_rules(void) { return PyModule_Create(&def); }
