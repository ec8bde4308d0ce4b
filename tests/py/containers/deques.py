"""deque, its iterators and tuple getters: results and messages."""
import _collections
from collections import deque


def t(s):
    try:
        print(s, '->', repr(eval(s)))
    except BaseException as e:
        print(s, '!!', type(e).__name__, e)


for s in [
    'deque(1,2,3)',
    'deque(foo=1)',
    "deque(maxlen='a')",
    'deque(maxlen=-1)',
    'deque(maxlen=2**70)',
    'deque(1)',
    'deque()[0]',
    "deque()['a']",
    'deque().__setitem__(0,1)',
    'deque().pop()',
    'deque().popleft()',
    'deque().remove(3)',
    'deque().index(3)',
    'deque([3])+[2]',
    'deque().rotate(1,2)',
    "deque().rotate('a')",
    'deque([1],0)',
    'deque([1,2,3],2)*3',
    "deque('ab',3)*-1",
    'hash(deque())',
    '_collections._deque_iterator(1)',
    '_collections._deque_iterator(deque([1,2]),1).__length_hint__()',
    '_collections._deque_iterator(deque([1,2]),-1).__length_hint__()',
    '_collections._deque_iterator(deque([1,2]),5).__length_hint__()',
    '_collections._deque_iterator(deque([1,2]),1,2)',
    '_collections._deque_reverse_iterator(deque([1,2,3]),1).__next__()',
    "type('S',(deque,),{})('ab',3)",
    'deque(range(3),3).insert(1,1)',
    "deque(range(3)).index(1,-100,'a')",
    'deque(range(3)).index(1,2.5)',
    'deque().insert()',
    'deque().append()',
    'deque([1])<[1]',
    'deque([1])<deque([2])',
    "deque('a')==deque('a',3)",
    'deque().__init__(None)',
    '_collections._tuplegetter(1)',
    "_collections._tuplegetter('a',1)",
    "_collections._tuplegetter(0,'x')",
    "_collections._tuplegetter(0,'x').__get__(None)",
    "_collections._tuplegetter(0,'x').__get__(None,int)",
    "_collections._tuplegetter(0,'x').__get__(())",
    "_collections._tuplegetter(0,'x').__get__([])",
    "_collections._tuplegetter(0,'x').__set__(1,2)",
    "_collections._tuplegetter(0,'x').__delete__(1)",
    '_collections._tuplegetter(0,a=1)',
    "_collections._tuplegetter(0,'x',2)",
    '_collections._count_elements({},1)',
    '_collections._count_elements(1,[1])',
    "_collections._tuplegetter(0,'x').__doc__",
    'deque().maxlen',
]:
    t(s)
