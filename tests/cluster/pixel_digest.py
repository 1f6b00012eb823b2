#!/usr/bin/env python3
"""pixel_digest.py FILE...: SHA-256 of the size and the pixel data of PNG files, whatever else they hold."""
import hashlib
import struct
import sys
import zlib


def pixel_digest(path):
    data = open(path, "rb").read()
    at, digest, packed = 8, hashlib.sha256(), b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            digest.update(body)
        if kind == b"IDAT":
            packed += body
        at += 12 + size
    digest.update(zlib.decompress(packed))
    return digest.hexdigest()


for file in sys.argv[1:]:
    print(pixel_digest(file), file)
