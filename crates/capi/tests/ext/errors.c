// Exceptions: raising, fetching, chaining, warnings, unraisable ones.
#include <Python.h>

static PyObject *Error;
static PyObject *raise_(PyObject *m, PyObject *args)
{
    PyObject *t, *v = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &t, &v)) return NULL;
    if (v) PyErr_SetObject(t, v); else PyErr_SetNone(t);
    return NULL;
}
static PyObject *format(PyObject *m, PyObject *o) { return PyErr_Format(Error, "got %R of %s, %d", o, Py_TYPE(o)->tp_name, 3); }
static PyObject *fetch(PyObject *m, PyObject *f)
{
    PyObject *e, *r = PyObject_CallNoArgs(f);
    if (r) return r;
    e = PyErr_GetRaisedException();
    r = Py_BuildValue("(sOii)", _PyType_Name(Py_TYPE(e)), PyException_GetArgs(e), PyErr_GivenExceptionMatches(e, PyExc_LookupError), PyErr_Occurred() != NULL);
    Py_DECREF(e);
    return r;
}
static PyObject *old_fetch(PyObject *m, PyObject *f)
{
    PyObject *t, *v, *tb, *r = PyObject_CallNoArgs(f);
    if (r) return r;
    PyErr_Fetch(&t, &v, &tb);
    PyErr_NormalizeException(&t, &v, &tb);
    r = Py_BuildValue("(OOi)", t, v, tb != NULL);
    PyErr_Restore(t, v, tb);
    PyErr_Clear();
    return r;
}
static PyObject *chain(PyObject *m, PyObject *f)
{
    PyObject *cause, *e, *r = PyObject_CallNoArgs(f);
    if (r) return r;
    cause = PyErr_GetRaisedException();
    PyErr_SetString(PyExc_RuntimeError, "outer");
    e = PyErr_GetRaisedException();
    PyException_SetCause(e, Py_NewRef(cause));
    PyException_SetContext(e, cause);
    PyErr_SetRaisedException(e);
    return NULL;
}
static PyObject *warn(PyObject *m, PyObject *s)
{
    if (PyErr_WarnEx(PyExc_UserWarning, PyUnicode_AsUTF8(s), 1) < 0) return NULL;
    if (PyErr_WarnFormat(PyExc_DeprecationWarning, 1, "%s %d", "formatted", 5) < 0) return NULL;
    Py_RETURN_NONE;
}
static PyObject *unraisable(PyObject *m, PyObject *o) { PyErr_SetString(PyExc_ValueError, "lost"); PyErr_WriteUnraisable(o); Py_RETURN_NONE; }
static PyObject *from_errno(PyObject *m, PyObject *o) { errno = ENOENT; return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, o); }
static PyObject *handled(PyObject *m, PyObject *x) { PyObject *e = PyErr_GetHandledException(); return e ? e : Py_NewRef(Py_None); }
static PyMethodDef methods[] = {
    {"raise_", raise_, METH_VARARGS}, {"format", format, METH_O}, {"fetch", fetch, METH_O}, {"old_fetch", old_fetch, METH_O}, {"chain", chain, METH_O}, {"warn", warn, METH_O},
    {"unraisable", unraisable, METH_O}, {"from_errno", from_errno, METH_O}, {"handled", handled, METH_NOARGS}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "errors", NULL, -1, methods};
PyMODINIT_FUNC PyInit_errors(void)
{
    PyObject *m = PyModule_Create(&def);
    Error = PyErr_NewExceptionWithDoc("errors.Error", "An error.", PyExc_ArithmeticError, NULL);
    if (PyModule_AddObjectRef(m, "Error", Error) < 0) return NULL;
    return m;
}
