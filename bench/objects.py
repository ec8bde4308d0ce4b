"""Attributes and method calls: a small event simulation with subclasses."""


class Node:
    def __init__(self, name, cost):
        self.name, self.cost, self.load, self.peers = name, cost, 0, []

    def accept(self, job):
        self.load += self.weigh(job)
        return self.route(job)

    def weigh(self, job):
        return job.size * self.cost

    def route(self, job):
        best = self.peers[0]
        for peer in self.peers:
            if peer.load < best.load:
                best = peer
        job.hops += 1
        return best


class Fast(Node):
    def weigh(self, job):
        return super().weigh(job) // 2


class Job:
    __slots__ = ("size", "hops")

    def __init__(self, size):
        self.size, self.hops = size, 0

    @property
    def done(self):
        return self.hops >= 8


def main(n=120000):
    nodes = [Fast(i, 2) if i % 3 == 0 else Node(i, 1) for i in range(6)]
    for node in nodes:
        node.peers = [other for other in nodes if other is not node]
    for i in range(n):
        job, node = Job(i % 7 + 1), nodes[i % 6]
        while not job.done:
            node = node.accept(job)
    return [node.load for node in nodes]


if __name__ == "__main__":
    print(main())
