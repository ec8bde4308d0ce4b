"""Start-up: the interpreter and nothing else."""


def main():
    return None


if __name__ == "__main__":
    print(main())
