// Types: from specs and static, members, getsets, slots, GC, subclassing, vectorcall, weak references.
#include <Python.h>
#include <stddef.h>

typedef struct { PyObject_HEAD long n; double d; PyObject *any; PyObject *weak; } Thing;

static int thing_init(PyObject *s, PyObject *args, PyObject *kw)
{
    static char *names[] = {"n", "any", NULL};
    Thing *t = (Thing *)s; PyObject *any = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "|lO", names, &t->n, &any)) return -1;
    Py_XSETREF(t->any, Py_XNewRef(any));
    t->d = t->n / 2.0;
    return 0;
}
static int thing_traverse(PyObject *s, visitproc visit, void *arg) { Py_VISIT(((Thing *)s)->any); Py_VISIT(Py_TYPE(s)); return 0; }
static int thing_clear(PyObject *s) { Py_CLEAR(((Thing *)s)->any); return 0; }
static int freed;
static void thing_dealloc(PyObject *s)
{
    PyTypeObject *tp = Py_TYPE(s);
    PyObject_GC_UnTrack(s);
    if (((Thing *)s)->weak) PyObject_ClearWeakRefs(s);
    thing_clear(s);
    freed++;
    tp->tp_free(s);
    Py_DECREF(tp);
}
static PyObject *thing_repr(PyObject *s) { return PyUnicode_FromFormat("%s(%ld, %R)", _PyType_Name(Py_TYPE(s)), ((Thing *)s)->n, ((Thing *)s)->any ? ((Thing *)s)->any : Py_None); }
static PyObject *thing_add(PyObject *a, PyObject *b)
{
    if (!PyObject_HasAttrString(a, "n") || !PyObject_HasAttrString(b, "n")) Py_RETURN_NOTIMPLEMENTED;
    return PyObject_CallFunction((PyObject *)Py_TYPE(a), "l", ((Thing *)a)->n + ((Thing *)b)->n);
}
static PyObject *thing_call(PyObject *s, PyObject *args, PyObject *kw) { return Py_BuildValue("(OOO)", s, args, kw ? kw : Py_None); }
static PyObject *thing_cmp(PyObject *a, PyObject *b, int op)
{
    if (Py_TYPE(a)->tp_richcompare != thing_cmp || Py_TYPE(b)->tp_richcompare != thing_cmp) Py_RETURN_NOTIMPLEMENTED;
    Py_RETURN_RICHCOMPARE(((Thing *)a)->n, ((Thing *)b)->n, op);
}
static Py_hash_t thing_hash(PyObject *s) { return ((Thing *)s)->n + 1; }
static Py_ssize_t thing_len(PyObject *s) { return ((Thing *)s)->n; }
static PyObject *thing_item(PyObject *s, PyObject *k) { return Py_BuildValue("(sO)", "item", k); }
static int thing_set(PyObject *s, PyObject *k, PyObject *v)
{
    if (!v) { PyErr_Format(PyExc_KeyError, "no %R", k); return -1; }
    Py_XSETREF(((Thing *)s)->any, Py_NewRef(v));
    return 0;
}
static PyObject *get_twice(PyObject *s, void *c) { return PyLong_FromLong(((Thing *)s)->n * (c ? 3 : 2)); }
static int set_twice(PyObject *s, PyObject *v, void *c)
{
    long n;
    if (!v) { PyErr_SetString(PyExc_AttributeError, "cannot delete twice"); return -1; }
    n = PyLong_AsLong(v);
    if (n == -1 && PyErr_Occurred()) return -1;
    ((Thing *)s)->n = n / 2;
    return 0;
}
static PyObject *meth_self(PyObject *s, PyObject *x) { return Py_NewRef(s); }
static PyObject *meth_fast(PyObject *s, PyObject *const *a, Py_ssize_t n) { return PyLong_FromSsize_t(n); }
static PyObject *meth_kw(PyObject *s, PyObject *const *a, Py_ssize_t n, PyObject *names) { return Py_BuildValue("(nO)", n, names ? names : Py_None); }
static PyObject *meth_class(PyObject *s, PyTypeObject *cls, PyObject *const *a, Py_ssize_t n, PyObject *names) { return Py_BuildValue("(sn)", _PyType_Name(cls), n); }
static PyMethodDef thing_methods[] = {
    {"me", meth_self, METH_NOARGS, "me($self, /)\n--\n\nThe thing."}, {"one", meth_self, METH_O}, {"fast", (PyCFunction)(void *)meth_fast, METH_FASTCALL},
    {"kw", (PyCFunction)(void *)meth_kw, METH_FASTCALL | METH_KEYWORDS}, {"owner", (PyCFunction)(void *)meth_class, METH_METHOD | METH_FASTCALL | METH_KEYWORDS},
    {"cls", meth_self, METH_CLASS | METH_NOARGS}, {"stat", (PyCFunction)(void *)meth_fast, METH_STATIC | METH_FASTCALL}, {NULL}};
static PyMemberDef thing_members[] = {
    {"n", Py_T_LONG, offsetof(Thing, n), 0, "a number"}, {"d", Py_T_DOUBLE, offsetof(Thing, d), Py_READONLY}, {"any", Py_T_OBJECT_EX, offsetof(Thing, any)},
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(Thing, weak), Py_READONLY}, {NULL}};
static PyGetSetDef thing_getset[] = {{"twice", get_twice, set_twice, "twice n"}, {"thrice", get_twice, NULL, NULL, &freed}, {NULL}};
static PyType_Slot slots[] = {
    {Py_tp_init, thing_init}, {Py_tp_traverse, thing_traverse}, {Py_tp_clear, thing_clear}, {Py_tp_dealloc, thing_dealloc}, {Py_tp_repr, thing_repr}, {Py_nb_add, thing_add},
    {Py_tp_call, thing_call}, {Py_tp_richcompare, thing_cmp}, {Py_tp_hash, thing_hash}, {Py_mp_length, thing_len}, {Py_mp_subscript, thing_item}, {Py_mp_ass_subscript, thing_set},
    {Py_tp_methods, thing_methods}, {Py_tp_members, thing_members}, {Py_tp_getset, thing_getset}, {Py_tp_doc, "Thing(n=0, any=None)\n--\n\nA thing."}, {0}};
static PyType_Spec spec = {"classes.Thing", sizeof(Thing), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};

// A static type that continues list.
typedef struct { PyListObject list; int appended; } Counted;
static PyObject *counted_append(PyObject *s, PyObject *v)
{
    ((Counted *)s)->appended++;
    if (PyList_Append(s, v) < 0) return NULL;
    return PyLong_FromLong(((Counted *)s)->appended);
}
static PyMethodDef counted_methods[] = {{"append", counted_append, METH_O}, {NULL}};
static PyTypeObject Counted_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "classes.Counted", .tp_basicsize = sizeof(Counted), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_methods = counted_methods, .tp_doc = "Counts."};

static PyObject *freed_count(PyObject *m, PyObject *x) { return PyLong_FromLong(freed); }
static PyMethodDef methods[] = {{"freed", freed_count, METH_NOARGS}, {NULL}};
static int exec(PyObject *m)
{
    PyObject *t = PyType_FromModuleAndSpec(m, &spec, NULL);
    Counted_Type.tp_base = &PyList_Type;
    return t && PyModule_AddType(m, (PyTypeObject *)t) == 0 && PyModule_AddType(m, &Counted_Type) == 0 ? (Py_DECREF(t), 0) : -1;
}
static PyModuleDef_Slot mslots[] = {{Py_mod_exec, exec}, {0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "classes", NULL, 0, methods, mslots};
PyMODINIT_FUNC PyInit_classes(void) { return PyModuleDef_Init(&def); }
