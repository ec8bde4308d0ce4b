# wheels: flask==3.1.3 werkzeug==3.1.9 jinja2==3.1.6 click==8.5.1 itsdangerous==2.2.0 blinker==1.9.0 markupsafe==3.0.4
"""A small application through the test client: routes, templates, sessions, errors, blueprints, the command line."""
import click
from click.testing import CliRunner
from flask import Blueprint, Flask, abort, g, jsonify, redirect, render_template_string, request, session, url_for

app = Flask(__name__)
app.secret_key = "k"
bp = Blueprint("b", __name__, url_prefix="/b")


@bp.route("/<int:n>/<path:rest>")
def view(n, rest):
    return f"{n}:{rest}:{request.args.get('q')}"


@app.before_request
def before():
    g.who = "me"


@app.route("/", methods=["GET", "POST"])
def index():
    if request.method == "POST":
        session["n"] = session.get("n", 0) + int(request.form["n"])
        return redirect(url_for("index"))
    return render_template_string("{% for i in items %}{{ loop.index }}:{{ i }} {% endfor %}{{ g.who }} {{ session.n }} {{ '<x>' }}", items=["a", "<b>"])


@app.route("/json", methods=["POST"])
def js():
    return jsonify(got=request.get_json(), ok=True)


@app.errorhandler(418)
def teapot(e):
    return {"error": e.name}, 418


@app.route("/tea")
def tea():
    abort(418)


@app.cli.command()
@click.argument("name")
@click.option("--count", default=1, type=click.IntRange(1, 3))
def hello(name, count):
    "Say hello."
    click.echo(" ".join([f"hello {name}"] * count))


app.register_blueprint(bp)
c = app.test_client()
for r in [c.get("/"), c.post("/", data={"n": "5"}), c.get("/"), c.post("/json", json={"a": [1]}), c.get("/tea"), c.get("/nope"), c.get("/b/7/x/y?q=é"), c.put("/"), c.post("/", data={}), c.post("/json", data="x")]:
    print(r.status, r.headers.get("Content-Type"), r.headers.get("Location"), r.get_data(as_text=True)[:200].replace("\n", "|"))
print(sorted(str(r) for r in app.url_map.iter_rules()))
run = CliRunner()
for args in [["bob", "--count", "2"], ["bob", "--count", "9"], ["--help"], []]:
    res = run.invoke(hello, args)
    print(res.exit_code, res.output)
