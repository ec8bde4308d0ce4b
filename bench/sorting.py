"""Sorting ints, floats, strings, tuples; with keys; partly sorted data; heapq and bisect."""

import bisect
import heapq


def main(n=40):
    seed, total = 1, 0
    for _ in range(n):
        data = []
        for _ in range(8000):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            data.append(seed)
        total += sorted(data)[100] + sorted(data, key=lambda x: x % 1000)[5]
        strings = sorted(map(str, data))
        pairs = sorted((x % 100, x) for x in data)
        data.sort(reverse=True)
        data[::50] = range(160)
        data.sort()
        heap = data[:500]
        heapq.heapify(heap)
        total += len(strings[0]) + pairs[0][0] + heapq.heappop(heap) + bisect.bisect(data, 10**9) + int(sum(sorted(x / 3 for x in data[:2000])))
    return total


if __name__ == "__main__":
    print(main())
