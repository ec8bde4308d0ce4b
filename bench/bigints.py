"""Large integers: pi digits, powers, conversion."""


def pi_digits(count):
    q, r, t, k, m, x = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < count:
        if 4 * q + r - t < m * t:
            digits.append(m)
            q, r, m = 10 * q, 10 * (r - m * t), 10 * (3 * q + r) // t - 10 * m
        else:
            q, r, t, k, m, x = q * k, (2 * q + r) * x, t * x, k + 1, (q * (7 * k + 2) + r * x) // (t * x), x + 2
    return digits


def main(n=2600):
    total = sum(pi_digits(n))
    for i in range(60):
        total += len(str(3 ** (100 * i))) + pow(7, 10**9 + i, 2**127 - 1) % 1000 + int("9" * (10 * i + 1)) % 97
    return total


if __name__ == "__main__":
    print(main())
