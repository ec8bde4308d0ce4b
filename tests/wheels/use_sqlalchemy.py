# wheels: sqlalchemy==2.1.9 typing-extensions==4.16.0 greenlet==3.5.6
"""The expression language and the ORM's mapping, without a database; the Cython helpers."""
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, and_, bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.util import immutabledict, OrderedSet, IdentitySet
from sqlalchemy import exc

m = MetaData()
t = Table("t", m, Column("id", Integer, primary_key=True), Column("name", String(20), nullable=False))
q = select(t.c.id, func.count().label("n")).where(and_(t.c.name.like("a%"), or_(t.c.id > 5, t.c.id.in_([1, 2])))).group_by(t.c.id).order_by(t.c.id.desc()).limit(3)
for d in (sqlite, postgresql, mysql):
    print(str(q.compile(dialect=d.dialect())).replace("\n", " "))
print(q.compile().params, insert(t).values(name="x").compile().string, update(t).where(t.c.id == bindparam("b")).values(name=func.upper(t.c.name)))
print(case((t.c.id == 1, "one"), else_="many"), text("select :x").bindparams(x=1).compile().params, t.alias("q").join(t, t.c.id == 5))


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    posts: Mapped[list["Post"]] = relationship(back_populates="user")


class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship(back_populates="posts")


u = User(id=1, name="n", posts=[Post(id=2)])
print(u.posts[0].user is u, select(User).join(User.posts).where(Post.id == 2), sorted(Base.metadata.tables))
d = immutabledict({"a": 1}).union({"b": 2})
s = OrderedSet([3, 1]); s.add(2)
print(d, type(d).__module__, list(s), s | [9], len(IdentitySet([u, u])))
for bad in [lambda: d.__setitem__("x", 1), lambda: User(nope=1), lambda: select(t.c.nope), lambda: Table("t", m, Column("zz", Integer)), lambda: Post.id.nope, lambda: bool(t.c.id == 1 and t.c.id > 5 and t)]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).splitlines()[0][:150])
