"""pyexpat: events in order, positions, entities, namespaces, errors; ElementTree and minidom above it."""
import xml.etree.ElementTree as ET
from xml.dom import minidom
from xml.parsers import expat

HANDLERS = """StartElementHandler EndElementHandler ProcessingInstructionHandler CharacterDataHandler UnparsedEntityDeclHandler
NotationDeclHandler StartNamespaceDeclHandler EndNamespaceDeclHandler CommentHandler StartCdataSectionHandler EndCdataSectionHandler
StartDoctypeDeclHandler EndDoctypeDeclHandler EntityDeclHandler XmlDeclHandler ElementDeclHandler AttlistDeclHandler SkippedEntityHandler
ExternalEntityRefHandler NotStandaloneHandler""".split()


def run(data, *pieces, separator=None, **options):
    p = expat.ParserCreate(namespace_separator=separator)
    for k, v in options.items():
        setattr(p, k, v)
    for name in HANDLERS:
        def handler(*args, name=name):
            print("  ", name[:-7], *map(repr, args), p.CurrentLineNumber, p.CurrentColumnNumber)
            return 1
        setattr(p, name, handler)
    try:
        for piece in (data, *pieces):
            p.Parse(piece)
        print("  ", p.Parse(b"", True))
    except expat.ExpatError as e:
        print("  ", "error", e, e.code, e.lineno, e.offset, p.ErrorByteIndex)


DOCUMENT = b"""<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<!DOCTYPE root [
<!ENTITY e "text &amp; &#60;b/&gt; more">
<!ENTITY ext SYSTEM "file.xml">
<!NOTATION gif PUBLIC "image/gif">
<!ENTITY pic SYSTEM "p.gif" NDATA gif>
<!ELEMENT root (a|(b,c?))*>
<!ELEMENT a (#PCDATA|b)*>
<!ATTLIST a x CDATA 'dflt' y (u|v) #REQUIRED z NMTOKENS #FIXED " p  q ">
]>
<!-- comment -->
<root>
  <a y='u' x="1 &lt; 2&#10;"/><?target  data ?>
  &ext;<![CDATA[<raw>]]>tail\xc3\xa9
</root>
<?end?>"""
run(DOCUMENT, buffer_text=True)
run(b"<a>1\n2\r\n3&amp;4</a>")
run(b"<a xmlns='u:d' xmlns:p='u:p' p:x='1' y='2'><p:b xmlns=''/></a>", separator=" ")
run(b"<a xmlns:p='u:p'><p:b/></a>", separator=" ", namespace_prefixes=True)
run(b"<a b='1' c='2'>", b"te", b"xt<", b"/a>", ordered_attributes=True)
run("<a>\u00e9\U0001f600</a>".encode("utf-16"))
run("<?xml version='1.0' encoding='iso-8859-1'?><a>\u00e9</a>".encode("latin-1"))
run("<?xml version='1.0' encoding='cp1252'?><a>\u20ac</a>".encode("cp1252"), buffer_text=True)
for bad in [b"", b"<a>", b"<a></b>", b"<a", b"<a b='1' b='2'/>", b"<a/><b/>", b"text", b"<a>&u;</a>", b"<a>&#0;</a>", b"<a b=c/>", b"<a>]]></a>",
            b"<a><![CDATA[x</a>", b"<a>\xff</a>", b"<a>\x01</a>", b"<a>< b/></a>", b"<a><!-- -- --></a>", b"<?xml version='1.0' bad='1'?><a/>",
            b"<a><?xml version='1.0'?></a>", b"<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", b"<!DOCTYPE a [<!ENTITY e '<b>'>]><a>&e;</b></a>"]:
    print(bad)
    run(bad)
run(b"<p:a/>", separator=":")

tree = ET.fromstring("<r a='1'><c xmlns='n:s'>t<d/>u</c>&#169;</r>")
print(ET.tostring(tree), [e.tag for e in tree.iter()], tree[0].tail)
print(minidom.parseString("<r><c x='1'>t</c><!--k--></r>").toprettyxml(indent=" "))
pull = ET.XMLPullParser(["start", "end", "comment", "start-ns"])
for piece in ("<r xmlns:p='u'><!--", "c--><p:x>1</p:x", "></r>"):
    pull.feed(piece)
    pull.flush()
    print([(k, getattr(e, "tag", e) if k != "comment" else e.text) for k, e in pull.read_events()])
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as e:
    print(e, e.position, e.code)
