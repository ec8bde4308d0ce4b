"""partial, reduce, cmp_to_key, lru_cache: results and messages."""
import _functools
import functools
from functools import *

P = functools.Placeholder


def f(*a, **k):
    return a, k


class F:
    def __call__(self, *a, **k):
        return a, k

    def __repr__(self):
        return "F"


f = F()


def t(s):
    try:
        print(s, '->', repr(eval(s)))
    except BaseException as e:
        print(s, '!!', type(e).__name__, e)


for s in [
    'partial()',
    'partial(1)',
    'partial(f,1,a=2)',
    'partial(f,P)',
    'partial(f,P,1)',
    'partial(f,P,1)()',
    'partial(f,P,1)(2,3)',
    'partial(partial(f,P,1),5)',
    'partial(partial(f,P,1,P,2),5)',
    'partial(partial(f,1,a=1),2,b=2)',
    'partial(f,P,1).__reduce__()',
    'partial(f,a=P)',
    'partial(f,1)(a=P)',
    'partial(f,P,1)(P)',
    'partial(f,1).__setstate__(1)',
    'partial(f,1).__setstate__((f,(1,),{},{}))',
    'partial(f,1).__setstate__((f,(P,),{},{}))',
    'partial(f,1).__setstate__((f,[],{},{}))',
    'partial(f,1).args',
    'partial(f,1).keywords',
    'partial(f,x=1).keywords',
    'partial(f,1).__dict__',
    'cmp_to_key()',
    'cmp_to_key(lambda a,b:1)(2)<3',
    "cmp_to_key(lambda a,b:'a')(2)<cmp_to_key(lambda a,b:1)(3)",
    'cmp_to_key(lambda a,b:-1)(2)<cmp_to_key(lambda a,b:1)(3)',
    'hash(cmp_to_key(lambda a,b:-1)(2))',
    'cmp_to_key(lambda a,b:-1)(2).obj',
    'cmp_to_key(lambda a,b:-1)()',
    'cmp_to_key(lambda a,b:-1)(obj=3).obj',
    'reduce(lambda a,b:a+b,[])',
    'reduce(lambda a,b:a+b,[1,2],3)',
    'reduce(1,2)',
    'reduce(1)',
    'reduce(lambda a,b:a+b,[1,2],initial=3)',
    'reduce(function=1,iterable=2)',
    'type(P)()',
    'type(P)(1)',
    'type(P) is type(P)()',
    'P.__reduce__()',
    "type('Q',(type(P),),{})",
    '_functools._lru_cache_wrapper(1,2,False,tuple)',
    'partial.__class_getitem__(int)',
    'partial(f,1).__get__(3,int)(4)',
    'partial(f,1).__get__(None,int)',
    'partial(f,1)(1,2,z=3)',
    'type(partial(f))',
    "partial(f, **{'a':1})(**{'a':2})",
]:
    t(s)

@lru_cache(maxsize=3)
def sq(x):
    return x * x


print([sq(i) for i in (1, 2, 3, 1, 4, 2, 1, 5)], sq.cache_info(), sq.cache_parameters())
sq.cache_clear()
print(sq.cache_info(), sorted([5, 2, 9], key=cmp_to_key(lambda a, b: b - a)))
