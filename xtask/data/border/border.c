/* What `cargo xtask border` measures: the ways into and out of an extension, each as small as it can be. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    double x;
    PyObject *y;
    Py_ssize_t left;
} Point;

static PyTypeObject PointType;

static PyObject *noargs(PyObject *self, PyObject *ignored) { Py_RETURN_NONE; }
static PyObject *one(PyObject *self, PyObject *o) { return Py_NewRef(o); }
static PyObject *fast(PyObject *self, PyObject *const *args, Py_ssize_t n) { return Py_NewRef(args[n - 1]); }
static PyObject *fastkw(PyObject *self, PyObject *const *args, Py_ssize_t n, PyObject *names)
{
    return Py_NewRef(args[n - 1 + (names ? PyTuple_GET_SIZE(names) : 0)]);
}
static PyObject *varargs(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    return Py_NewRef(b);
}
static PyObject *varints(PyObject *self, PyObject *args)
{
    int a;
    const char *s;
    double d;
    if (!PyArg_ParseTuple(args, "isd", &a, &s, &d))
        return NULL;
    return PyLong_FromLong(a);
}
static PyObject *varkw(PyObject *self, PyObject *args, PyObject *kw)
{
    static char *names[] = {"a", "b", NULL};
    PyObject *a, *b = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "O|O", names, &a, &b))
        return NULL;
    return Py_NewRef(a);
}

/* C code that works on objects: n times. */
static PyObject *lists(PyObject *self, PyObject *o)
{
    Py_ssize_t n = PyLong_AsSsize_t(o);
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; i < n; i++)
        PyList_SET_ITEM(list, i, PyLong_FromSsize_t(i * 1000));
    return list;
}
static PyObject *tuples(PyObject *self, PyObject *o)
{
    Py_ssize_t n = PyLong_AsSsize_t(o);
    for (Py_ssize_t i = 0; i < n; i++)
        Py_XDECREF(PyTuple_Pack(2, Py_None, o));
    Py_RETURN_NONE;
}
static PyObject *floats(PyObject *self, PyObject *o)
{
    Py_ssize_t n = PyLong_AsSsize_t(o);
    double sum = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *f = PyFloat_FromDouble((double)i);
        sum += PyFloat_AsDouble(f);
        Py_DECREF(f);
    }
    return PyFloat_FromDouble(sum);
}
static PyObject *texts(PyObject *self, PyObject *o)
{
    Py_ssize_t n = PyLong_AsSsize_t(o);
    for (Py_ssize_t i = 0; i < n; i++)
        Py_XDECREF(PyUnicode_FromString("some short text"));
    Py_RETURN_NONE;
}
static PyObject *dicts(PyObject *self, PyObject *args)
{
    PyObject *d, *k;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "OOn", &d, &k, &n))
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (PyDict_SetItem(d, k, Py_None) < 0 || !PyDict_GetItemWithError(d, k))
            return NULL;
    }
    Py_RETURN_NONE;
}
static PyObject *calls(PyObject *self, PyObject *args)
{
    PyObject *f, *a;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "OOn", &f, &a, &n))
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *r = PyObject_CallOneArg(f, a);
        if (!r)
            return NULL;
        Py_DECREF(r);
    }
    Py_RETURN_NONE;
}
static PyObject *attributes(PyObject *self, PyObject *args)
{
    PyObject *o, *name;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "OUn", &o, &name, &n))
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *r = PyObject_GetAttr(o, name);
        if (!r)
            return NULL;
        Py_DECREF(r);
    }
    Py_RETURN_NONE;
}
static PyObject *iterate(PyObject *self, PyObject *o)
{
    Py_ssize_t n = 0;
    PyObject *it = PyObject_GetIter(o), *item;
    if (!it)
        return NULL;
    while ((item = PyIter_Next(it))) {
        n++;
        Py_DECREF(item);
    }
    Py_DECREF(it);
    return PyErr_Occurred() ? NULL : PyLong_FromSsize_t(n);
}
static PyObject *numbers(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "OOn", &a, &b, &n))
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *r = PyNumber_Add(a, b);
        if (!r)
            return NULL;
        Py_DECREF(r);
    }
    Py_RETURN_NONE;
}
static PyObject *errors(PyObject *self, PyObject *o)
{
    Py_ssize_t n = PyLong_AsSsize_t(o);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyErr_SetString(PyExc_ValueError, "no");
        if (PyErr_ExceptionMatches(PyExc_ValueError))
            PyErr_Clear();
    }
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"noargs", noargs, METH_NOARGS, NULL},
    {"one", one, METH_O, NULL},
    {"fast", (PyCFunction)(void (*)(void))fast, METH_FASTCALL, NULL},
    {"fastkw", (PyCFunction)(void (*)(void))fastkw, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"varargs", varargs, METH_VARARGS, NULL},
    {"varints", varints, METH_VARARGS, NULL},
    {"varkw", (PyCFunction)(void (*)(void))varkw, METH_VARARGS | METH_KEYWORDS, NULL},
    {"lists", lists, METH_O, NULL},
    {"tuples", tuples, METH_O, NULL},
    {"floats", floats, METH_O, NULL},
    {"texts", texts, METH_O, NULL},
    {"dicts", dicts, METH_VARARGS, NULL},
    {"calls", calls, METH_VARARGS, NULL},
    {"attributes", attributes, METH_VARARGS, NULL},
    {"iterate", iterate, METH_O, NULL},
    {"numbers", numbers, METH_VARARGS, NULL},
    {"errors", errors, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyObject *point_new(PyTypeObject *t, PyObject *args, PyObject *kw)
{
    double x;
    PyObject *y;
    if (!PyArg_ParseTuple(args, "dO", &x, &y))
        return NULL;
    Point *p = (Point *)t->tp_alloc(t, 0);
    if (p) {
        p->x = x;
        p->y = Py_NewRef(y);
        p->left = 1000;
    }
    return (PyObject *)p;
}
static void point_dealloc(PyObject *self)
{
    Py_XDECREF(((Point *)self)->y);
    Py_TYPE(self)->tp_free(self);
}
static void heap_dealloc(PyObject *self)
{
    PyTypeObject *t = Py_TYPE(self);
    point_dealloc(self);
    Py_DECREF(t);
}
static PyObject *point_add(PyObject *a, PyObject *b) { return Py_NewRef(a); }
static Py_ssize_t point_len(PyObject *self) { return 3; }
static PyObject *point_item(PyObject *self, Py_ssize_t i) { return Py_NewRef(((Point *)self)->y); }
static PyObject *point_key(PyObject *self, PyObject *k) { return Py_NewRef(k); }
static int point_set(PyObject *self, PyObject *k, PyObject *v) { return 0; }
static int point_bool(PyObject *self) { return 1; }
static PyObject *point_call(PyObject *self, PyObject *args, PyObject *kw) { return Py_NewRef(self); }
static PyObject *point_iter(PyObject *self) { ((Point *)self)->left = 1000; return Py_NewRef(self); }
static PyObject *point_next(PyObject *self) { return ((Point *)self)->left-- > 0 ? Py_NewRef(Py_None) : NULL; }
static PyObject *point_compare(PyObject *a, PyObject *b, int op) { return Py_NewRef(op == Py_LT ? Py_True : Py_False); }
static Py_hash_t point_hash(PyObject *self) { return 7; }
static PyObject *get_z(PyObject *self, void *ignored) { return Py_NewRef(((Point *)self)->y); }
static int set_z(PyObject *self, PyObject *v, void *ignored) { return 0; }

static PyMemberDef members[] = {{"x", T_DOUBLE, offsetof(Point, x), 0, NULL}, {"y", T_OBJECT_EX, offsetof(Point, y), 0, NULL}, {NULL}};
static PyGetSetDef getsets[] = {{"z", get_z, set_z, NULL, NULL}, {NULL}};
static PyMethodDef methods[] = {
    {"noargs", noargs, METH_NOARGS, NULL},
    {"one", one, METH_O, NULL},
    {"fast", (PyCFunction)(void (*)(void))fast, METH_FASTCALL, NULL},
    {"varargs", varargs, METH_VARARGS, NULL},
    {"cls", noargs, METH_NOARGS | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};
static PyNumberMethods number = {.nb_add = point_add, .nb_bool = point_bool};
static PySequenceMethods sequence = {.sq_length = point_len, .sq_item = point_item};
static PyMappingMethods mapping = {.mp_subscript = point_key, .mp_ass_subscript = point_set, .mp_length = point_len};
static PyTypeObject PointType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "border.Point",
    .tp_basicsize = sizeof(Point),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = point_new,
    .tp_dealloc = point_dealloc,
    .tp_as_number = &number,
    .tp_as_sequence = &sequence,
    .tp_as_mapping = &mapping,
    .tp_call = point_call,
    .tp_iter = point_iter,
    .tp_iternext = point_next,
    .tp_richcompare = point_compare,
    .tp_hash = point_hash,
    .tp_members = members,
    .tp_getset = getsets,
    .tp_methods = methods,
};

static PyType_Slot heap_slots[] = {
    {Py_tp_new, point_new}, {Py_tp_dealloc, heap_dealloc}, {Py_tp_members, members}, {Py_tp_getset, getsets}, {Py_tp_methods, methods},
    {Py_nb_add, point_add}, {Py_mp_subscript, point_key}, {0, NULL},
};
static PyType_Spec heap_spec = {"border.Heap", sizeof(Point), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, heap_slots};

static int run(PyObject *m)
{
    PyObject *heap = PyType_FromSpec(&heap_spec);
    if (!heap || PyModule_AddObjectRef(m, "Heap", heap) < 0)
        return -1;
    Py_DECREF(heap);
    return PyModule_AddType(m, &PointType);
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, run}, {0, NULL}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "border", NULL, 0, functions, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_border(void) { return PyModuleDef_Init(&definition); }
