// Struct sequence types, contexts, pickle buffers, ordered dicts, forks, pending calls.
#include <Python.h>
#include <sys/wait.h>
#include <unistd.h>

static PyTypeObject Point_Type;
static PyStructSequence_Field fields[] = {{"x", "the first"}, {"y", "the second"}, {"secret", "hidden"}, {NULL}};
static PyStructSequence_Desc desc = {"runtime.Point", "A point.", fields, 2};

static PyObject *point(PyObject *m, PyObject *args)
{
    PyObject *a, *b, *c, *p;
    if (!PyArg_ParseTuple(args, "OOO", &a, &b, &c)) return NULL;
    p = PyStructSequence_New(&Point_Type);
    if (!p) return NULL;
    PyStructSequence_SetItem(p, 0, Py_NewRef(a));
    PyStructSequence_SetItem(p, 1, Py_NewRef(b));
    PyStructSequence_SetItem(p, 2, Py_NewRef(c));
    return p;
}
static PyObject *inside(PyObject *m, PyObject *args)
{
    PyObject *c, *f, *r;
    if (!PyArg_ParseTuple(args, "OO", &c, &f)) return NULL;
    if (PyContext_Enter(c) < 0) return NULL;
    r = PyObject_CallNoArgs(f);
    if (PyContext_Exit(c) < 0) Py_CLEAR(r);
    return r;
}
static PyObject *leave(PyObject *m, PyObject *c) { return PyContext_Exit(c) < 0 ? NULL : Py_NewRef(Py_None); }
static PyObject *pickle_buffer(PyObject *m, PyObject *o)
{
    const Py_buffer *v;
    PyObject *r, *b = PyPickleBuffer_FromObject(o);
    if (!b) return NULL;
    v = PyPickleBuffer_GetBuffer(b);
    if (!v) { Py_DECREF(b); return NULL; }
    r = Py_BuildValue("(Nn)", PyBytes_FromStringAndSize(v->buf, v->len), v->itemsize);
    if (PyPickleBuffer_Release(b) < 0 || PyPickleBuffer_GetBuffer(b)) Py_CLEAR(r);
    Py_DECREF(b);
    if (r) PyErr_Clear();
    return r;
}
static PyObject *buffer_of(PyObject *m, PyObject *o) { return PyPickleBuffer_GetBuffer(o) ? Py_NewRef(Py_True) : NULL; }
static PyObject *ordered(PyObject *m, PyObject *x)
{
    PyObject *d = PyODict_New(), *k = PyUnicode_FromString("k"), *l = PyUnicode_FromString("l");
    if (!d || PyODict_SetItem(d, k, l) < 0 || PyODict_SetItem(d, l, k) < 0 || PyODict_DelItem(d, k) < 0) Py_CLEAR(d);
    Py_XDECREF(k); Py_XDECREF(l);
    return d;
}
static PyObject *forked(PyObject *m, PyObject *f)
{
    int status;
    pid_t pid;
    PyOS_BeforeFork();
    pid = fork();
    if (pid == 0) {
        PyOS_AfterFork_Child();
        PyObject *r = PyObject_CallNoArgs(f);
        _exit(r ? (int)PyLong_AsLong(r) : 99);
    }
    PyOS_AfterFork_Parent();
    waitpid(pid, &status, 0);
    return PyLong_FromLong(WEXITSTATUS(status));
}
static int later(void *o)
{
    PyObject *r = PyObject_CallNoArgs(o);
    Py_DECREF((PyObject *)o);
    Py_XDECREF(r);
    return r ? 0 : -1;
}
static PyObject *pending(PyObject *m, PyObject *f)
{
    if (Py_AddPendingCall(later, Py_NewRef(f)) < 0) { Py_DECREF(f); Py_RETURN_FALSE; }
    return Py_MakePendingCalls() < 0 ? NULL : Py_NewRef(Py_True);
}
static PyMethodDef methods[] = {{"point", point, METH_VARARGS}, {"inside", inside, METH_VARARGS}, {"leave", leave, METH_O}, {"pickle_buffer", pickle_buffer, METH_O},
    {"buffer_of", buffer_of, METH_O}, {"ordered", ordered, METH_NOARGS}, {"forked", forked, METH_O}, {"pending", pending, METH_O}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "runtime", NULL, -1, methods};
PyMODINIT_FUNC PyInit_runtime(void)
{
    PyObject *m = PyModule_Create(&def);
    if (m && (PyStructSequence_InitType2(&Point_Type, &desc) < 0 || PyModule_AddType(m, &Point_Type) < 0)) Py_CLEAR(m);
    return m;
}
