# wheels: protobuf==7.36.2
"""Messages of a schema made at run time, on the C (upb) backend."""
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message, message_factory, reflection, text_format
from google.protobuf.internal import api_implementation

print(api_implementation.Type())
F = descriptor_pb2.FieldDescriptorProto
fd = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
e = fd.enum_type.add(name="Kind")
for i, n in enumerate(["NONE", "SOME"]):
    e.value.add(name=n, number=i)
m = fd.message_type.add(name="Item")
m.field.add(name="id", number=1, type=F.TYPE_INT32, label=F.LABEL_OPTIONAL)
m.field.add(name="name", number=2, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL)
m.field.add(name="data", number=3, type=F.TYPE_BYTES, label=F.LABEL_OPTIONAL)
m.field.add(name="nums", number=4, type=F.TYPE_DOUBLE, label=F.LABEL_REPEATED)
m.field.add(name="kind", number=5, type=F.TYPE_ENUM, type_name=".t.Kind", label=F.LABEL_OPTIONAL)
m.field.add(name="child", number=6, type=F.TYPE_MESSAGE, type_name=".t.Item", label=F.LABEL_OPTIONAL)
m.field.add(name="kids", number=7, type=F.TYPE_MESSAGE, type_name=".t.Item", label=F.LABEL_REPEATED)
entry = m.nested_type.add(name="TagsEntry")
entry.options.map_entry = True
entry.field.add(name="key", number=1, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL)
entry.field.add(name="value", number=2, type=F.TYPE_INT64, label=F.LABEL_OPTIONAL)
m.field.add(name="tags", number=8, type=F.TYPE_MESSAGE, type_name=".t.Item.TagsEntry", label=F.LABEL_REPEATED)
pool = descriptor_pool.DescriptorPool()
pool.Add(fd) if hasattr(pool, "Add") else pool.AddSerializedFile(fd.SerializeToString())
Item = message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Item"))
x = Item(id=5, name="é", data=b"\0\xff", nums=[1, 2.5], kind=1, tags={"a": 1})
x.child.name = "c"
x.kids.add(id=1)
x.kids.extend([Item(id=2), Item(id=3)])
x.tags["b"] = -2
raw = x.SerializeToString(deterministic=True)
print(raw.hex(), x.ByteSize(), Item.FromString(raw) == x)
x.tags.pop("b")
print(x)
x.tags["b"] = 3
print(text_format.MessageToString(x.kids[0], as_one_line=True), json_format.MessageToJson(x, indent=None, sort_keys=True))
print(json_format.Parse('{"id": 3, "kids": [{"name": "k"}]}', Item()), [k.id for k in x.kids], sorted(x.tags.items()), x.nums, x.kids[-1].id, len(x.kids))
print([f.name for f, v in x.ListFields()], x.HasField("child"), Item.DESCRIPTOR.full_name, Item.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[1].name)
y = Item()
y.CopyFrom(x)
y.MergeFrom(Item(nums=[9]))
y.ClearField("name")
del y.kids[0]
y.nums[0] = 7
y.nums.sort()
print(y.nums, repr(y.name), y != x, y.IsInitialized(), "b" in y.tags, y.tags.get("zz"), list(reversed(y.nums)), y.nums[1:])
for bad in [
    lambda: Item(nope=1),
    lambda: setattr(x, "id", "s"),
    lambda: setattr(x, "id", 2**40),
    lambda: setattr(x, "nope", 1),
    lambda: setattr(x, "child", y),
    lambda: setattr(x, "name", b"\xff"),
    lambda: x.nums.append("x"),
    lambda: x.HasField("nums"),
    lambda: x.ClearField("zz"),
    lambda: Item.FromString(b"\xff\xff"),
    lambda: x.kids[10],
    lambda: x.tags.__setitem__(1, 1),
    lambda: pool.FindMessageTypeByName("no.Such"),
    lambda: json_format.Parse("{", Item()),
    lambda: text_format.Parse("zz: 1", Item()),
    lambda: x.SerializeToString(5) and None,
    lambda: hash(x),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
from google.protobuf import timestamp_pb2, struct_pb2, any_pb2
import datetime
t = timestamp_pb2.Timestamp()
t.FromDatetime(datetime.datetime(2024, 1, 2, 3, 4, 5))
s = struct_pb2.Struct()
s.update({"a": [1, "b", None], "c": {"d": True}})
print(t.ToJsonString(), dict(s.items())["c"]["d"], any_pb2.Any(type_url="x", value=b"1"))
