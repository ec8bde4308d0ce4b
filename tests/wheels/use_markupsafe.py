# wheels: markupsafe==3.0.4
"""Escaping through the C extension; Markup as a str subclass; errors."""
import markupsafe
from markupsafe import Markup, escape, escape_silent, soft_str
from markupsafe import _speedups

print(markupsafe._escape_inner is _speedups._escape_inner)
for s in ["", "plain", "<a href=\"x\">'&'</a>", "é<é>", "\u4e2d&\u6587", "\U0001F600<\U0001F600>", "<" * 50]:
    print(ascii(str(escape(s))), type(escape(s)).__name__)


class Html:
    def __html__(self):
        return "<b>me</b>"


print(escape(Html()), escape(None), repr(escape_silent(None)), escape(12), escape(1.5))
m = Markup("<em>%s</em>") % "<x>"
print(m, m + "<y>", "<y>" + m, m * 2, Markup(", ").join(["<a>", Markup("<b>")]))
print(Markup("<p>{0}{name}</p>").format("<", name="&"), Markup("&lt;b&gt; &#39;").unescape(), Markup("<b>a</b> c").striptags())
print(Markup("a<b").partition("<"), Markup("x y").split(), Markup(" x ").strip(), soft_str(Markup("x")).__class__.__name__)


class Loud(Markup):
    @classmethod
    def escape(cls, s):
        return cls(super().escape(s).upper())


print(Loud("%s!") % "<q>", type(Loud("x") + "y").__name__)
for bad in (lambda: _speedups._escape_inner(5), lambda: _speedups._escape_inner(), lambda: Markup("{0.__class__}").format(1, 2) and Markup("%d") % "x"):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
