"""Digests, zlib and gzip, and the codecs of East Asia."""
import hashlib, zlib, gzip, hmac, secrets, random, codecs, io
for n in sorted(hashlib.algorithms_guaranteed):
    h=hashlib.new(n); h.update(b'abc'); h2=h.copy(); h2.update(b'def')
    a=(10,) if n.startswith('shake') else ()
    print(n,h.hexdigest(*a),h2.hexdigest(*a),h.block_size,h.digest_size,h.name)
print(hashlib.blake2b(b'x',key=b'k',salt=b's',person=b'p',digest_size=20).hexdigest(), hashlib.blake2s(b'x',fanout=2,depth=3,leaf_size=100,node_offset=7,node_depth=1,inner_size=16,last_node=True).hexdigest())
print(hmac.new(b'k',b'm','sha256').hexdigest(), hmac.digest(b'k',b'm','md5').hex())
def t(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__,e)
for f in (lambda:hashlib.md5('x'),lambda:hashlib.blake2b(digest_size=0),lambda:hashlib.blake2b(digest_size=65),lambda:hashlib.blake2b(key=b'x'*65),lambda:hashlib.blake2b(salt=b'x'*17),lambda:hashlib.blake2b(fanout=256),lambda:hashlib.blake2b(leaf_size=-1),lambda:hashlib.blake2b(node_depth=256),lambda:hashlib.blake2b(inner_size=65),lambda:hashlib.blake2s(node_offset=2**48),
 lambda:zlib.compress(b'a',10),lambda:zlib.compress('a'),lambda:zlib.decompress(b''),lambda:zlib.decompress(b'xxxx'),lambda:zlib.decompress(zlib.compress(b'abc')[:-2]),lambda:zlib.compressobj(10),lambda:zlib.compressobj(wbits=3),lambda:zlib.decompressobj(wbits=3),lambda:zlib.decompressobj(zdict=1),lambda:zlib.compressobj(zdict=1),lambda:zlib.decompressobj().decompress(b'x',-1),lambda:zlib.decompressobj().flush(0),lambda:zlib.decompressobj().flush(),lambda:zlib._ZlibDecompressor().decompress(b'xxxx'),lambda:zlib.decompress(b'a',bufsize=-1),lambda:zlib.crc32(b'abc'),lambda:zlib.adler32(b'abc',5),lambda:zlib.crc32('a'),lambda:zlib.crc32(b'a',2**40),lambda:zlib.crc32(b'a',-1)): t(f)
d=bytes(range(256))*1000
for lv in range(-1,10): assert zlib.decompress(zlib.compress(d,lv))==d
for wb in (9,15,-15,31): assert zlib.decompress(zlib.compress(d,wbits=wb),wbits=wb)==d
o=zlib.decompressobj(); z=zlib.compress(d)+b'tail'; out=o.decompress(z,1000); n=0
while o.unconsumed_tail: out+=o.decompress(o.unconsumed_tail,5000); n+=1
out+=o.flush(); print(out==d, o.unused_data, o.eof)
c=zlib.compressobj(); x=c.compress(d[:1000]); c2=c.copy(); print(zlib.decompress(x+c.compress(d[1000:])+c.flush())==d, zlib.decompress(x+c2.flush())==d[:1000])
c=zlib.compressobj(); c.compress(b'a'); c.flush(); t(lambda:c.compress(b'x')); t(lambda:c.flush()); t(lambda:c.copy())
c=zlib.compressobj(zdict=b'hello'); q=c.compress(b'hello hello')+c.flush(); t(lambda:zlib.decompress(q)); t(lambda:zlib.decompressobj(zdict=b'xx').decompress(q)); print(zlib.decompressobj(zdict=b'hello').decompress(q))
g=gzip.compress(d); print(gzip.decompress(g)==d, gzip.decompress(g+g)==d+d)
f=io.BytesIO()
with gzip.open(f,'wt') as w: w.write('héllo\nworld\n')
f.seek(0); print(gzip.open(f,'rt').readlines())
s='日本語テスト한국어中文ABC'
for e in ('gb2312','gbk','gb18030','hz','big5hkscs','iso2022_kr','iso2022_jp','iso2022_jp_2','shift_jis','cp932','euc_jp','euc_kr','cp949','johab','big5','cp950','shift_jisx0213','euc_jis_2004'):
    b=s.encode(e,'replace'); print(e,b,b.decode(e,'replace')); t(lambda:s.encode(e)); t(lambda:b'\xff\xfe'.decode(e))
    print(s.encode(e,'xmlcharrefreplace'), b'a\x81'.decode(e,'ignore'), 'x'.encode(e), b''.decode(e))
d=codecs.getincrementaldecoder('euc_jp')()
print(d.decode(b'a\xa4'), d.getstate()); t(lambda:d.decode(b'',True)); d.setstate((b'\xa4',0)); print(d.decode(b'\xa2')); t(lambda:d.setstate((b'x'*20,0))); t(lambda:d.setstate(1)); d.errors='replace'; print(d.errors)
e=codecs.getincrementalencoder('iso2022_jp')(); print(e.encode('\u3042'), e.getstate(), e.encode('',True), e.reset())
r=codecs.getreader('euc_jp')(io.BytesIO('あいう\nえ'.encode('euc_jp'))); print(r.read(3), r.readline(), r.readlines())
w=io.BytesIO(); ww=codecs.getwriter('iso2022_jp')(w); ww.write('あ'); ww.writelines(['い','b']); ww.reset(); print(w.getvalue())
random.seed('abc'); print(random.random())
