# wheels: click==8.5.1 jinja2==3.1.6 markupsafe==3.0.4 attrs==26.1.0 werkzeug==3.1.9
"""Command lines, templates with macros and inheritance, attrs classes, werkzeug's parts."""
import attr
import attrs
import click
import jinja2
from click.testing import CliRunner
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.http import parse_accept_header, parse_options_header, dump_cookie
from werkzeug.routing import Map, Rule
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response


@click.group()
@click.version_option("1.2")
@click.option("--verbose/--quiet", default=False)
@click.pass_context
def cli(ctx, verbose):
    ctx.obj = verbose


@cli.command()
@click.argument("src", nargs=-1)
@click.option("-k", "--kind", type=click.Choice(["a", "b"]), required=True, help="The kind.")
@click.pass_obj
def go(verbose, src, kind):
    click.secho(f"{verbose} {src} {kind}", fg="red")
    if not src:
        raise click.UsageError("no src")


run = CliRunner()
for args in [["--verbose", "go", "-k", "a", "x", "y"], ["go"], ["go", "-k", "z"], ["go", "-k", "b"], ["--help"], ["go", "--help"], ["nope"], ["--version"]]:
    r = run.invoke(cli, args)
    print(r.exit_code, r.output)
env = jinja2.Environment(loader=jinja2.DictLoader({
    "base": "<{% block t %}base{% endblock %}>",
    "child": "{% extends 'base' %}{% block t %}{{ super() }}+{{ x|upper }}{% endblock %}",
    "m": "{% macro f(a, b=2) %}[{{ a }},{{ b }},{{ varargs }}]{% endmacro %}{{ f(1) }}{{ f(1, 3, 4) }}",
    "loop": "{% for k, v in d|dictsort recursive %}{{ loop.index0 }}{{ k }}={{ v }}{{ ';' if not loop.last }}{% else %}none{% endfor %}{% set ns = namespace(n=1) %}{% for i in range(3) if i != 1 %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
}), autoescape=True, trim_blocks=True)
for name, kw in [("child", {"x": "<é>"}), ("m", {}), ("loop", {"d": {"b": 1, "a": 2}})]:
    print(env.get_template(name).render(**kw))
for bad in ["{% if %}", "{{ x.y.z }}", "{% for %}", "{{ 1 / 0 }}", "{% include 'zz' %}", "{{ x|nope }}"]:
    try:
        print(env.from_string(bad).render())
    except Exception as e:
        print(type(e).__name__, e)
from jinja2.sandbox import SandboxedEnvironment
try:
    SandboxedEnvironment().from_string("{{ ''.__class__.__mro__ }}").render()
except Exception as e:
    print(type(e).__name__, e)


@attrs.define(order=True)
class P:
    x: int = attrs.field(validator=attrs.validators.instance_of(int), converter=int)
    y: list = attrs.field(factory=list, repr=False)


@attr.s(frozen=True, slots=True, hash=True)
class Q:
    a = attr.ib(default=1)
    b = attr.ib(kw_only=True, default=2)


print(P("5"), P(1) < P(2), attrs.asdict(P(3, [1])), Q(b=5), hash(Q()) == hash(Q()), attrs.evolve(Q(), a=9), [f.name for f in attrs.fields(P)])
for bad in [lambda: P("z"), lambda: setattr(Q(), "a", 2), lambda: Q(1, 2), lambda: P()]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
h = Headers([("A", "1"), ("a", "2")])
print(h.getlist("A"), MultiDict([("x", 1), ("x", 2)]).to_dict(flat=False), parse_accept_header("a;q=0.5,b"), parse_options_header('form-data; name="f"; x=1'), dump_cookie("k", "v é", path="/p"))
m = Map([Rule("/<int:y>/<name>", endpoint="e"), Rule("/s", endpoint="s", methods=["POST"])]).bind("h")
print(m.match("/5/x"), m.build("e", {"y": 3, "name": "a b"}))
for path in ["/nope", "/s"]:
    try:
        m.match(path)
    except Exception as e:
        print(type(e).__name__, e)


@Request.application
def wsgi(request):
    return Response(f"{request.method} {request.path} {request.form.to_dict()} {sorted(request.files)}", mimetype="text/plain")


print(Client(wsgi).post("/p", data={"a": "1", "f": (__import__("io").BytesIO(b"x"), "n.txt")}).text)
