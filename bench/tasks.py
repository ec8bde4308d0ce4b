"""asyncio with many tasks: a tree of gathered coroutines, eager and not, with sleeps, futures, locks and task groups."""

import asyncio


async def leaf(i, cache):
    if i % 3 == 0:
        await asyncio.sleep(0)
    if i not in cache:
        cache[i] = i * i
    return cache[i]


async def tree(depth, cache):
    if depth == 0:
        return sum(await asyncio.gather(*[leaf(i, cache) for i in range(6)]))
    return sum(await asyncio.gather(*[tree(depth - 1, cache) for _ in range(5)]))


async def grouped(n):
    lock = asyncio.Lock()
    seen = []

    async def one(i):
        async with lock:
            seen.append(i)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
    return len(seen)


async def answered(n):
    loop = asyncio.get_running_loop()
    total = 0
    for i in range(n):
        future = loop.create_future()
        loop.call_soon(future.set_result, i)
        total += await asyncio.wait_for(future, 10) if i % 4 == 0 else await future
    return total


async def run(n):
    total = await tree(n, {}) + await grouped(300) + await answered(1200)
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    return total + await tree(n, {})


def main(n=4):
    return sum(asyncio.run(run(n)) for _ in range(5))


if __name__ == "__main__":
    print(main())
