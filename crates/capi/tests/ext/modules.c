// Modules: two phases, state, several instances; capsules; weak references; collections of cycles; calls back into Python.
#include <Python.h>

typedef struct { PyObject *last; int calls; } State;
static PyObject *remember(PyObject *m, PyObject *o)
{
    State *s = PyModule_GetState(m); PyObject *old = s->last ? s->last : Py_NewRef(Py_None);
    s->last = Py_NewRef(o);
    s->calls++;
    return Py_BuildValue("(Ni)", old, s->calls);
}
static PyObject *call(PyObject *m, PyObject *const *a, Py_ssize_t n)
{
    PyObject *names, *r, *stack[4] = {NULL, a[1], a[2], a[3]};
    names = Py_BuildValue("(s)", "key");
    r = Py_BuildValue("(NNNN)", PyObject_Vectorcall(a[0], stack + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL), PyObject_Vectorcall(a[0], stack + 1, 2, names),
        PyObject_CallFunction(a[0], "Os", a[1], "format"), PyObject_CallFunctionObjArgs(a[0], a[1], NULL));
    Py_DECREF(names);
    return r;
}
static PyObject *call_method(PyObject *m, PyObject *o)
{
    PyObject *name = PyUnicode_FromString("split"), *sep = PyUnicode_FromString("-"), *args[2] = {o, sep};
    return Py_BuildValue("(NNN)", PyObject_CallMethod(o, "split", "s", "-"), PyObject_CallMethodObjArgs(o, name, sep, NULL), PyObject_VectorcallMethod(name, args, 2, NULL));
}
static void destroyed(PyObject *c) { *(int *)PyCapsule_GetPointer(c, "modules.value") += 100; }
static int value = 5;
static PyObject *capsule(PyObject *m, PyObject *x) { value++; return PyCapsule_New(&value, "modules.value", destroyed); }
static PyObject *open_capsule(PyObject *m, PyObject *c)
{
    int *p = PyCapsule_GetPointer(c, "modules.value");
    return p ? PyLong_FromLong(*p) : NULL;
}
static PyObject *weak(PyObject *m, PyObject *o)
{
    PyObject *r = PyWeakref_NewRef(o, NULL), *got = NULL; int n;
    if (!r) return NULL;
    n = PyWeakref_GetRef(r, &got);
    Py_XDECREF(got);
    return Py_BuildValue("(Nii)", r, n, got == o);
}
static PyObject *import(PyObject *m, PyObject *name)
{
    PyObject *mod = PyImport_Import(name);
    if (!mod) return NULL;
    return Py_BuildValue("(NN)", PyObject_GetAttrString(mod, "__name__"), PyModule_GetNameObject(mod));
}
static PyObject *evaluate(PyObject *m, PyObject *s)
{
    PyObject *d = PyDict_New(), *r;
    r = PyRun_String(PyUnicode_AsUTF8(s), Py_eval_input, d, d);
    Py_DECREF(d);
    return r;
}
static PyMethodDef methods[] = {{"remember", remember, METH_O, "remember(o, /)\n--\n\nKeep o."}, {"call", (PyCFunction)(void *)call, METH_FASTCALL}, {"call_method", call_method, METH_O},
    {"capsule", capsule, METH_NOARGS}, {"open_capsule", open_capsule, METH_O}, {"weak", weak, METH_O}, {"import_", import, METH_O}, {"evaluate", evaluate, METH_O}, {NULL}};
static int exec1(PyObject *m) { return PyModule_AddIntConstant(m, "ONE", 1) < 0 || PyModule_AddStringConstant(m, "TEXT", "text") < 0 ? -1 : 0; }
static int exec2(PyObject *m) { PyObject *l = Py_BuildValue("[ii]", 1, 2); return PyModule_Add(m, "LIST", l); }
static int traverse(PyObject *m, visitproc visit, void *arg) { State *s = PyModule_GetState(m); if (s) Py_VISIT(s->last); return 0; }
static int clear(PyObject *m) { State *s = PyModule_GetState(m); if (s) Py_CLEAR(s->last); return 0; }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec1}, {Py_mod_exec, exec2}, {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED}, {0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "modules", "Modules and more.", sizeof(State), methods, slots, traverse, clear, NULL};
PyMODINIT_FUNC PyInit_modules(void) { return PyModuleDef_Init(&def); }
