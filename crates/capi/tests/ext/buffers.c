// Buffers: exported by a type, consumed from others.
#include <Python.h>

typedef struct { PyObject_HEAD int data[6]; Py_ssize_t shape[2], strides[2]; int exports; } Grid;

static int grid_get(PyObject *s, Py_buffer *v, int flags)
{
    Grid *g = (Grid *)s;
    if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS) { PyErr_SetString(PyExc_BufferError, "no Fortran order"); v->obj = NULL; return -1; }
    v->obj = Py_NewRef(s); v->buf = g->data; v->len = sizeof g->data; v->itemsize = sizeof(int); v->readonly = 0; v->ndim = 2;
    v->format = flags & PyBUF_FORMAT ? "i" : NULL;
    v->shape = flags & PyBUF_ND ? g->shape : NULL;
    v->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? g->strides : NULL;
    v->suboffsets = NULL; v->internal = NULL;
    g->exports++;
    return 0;
}
static void grid_release(PyObject *s, Py_buffer *v) { ((Grid *)s)->exports--; }
static PyObject *grid_new(PyTypeObject *t, PyObject *a, PyObject *k)
{
    Grid *g = (Grid *)t->tp_alloc(t, 0);
    if (!g) return NULL;
    for (int i = 0; i < 6; i++) g->data[i] = i * 10;
    g->shape[0] = 2; g->shape[1] = 3; g->strides[0] = 12; g->strides[1] = 4;
    return (PyObject *)g;
}
static PyObject *grid_exports(PyObject *s, void *c) { return PyLong_FromLong(((Grid *)s)->exports); }
static PyGetSetDef getset[] = {{"exports", grid_exports}, {NULL}};
static PyBufferProcs procs = {grid_get, grid_release};
static PyTypeObject Grid_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "buffers.Grid", .tp_basicsize = sizeof(Grid), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = grid_new,
    .tp_as_buffer = &procs, .tp_getset = getset};

static PyObject *describe(PyObject *m, PyObject *args)
{
    PyObject *o, *r; int flags = PyBUF_FULL_RO; Py_buffer v;
    if (!PyArg_ParseTuple(args, "O|i", &o, &flags)) return NULL;
    if (PyObject_GetBuffer(o, &v, flags) < 0) return NULL;
    r = Py_BuildValue("(nniizNNiii)", v.len, v.itemsize, v.readonly, v.ndim, v.format, v.shape ? PyLong_FromSsize_t(v.shape[0]) : Py_NewRef(Py_None),
        v.strides ? PyLong_FromSsize_t(v.strides[0]) : Py_NewRef(Py_None), PyBuffer_IsContiguous(&v, 'C'), PyBuffer_IsContiguous(&v, 'F'), PyBuffer_IsContiguous(&v, 'A'));
    PyBuffer_Release(&v);
    return r;
}
static PyObject *fill(PyObject *m, PyObject *o)
{
    Py_buffer v;
    if (PyObject_GetBuffer(o, &v, PyBUF_WRITABLE) < 0) return NULL;
    memset(v.buf, 'z', v.len);
    PyBuffer_Release(&v);
    Py_RETURN_NONE;
}
static PyObject *flat(PyObject *m, PyObject *o)
{
    Py_buffer v; PyObject *b;
    if (PyObject_GetBuffer(o, &v, PyBUF_FULL_RO) < 0) return NULL;
    b = PyBytes_FromStringAndSize(NULL, v.len);
    if (b && PyBuffer_ToContiguous(PyBytes_AS_STRING(b), &v, v.len, 'C') < 0) Py_CLEAR(b);
    PyBuffer_Release(&v);
    return b;
}
static char memory[4] = "abc";
static PyObject *view(PyObject *m, PyObject *x) { return PyMemoryView_FromMemory(memory, 3, PyBUF_READ); }
static PyObject *size(PyObject *m, PyObject *o) { return PyLong_FromSsize_t(PyBuffer_SizeFromFormat(PyUnicode_AsUTF8(o))); }
static PyMethodDef methods[] = {{"describe", describe, METH_VARARGS}, {"fill", fill, METH_O}, {"flat", flat, METH_O}, {"view", view, METH_NOARGS}, {"size", size, METH_O}, {NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "buffers", NULL, -1, methods};
PyMODINIT_FUNC PyInit_buffers(void)
{
    PyObject *m = PyModule_Create(&def);
    if (m && PyModule_AddType(m, &Grid_Type) < 0) Py_CLEAR(m);
    return m;
}
