"""Reading and writing rows in all quoting modes."""
import csv, io
def t(f,*a,**k):
    try: r=f(*a,**k); print('ok',ascii(r))
    except BaseException as e: print(type(e).__name__, ascii(str(e)))
def rd(s,**k): return list(csv.reader(s if isinstance(s,list) else io.StringIO(s,newline=''),**k))
def wr(rows,**k):
    f=io.StringIO(newline=''); w=csv.writer(f,**k); w.writerows(rows); return f.getvalue()
for s in ['a,b,c\r\n1,2,3','"a,b","c""d"\n','a"b,c','"a"b,c','"a\nb",c\n','\n\na\n','a,,b,','"abc','a\rb','"a" ,b',' a, b','a\\,b,c',['a\rb'],['a\0b'],['"a','b"'],['\u1234,"\U0001F600\u1235"'],["'a','b'"],["1.5,'x',,3"]]:
    for k in [{},dict(strict=True),dict(quoting=3,escapechar='\\'),dict(doublequote=False,escapechar='\\'),dict(skipinitialspace=True),dict(quoting=2,quotechar="'"),dict(quoting=4,quotechar="'"),dict(quoting=5),dict(delimiter=';')]:
        t(rd,s,**k)
for rows in [[[1,2.5,None,'a"b','c,d','e\nf','',' ']],[['']],[[None]],[[]],[['a\\b',"x'y"]],[['\u1234,',1j]],[5],[['a b','']]]:
    for q in range(6):
        for k in [{},dict(escapechar='\\'),dict(doublequote=False,escapechar='!'),dict(delimiter=' ',skipinitialspace=True),dict(lineterminator='\n!')]:
            t(wr,rows,quoting=q,**k)
print(csv.field_size_limit(5)); t(rd,'abcde,1\n'); t(rd,'abcdef\n'); csv.field_size_limit(100000)
print(csv.list_dialects()); csv.register_dialect('p',delimiter='|'); t(rd,'a|b',dialect='p'); csv.unregister_dialect('p')
t(rd,'a|b',dialect='p')
print(list(csv.DictReader(io.StringIO('a,b\n1,2\n3\n4,5,6'))))
f=io.StringIO(); w=csv.DictWriter(f,['a','b']); w.writeheader(); w.writerow({'a':1,'b':2}); print(repr(f.getvalue()))
print(csv.Sniffer().sniff('a;b;c\n1;2;3\n').delimiter)
r=csv.reader(['a','b']);next(r);print(r.line_num, r.dialect.lineterminator)
