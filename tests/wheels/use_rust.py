# wheels: bcrypt==5.0.0 rpds-py==2026.9.1 cryptography==50.0.2 cffi==2.1.1 pycparser==3.12
"""Other PyO3 extensions: persistent structures, hashing, cryptography."""
import bcrypt
from rpds import HashTrieMap, HashTrieSet, List, Queue

h = bcrypt.hashpw(b"secret", b"$2b$04$abcdefghijklmnopqrstuu")
print(h, bcrypt.checkpw(b"secret", h), bcrypt.checkpw(b"other", h), bcrypt.kdf(b"pw", b"salt", 16, 4).hex())
m = HashTrieMap({"a": 1}).insert("b", 2)
print(m["a"], len(m), m.remove("a"), "b" in m, sorted(m), m == HashTrieMap({"b": 2, "a": 1}), HashTrieSet([1, 2]).insert(3) == HashTrieSet([3, 2, 1]), List([1, 2]).push_front(0), Queue([1]).enqueue(2).peek(), hash(HashTrieSet([1])) == hash(HashTrieSet([1])))
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography import x509

f = Fernet(b"A" * 43 + b"=")
t = f.encrypt_at_time(b"data", 1000)
print(f.decrypt(t), f.extract_timestamp(t))
c = Cipher(algorithms.AES(b"k" * 16), modes.CBC(b"i" * 16)).encryptor()
print((c.update(b"x" * 16) + c.finalize()).hex())
d = hashes.Hash(hashes.SHA256()); d.update(b"abc"); print(d.finalize().hex())
print(PBKDF2HMAC(hashes.SHA256(), 16, b"salt", 10).derive(b"pw").hex())
k = ed25519.Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
s = k.sign(b"m")
k.public_key().verify(s, b"m")
print(s.hex()[:20], k.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode().splitlines()[1][:20])
e = ec.derive_private_key(5, ec.SECP256R1())
print(e.public_key().public_numbers().x % 1000, e.curve.name)
for bad in [
    lambda: m["zz"],
    lambda: HashTrieMap(5),
    lambda: List([]).first,
    lambda: bcrypt.hashpw("text", b"x"),
    lambda: bcrypt.hashpw(b"x", b"bad"),
    lambda: f.decrypt(b"junk"),
    lambda: Fernet(b"short"),
    lambda: k.public_key().verify(s, b"n"),
    lambda: algorithms.AES(b"short"),
    lambda: serialization.load_pem_private_key(b"nope", None),
    lambda: x509.load_pem_x509_certificate(b"nope"),
    lambda: m.remove("q"),
]:
    try:
        print(bad())
    except Exception as x:
        print(type(x).__name__, str(x)[:120].split(" at 0x")[0])
