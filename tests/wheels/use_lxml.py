# wheels: lxml==6.1.3
"""Trees, XPath, XSLT, HTML, validation, events, custom classes, errors."""
import io
from lxml import etree, html, objectify

r = etree.fromstring('<r a="1" xmlns:n="urn:n"><x>t<y/>tail</x><n:z n:b="é">&amp;</n:z><!--c--><?pi d?></r>')
print(etree.tostring(r), r.tag, r.attrib, len(r), r[0].text, r[0][0].tail, r.find("{urn:n}z").attrib, [type(c).__name__ for c in r])
print(r.xpath("//x/text()"), r.xpath("count(//*)"), r.xpath("//n:z/@n:b", namespaces={"n": "urn:n"}), r.xpath("string(/r/@a)").is_attribute, r.xpath("//y")[0].getparent().tag)
e = etree.SubElement(r, "new", k="v")
e.text = "<&>"
e.set("q", '"')
r.insert(0, etree.Element("first"))
r.remove(r.find("x"))
print(etree.tostring(r, pretty_print=True).decode(), etree.iselement(e), r.index(e), [c.tag for c in r.iter("new", "first")])
t = etree.XSLT(etree.XML('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:param name="p"/><xsl:template match="/"><o><xsl:value-of select="$p"/><xsl:value-of select="count(//*)"/></o></xsl:template></xsl:stylesheet>'))
print(str(t(r, p="'P'")))
h = html.fromstring("<p>a<br>b<a href='x?y'>l</a>")
h.make_links_absolute("http://h/")
print(html.tostring(h), [l[2] for l in h.iterlinks()], h.text_content())
for ev, el in etree.iterparse(io.BytesIO(b"<a><b>1</b><b>2</b></a>"), events=("start", "end")):
    print(ev, el.tag, el.text)


class Handler:
    def __init__(self):
        self.seen = []

    def start(self, tag, attrib):
        self.seen.append(tag)

    def data(self, data):
        self.seen.append(data)

    def close(self):
        return self.seen


print(etree.fromstring("<a>x<b/></a>", etree.XMLParser(target=Handler())))


class Mine(etree.ElementBase):
    def hello(self):
        return "hi " + self.tag


lookup = etree.ElementDefaultClassLookup(element=Mine)
parser = etree.XMLParser()
parser.set_element_class_lookup(lookup)
print(etree.fromstring("<m/>", parser).hello())
schema = etree.XMLSchema(etree.XML('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:int"/></xs:schema>'))
print(schema.validate(etree.XML("<a>5</a>")), schema.validate(etree.XML("<a>x</a>")), str(schema.error_log.last_error).split(":", 1)[1])
print(objectify.fromstring("<a><b>5</b><b>x</b></a>").b[0] + 1, etree.QName("{u}l").localname, etree.tostring(etree.fromstring("<a>ü</a>"), encoding="iso-8859-1"))
ns = etree.FunctionNamespace("urn:f")
ns["twice"] = lambda ctx, v: v * 2
print(r.xpath("f:twice(4)", namespaces={"f": "urn:f"}))
for bad in [
    lambda: etree.fromstring("<a><b></a>"),
    lambda: etree.fromstring(""),
    lambda: etree.fromstring(5),
    lambda: r.xpath("///"),
    lambda: r.xpath("q:x"),
    lambda: etree.Element("1x"),
    lambda: e.set("k", 5),
    lambda: r[99],
    lambda: setattr(e, "text", "\0"),
    lambda: r.remove(etree.Element("z")),
    lambda: etree.XSLT(etree.XML("<a/>")),
    lambda: etree.parse("/no/such.xml"),
    lambda: etree.tostring(5),
    lambda: schema.assertValid(etree.XML("<b/>")),
]:
    try:
        print(bad())
    except Exception as x:
        print(type(x).__name__, str(x)[:150].split(" at 0x")[0])
c = etree.tostring(r, method="c14n")
print(len(c), etree.LXML_VERSION >= (6,))
