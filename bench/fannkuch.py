"""Permutations in a list of small ints: subscripts and slices."""


def main(n=9):
    perm1 = list(range(n))
    count = [0] * n
    max_flips = checksum = sign = 0
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        flips, perm = 0, perm1[:]
        while k := perm[0]:
            perm[: k + 1] = perm[k::-1]
            flips += 1
        max_flips = max(max_flips, flips)
        checksum += -flips if sign else flips
        sign = not sign
        while r != n:
            perm1.insert(r, perm1.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        else:
            return checksum, max_flips


if __name__ == "__main__":
    print(main())
