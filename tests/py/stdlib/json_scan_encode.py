"""The scanner and the encoder of json: values, escapes, messages, options."""
import json, _json
class C(dict): pass
def t(f,*a,**k):
    try: r=f(*a,**k); print('ok',ascii(r))
    except BaseException as e: print(type(e).__name__, ascii(str(e)), getattr(e,'__notes__',None))
for s in ['{}','[]','[1,2.5,-3e5,1E+2,0.1,-0,12345678901234567890123]','"a\\u00e9\\ud83d\\ude00\\n"','{"a":1,"a":2}','[1,]','{"a":1,}','{"a" 1}','{a:1}','[1 2]','nul','true','NaN','-Infinity','Infinity','-','[','{','{"a":','"abc','"\\x"','"\\u12"','"\x01"','  [1 , {"k" : [ ] } ] ','1e5','1.e5','01','"\u1234\\u0041"','\U0001F600','"\U0001F600x"','["a","\\ud800"]','[true,false,null]','1 2','']:
    t(json.loads,s)
t(json.loads,'[1.5,2]',parse_float=str,parse_int=lambda x:'i'+x)
t(json.loads,'{"a":{"b":1}}',object_pairs_hook=tuple)
t(json.loads,'{"a":{"b":1}}',object_hook=lambda d:sorted(d))
t(json.loads,'[NaN]',parse_constant=lambda c:'<'+c)
t(json.loads,'"a\nb"',strict=False)
for o in [{}, [], {'a':1,'b':[1,2,{'c':None}]}, (1,2.5,True,False,None), 'é\n"\\/\x7f\U0001F600\ud800', {1:2,1.5:3,True:4,None:5}, {(1,2):3}, float('nan'), float('inf'), [object()], C(a=1), 10**30, -1e300, {'b':1,'a':2}]:
    for k in [{}, {'indent':2},{'indent':'\t\u1234'},{'ensure_ascii':False},{'sort_keys':True},{'separators':(',',':')},{'skipkeys':True},{'allow_nan':False},{'check_circular':False}]:
        t(json.dumps,o,**k)
a=[];a.append(a);t(json.dumps,a)
d={};d['x']=d;t(json.dumps,d)
t(json.dumps,{'x':{1,2}},default=sorted)
t(json.dumps,{'x':{1,2}},default=lambda o:o)
class I(int):
    def __repr__(self): return 'I'
class F(float):
    def __repr__(self): return 'F'
t(json.dumps,[I(3),F(2.5),{I(3):F(1.5)}])
r=json.loads('[{"a_key": 1, "b_\xe9": 2}, {"a_key": 3, "b_\xe9": 4}]')
print([list(r[0])[i] is list(r[1])[i] for i in (0,1)])
