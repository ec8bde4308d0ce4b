# _operator, _random, _bisect, _heapq and _statistics.
import warnings

warnings.simplefilter("ignore")
import _bisect
import _heapq
import _operator
import _random
import _statistics

CASES = [
    '_statistics._normal_dist_inv_cdf(0.3,0,1)',
    '_statistics._normal_dist_inv_cdf(0,0,1)',
    '_statistics._normal_dist_inv_cdf(0.3,0,0)',
    '_random.Random(1).random()',
    '_random.Random(1.5).random()==_random.Random(1.5).random()',
    '_random.Random(-7).random()==_random.Random(7).random()',
    '_random.Random(1,2)',
    '_random.Random(x=1)',
    '_random.Random([])',
    "_random.Random('abc').random() is None",
    '_random.Random().setstate(5)',
    '_random.Random().setstate((1,2))',
    "_random.Random().setstate(('a',)*625)",
    '_random.Random().setstate((1,)*624+(700,))',
    '_random.Random().setstate((2**40,)*624+(1,))',
    '_random.Random(3).getrandbits(0)',
    '_random.Random(3).getrandbits(-1)',
    '_random.Random(3).getrandbits(70)',
    '_random.Random(3).getrandbits(2.0)',
    '_random.Random(3).getrandbits(2**70)',
    '_bisect.bisect([1,2],1,-1)',
    '_bisect.bisect_left(5,1)',
    "_bisect.bisect_left([1],'a')",
    '_bisect.insort(5,1)',
    '_heapq.heappush(5,1)',
    '_heapq.heappop([])',
    '_heapq.heappop(5)',
    '_heapq.heapreplace([],1)',
    '_heapq.heapify(5)',
    '_operator.indexOf([1],2)',
    '_operator.indexOf(1,2)',
    '_operator.countOf(1,2)',
    '_operator.concat(1,2)',
    '_operator.concat([1],2)',
    '_operator.iconcat(1,2)',
    "_operator.length_hint([1],'a')",
    '_operator.length_hint(3,-1)',
    '_operator.length_hint(3,7)',
    "_operator._compare_digest('a',b'a')",
    "_operator._compare_digest('\\u00e9','a')",
    '_operator._compare_digest(1,2)',
    "_operator._compare_digest('a','a'),_operator._compare_digest(b'a',bytearray(b'b'))",
    '_operator.itemgetter()',
    '_operator.itemgetter(1)([1]) if 0 else 1',
    '_operator.itemgetter(1)',
    '_operator.itemgetter(1)(x=1)',
    '_operator.itemgetter(1)()',
    '_operator.itemgetter(a=1)',
    '_operator.attrgetter()',
    '_operator.attrgetter(1)',
    "_operator.attrgetter('a.b','c')",
    "_operator.attrgetter('a.b').__reduce__()",
    "_operator.attrgetter('a')(1,2)",
    "_operator.attrgetter('real.imag','real')(5)",
    '_operator.methodcaller()',
    '_operator.methodcaller(1)',
    "_operator.methodcaller('a',1,b=2)",
    "_operator.methodcaller('a',1,b=2).__reduce__()",
    "_operator.methodcaller('a',1).__reduce__()",
    "_operator.methodcaller('a',1)(1,2)",
    "_operator.methodcaller('conjugate')(x=1)",
    "_operator.methodcaller('to_bytes',2,byteorder='little')(5)",
    '_operator.itemgetter(1,2).__reduce__()',
    '_operator.contains(5,1)',
    "_operator.index('a')",
    "_operator.call(int,'5')",
    '_operator.call()',
    '_operator.pow(2,3), _operator.ipow(2,3)',
    '_operator.matmul(1,2)',
    '_operator.inv(1.5)',
]
for e in CASES:
    try:
        x = eval(e)
    except Exception as ex:
        print(e, "->", type(ex).__name__, ascii(str(ex)))
    else:
        print(e, "->", ascii(x)[:300], type(x).__name__)
