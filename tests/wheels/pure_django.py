# wheels: django==6.1.3 asgiref==3.13.0 sqlparse==0.6.1
"""Settings, URLs, views, templates and forms without a database."""
import django
from django.conf import settings

settings.configure(DEBUG=False, SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True, INSTALLED_APPS=[], MIDDLEWARE=["django.middleware.common.CommonMiddleware"], TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
django.setup()
from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import path, re_path, reverse
from django.utils import timezone, text, html, dateparse
from django.utils.translation import gettext


class F(forms.Form):
    name = forms.CharField(max_length=3)
    n = forms.IntegerField(min_value=1, required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])


def index(request, n=0):
    if n == 9:
        raise Http404("none")
    return HttpResponse(f"{request.method} {n} {request.GET.get('q')}")


def js(request):
    f = F(request.POST)
    return JsonResponse({"ok": f.is_valid(), "errors": f.errors.get_json_data()}, status=200 if f.is_valid() else 400)


urlpatterns = [path("", index), path("n/<int:n>/", index, name="n"), path("js", js)]
c = Client()
for r in [c.get("/?q=é"), c.get("/n/5/"), c.get("/n/9/"), c.get("/n/5"), c.post("/js", {"name": "long name", "n": "0", "kind": "z"}), c.post("/js", {"name": "abc", "kind": "a"})]:
    print(r.status_code, r.headers.get("Content-Type"), r.content.decode()[:300].replace("\n", ""))
print(reverse("n", args=[3]), F({"name": "x", "n": "2", "kind": "a"}).is_valid())
print(F().as_p())
print(Template("{% for x in l %}{{ forloop.counter }}{{ x|upper }}{% empty %}none{% endfor %}{% if a > 1 %}{{ s }}{% endif %}{{ d|date:'Y-m-d' }}{{ n|floatformat:2 }}").render(Context({"l": ["a", "<b>"], "a": 2, "s": "<&>", "d": dateparse.parse_date("2024-01-02"), "n": 1.5})))
print(text.slugify("Héllo wörld"), html.format_html("<b>{}</b>", "<"), gettext("Yes"), timezone.now().tzinfo, django.get_version())
