"""async/await: tasks that pass values through queues on asyncio's loop."""

import asyncio


async def producer(queue, n):
    for i in range(n):
        await queue.put(i)
    await queue.put(None)


async def consumer(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += await double(item)
    return total


async def double(x):
    return x * 2


async def run(n):
    queue = asyncio.Queue(10)
    task = asyncio.create_task(producer(queue, n))
    total = await consumer(queue)
    await task
    return total + sum(await asyncio.gather(*(double(i) for i in range(n // 10))))


def main(n=110000):
    return asyncio.run(run(n))


if __name__ == "__main__":
    print(main())
