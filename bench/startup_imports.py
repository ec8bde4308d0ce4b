"""Start-up with the imports of a typical tool."""

import argparse
import asyncio
import dataclasses
import json
import re


def main():
    return len([argparse, asyncio, dataclasses, json, re])


if __name__ == "__main__":
    print(main())
