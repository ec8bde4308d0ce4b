//! `_types`: the types of the interpreter, for the module `types`.

use taipan_object::prelude::*;

/// Define names for built-in types.
#[pymodule(name = "_types", doc = "Define names for built-in types.")]
pub mod types_module {
    use super::*;
    use taipan_builtins::types::{generic, namespace};
    use taipan_object::types as t;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let rows: [(&str, &PyType); 27] = [
            ("AsyncGeneratorType", t::generator::PyAsyncGen::ty()),
            ("BuiltinFunctionType", t::builtin::PyCFunction::ty()),
            ("BuiltinMethodType", t::builtin::PyCFunction::ty()),
            ("CapsuleType", t::capsule::PyCapsule::ty()),
            ("CellType", t::cell::PyCell::ty()),
            ("ClassMethodDescriptorType", t::descr::PyClassMethodDescr::ty()),
            ("CodeType", t::code::PyCode::ty()),
            ("CoroutineType", t::generator::PyCoroutine::ty()),
            ("EllipsisType", t::singletons::ellipsis_type()),
            ("FrameType", t::frame::PyFrame::ty()),
            ("FunctionType", t::function::PyFunction::ty()),
            ("GeneratorType", t::generator::PyGenerator::ty()),
            ("GenericAlias", generic::PyGenericAlias::ty()),
            ("GetSetDescriptorType", t::descr::PyGetSetDescr::ty()),
            ("LambdaType", t::function::PyFunction::ty()),
            ("MappingProxyType", t::dict::PyMappingProxy::ty()),
            ("MemberDescriptorType", t::descr::PyMemberDescr::ty()),
            ("MethodDescriptorType", t::descr::PyMethodDescr::ty()),
            ("MethodType", t::method::PyMethod::ty()),
            ("MethodWrapperType", t::descr::PyMethodWrapper::ty()),
            ("ModuleType", PyModule::ty()),
            ("NoneType", t::singletons::none_type()),
            ("NotImplementedType", t::singletons::not_implemented_type()),
            ("SimpleNamespace", namespace::PyNamespace::ty()),
            ("TracebackType", t::traceback::PyTraceback::ty()),
            ("UnionType", generic::PyUnion::ty()),
            ("WrapperDescriptorType", t::descr::PyWrapperDescr::ty()),
        ];
        for (name, ty) in rows {
            m.add(name, ty.as_object(), cx)?;
        }
        Ok(())
    }
}

pub use types_module::MODULE;
