# wheels: pydantic==2.14.3 pydantic-core==2.50.4 annotated-types==0.8.0 typing-extensions==4.16.0 typing-inspection==0.4.5
"""Models over PyO3: validation, errors, JSON, schema, unions, dataclasses."""
import datetime
import enum
from typing import Annotated, Generic, Literal, Optional, TypeVar, Union
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, computed_field, dataclasses, field_validator, model_validator


class Kind(enum.Enum):
    A = "a"
    B = "b"


class Inner(BaseModel):
    n: int = Field(gt=0)
    tags: list[str] = []


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)
    id: int
    name: Annotated[str, Field(max_length=5)] = "x"
    when: Optional[datetime.datetime] = None
    kind: Kind = Kind.A
    inner: Optional[Inner] = None
    u: Union[int, str, None] = None
    m: dict[str, float] = {}
    lit: Literal["p", "q"] = "p"

    @field_validator("name")
    @classmethod
    def upper(cls, v):
        if v == "bad":
            raise ValueError("no bad names")
        return v.upper()

    @model_validator(mode="after")
    def check(self):
        if self.id == 13:
            raise ValueError("unlucky")
        return self

    @computed_field
    @property
    def double(self) -> int:
        return self.id * 2


x = Model(id="5", name="ab", when="2024-01-02T03:04:05Z", kind="b", inner={"n": 1, "tags": ["t"]}, u="7", m={"k": "1.5"})
print(repr(x))
print(x.model_dump(), x.model_dump_json(indent=1), sep="\n")
print(Model.model_validate_json('{"id": 1, "inner": {"n": 2}}') == Model(id=1, inner=Inner(n=2)), x.model_copy(update={"id": 9}).id, x.model_fields_set == {"id"}, sorted(Model.model_json_schema()["properties"]))
x.id = "8"
print(x.id, x.double, TypeAdapter(list[int]).validate_python(("1", 2.0)), TypeAdapter(dict[int, set[str]]).validate_json('{"1": ["a"]}'))
for bad in [
    lambda: Model(),
    lambda: Model(id="x", name="toolong", kind="z", inner={"n": -1, "tags": 5}, lit="z", extra=1, m={"a": "b"}),
    lambda: Model(id=1, name="bad"),
    lambda: Model(id=13),
    lambda: setattr(x, "id", "zz"),
    lambda: Model.model_validate_json("{bad"),
    lambda: TypeAdapter(list[int]).validate_python(5),
    lambda: Model.model_validate(5),
]:
    try:
        print(bad())
    except ValidationError as e:
        print(e.error_count(), e.title, [(d["type"], d["loc"], d["msg"]) for d in e.errors(include_url=False)])
T = TypeVar("T")


class Box(BaseModel, Generic[T]):
    value: T


print(Box[int](value="3"), Box[int].__name__)


@dataclasses.dataclass
class Data:
    a: int
    b: list[Inner] = Field(default_factory=list)


print(Data("1", [{"n": 3}]), TypeAdapter(Data).dump_json(Data(2)))
