#!/usr/bin/python3
"""Reads the customers out of Coffer's archives without Coffer: recovery cards and a copy of a target give a CSV file.

    python3 restore.py TARGET-FOLDER OUT.csv [--card-file FILE]... [--customer NUMBER] [--kind KIND]

Needs Debian's packages python3-nacl (libsodium) and age. Without --card-file it asks for the cards. It only reads the
target. The recovery key is never written to a disk: `age` gets it through a pipe. OUT.csv is plain text, mode 0600.
docs/archives.md and docs/envelope.md say what is done here, byte by byte.

Exit codes: 0 written, 1 written with gaps, 2 usage, 4 no such customer, 12 a file is not what was archived,
14 no archives there, 15 no whole archive, 17 the cards.
"""
import argparse, base64, csv, getpass, hashlib, hmac, json, os, re, resource, sqlite3, struct, subprocess, sys
import tempfile
from datetime import datetime
from pathlib import Path

try:
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as xchacha_open
    from nacl.exceptions import CryptoError
    from nacl.signing import SigningKey, VerifyKey
except ImportError:
    sys.exit("error: PyNaCl is missing\nhint: apt install python3-nacl age, and run this with /usr/bin/python3")


class Refused(Exception):
    def __init__(self, code, message, hint):
        super().__init__(message)
        self.code, self.hint = code, hint


def damaged(what, last_resort="; if there is none, move that file out of the copy: the archive before it is taken"):
    return Refused(12, f"{what} is not what was archived", "copy the target again, or take another one" + last_resort)


def say(text):
    print(text, file=sys.stderr)


# ── Primitives: libsodium's, by Python's own BLAKE2b where it has them ────────────────────────────────────────────────

def blake(data, size=32, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def kdf(key, number, context):
    """libsodium's crypto_kdf_derive_from_key, 32 bytes."""
    return hashlib.blake2b(b"", digest_size=32, key=key, salt=struct.pack("<QQ", number, 0),
                           person=context + bytes(8)).digest()


def verifies(key, signature, message):
    try:
        VerifyKey(key).verify(message, signature)
        return True
    except (CryptoError, ValueError, TypeError):
        return False


LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values):
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= word if top >> bit & 1 else 0
    return check


def expanded(prefix):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def bech32(prefix, data):
    bits = "".join(f"{byte:08b}" for byte in data)
    groups = [int(bits[i:i + 5].ljust(5, "0"), 2) for i in range(0, len(bits), 5)]
    check = polymod(expanded(prefix) + groups + [0] * 6) ^ 1
    return prefix + "1" + "".join(LETTERS[g] for g in groups + [check >> 5 * (5 - i) & 31 for i in range(6)])


# ── Cards: docs/keys.md, Shamir's sharing over the scalars of ristretto255 ────────────────────────────────────────────

ORDER = 2**252 + 27742317777372353535851937790883648493


class Card:
    """A recovery card: version, purpose, k, n, index, 8 bytes set, 32 bytes share, in Bech32 behind `cofferr`."""

    def __init__(self, typed):
        text = re.sub(r"[\s-]", "", typed).lower()
        if text.startswith("cofferu1"):
            raise Refused(17, "this card unseals the vault and opens no archives", "recovery cards begin with cofferr1")
        prefix, _, letters = text.partition("1")
        groups = [LETTERS.find(letter) for letter in letters]
        if prefix != "cofferr" or len(groups) != 78 or min(groups) < 0 or polymod(expanded(prefix) + groups) != 1:
            raise Refused(17, "this is no recovery card, or a letter of it is wrong",
                          "compare it with the paper, four letters at a time")
        data = int("".join(f"{group:05b}" for group in groups[:-6]), 2).to_bytes(45, "big")
        version, purpose, self.needed, self.count, self.index = data[:5]
        self.set, self.share = data[5:13], int.from_bytes(data[13:], "little")
        if (version, purpose) != (1, 2) or not 1 <= self.index <= self.count or self.share >= ORDER:
            raise Refused(17, "this card was made by another version of Coffer", "take the script of that version")


def read_cards(files):
    cards = []
    while not cards or len(cards) < max(cards[0].needed, len(files)):
        if files:
            if len(cards) == len(files):
                break
            lines = Path(files[len(cards)]).read_text(errors="replace").splitlines()
            text = next((l for l in lines if l.strip().lower().startswith(("cofferr1", "cofferu1"))), "")
        else:
            text = getpass.getpass(f"card {len(cards) + 1} (nothing is shown while you type): ")
        try:
            card = Card(text)
            if cards and card.set != cards[0].set:
                raise Refused(17, "this card belongs to another set", "cards of one set are needed")
            if card.index in (other.index for other in cards):
                raise Refused(17, f"card {card.index} was given already", "another card of the set is needed")
            cards.append(card)
        except Refused as refusal:
            if files:
                raise
            say(f"error: {refusal}\nhint: {refusal.hint}")
    if len(cards) < cards[0].needed:
        raise Refused(17, f"{len(cards)} of {cards[0].needed} cards were given", "fewer open nothing")
    return cards[:cards[0].needed]


def combine(cards):
    """Lagrange's interpolation at zero."""
    secret = 0
    for card in cards:
        term = card.share
        for other in cards:
            if other.index != card.index:
                term = term * other.index * pow(other.index - card.index, -1, ORDER) % ORDER
        secret += term
    return (secret % ORDER).to_bytes(32, "little")


# ── Archives: docs/archives.md ────────────────────────────────────────────────────────────────────────────────────────

def signed(file, kind):
    """The payload of a DSSE envelope, and the key whose signature it carries; nothing for any other bytes."""
    try:
        envelope = json.loads(file)
        payload, [one] = base64.b64decode(envelope["payload"]), envelope["signatures"]
        key, name = base64.urlsafe_b64decode(one["keyid"] + "="), f"application/vnd.coffer.{kind}.v1+json"
        message = b"DSSEv1 %d %s %d %s" % (len(name), name.encode(), len(payload), payload)
        if envelope["payloadType"] == name and verifies(key, base64.b64decode(one["sig"]), message):
            return json.loads(payload), key
    except (ValueError, KeyError, TypeError):
        pass
    return None, None


class Archives:
    """What lies on the target and is signed by a key that the cards' key has certified."""

    def __init__(self, target, vault, secret):
        self.target, self.vault = Path(target), bytes.fromhex(vault)
        base = blake(b"COFFER/RECOV/v01" + self.vault + secret)
        self.identity = bech32("age-secret-key-", kdf(base, 1, b"CFrecage")).upper()
        self.quorum = bytes(SigningKey(kdf(base, 1, b"CFrecsig")).verify_key)
        self.log_keys, self.manifests, self.left_out = set(), [], []
        for file in sorted(self.target.glob(f"{vault}/*/m/*.json")):
            self.add(file, file.read_bytes())

    def add(self, file, content):
        manifest, key = signed(content, "archive")
        name, digest = str(file.relative_to(self.target)), blake(content).hex()
        try:
            # 1 there is a set, k, n, 8 set id, 16n cards' hashes, 32 quorum's key, 64 its signature over the log's key
            recovery = base64.b64decode(manifest["recovery"])
            at = 11 + 16 * recovery[2]
            statement = b"COFFER/RCERT/v01" + self.vault + key
            believed = recovery[at:at + 32] == self.quorum \
                and verifies(self.quorum, recovery[at + 32:at + 96], statement) \
                and name == "{vlt}/{gen}/m/{seq:010}.".format(**manifest) + digest[:8] + ".json"
        except (TypeError, ValueError, LookupError):
            believed = False
        if believed:
            self.manifests.append({**manifest, "hash": digest})
            self.log_keys.add(key)
        else:
            self.left_out.append(name)

    def path(self, manifest, pack):
        return self.target / self.vault.hex() / str(manifest["gen"]) / "p" / pack["name"][:2] / pack["name"]

    def is_whole(self, manifest):
        paths = [(self.path(manifest, pack), pack["size"]) for pack in manifest["packs"] + manifest["map"]]
        if not all(path.is_file() and path.stat().st_size == size for path, size in paths):
            return False
        return not manifest["base"] or any(self.is_whole(m) for m in self.manifests if m["hash"] == manifest["base"])

    def choose(self):
        """The newest keys, and the newest records older than these. Older keys would bring erased people back."""
        newest = max(m["gen"] for m in self.manifests)
        whole = sorted((m for m in self.manifests if m["gen"] == newest and self.is_whole(m)), key=lambda m: m["seq"])
        keyring = next((m for m in reversed(whole) if m["part"] == "keyring"), None)
        records = next((m for m in reversed(whole) if m["part"] == "vault" and m["seq"] < keyring["seq"]), None) \
            if keyring else None
        if not records:
            raise Refused(15, "there is no whole archive in this folder", "copy the target again, or take another one")
        return records, keyring

    def open(self, manifest, pack):
        path = self.path(manifest, pack)
        content = path.read_bytes()
        if blake(content).hex() != pack["name"]:
            raise damaged(path.relative_to(self.target))
        here, there = os.pipe()
        os.write(there, self.identity.encode())
        os.close(there)
        try:
            done = subprocess.run(["age", "--decrypt", "--identity", f"/dev/fd/{here}"], input=content,
                                  capture_output=True, pass_fds=[here])
        except FileNotFoundError:
            raise Refused(2, "the command age is missing", "apt install age") from None
        finally:
            os.close(here)
        if done.returncode:
            raise Refused(17, f"age does not open {path.name}: {done.stderr.decode(errors='replace').strip()}",
                          "these cards are not those the archives were made for")
        return done.stdout

    def database(self, manifest, out):
        """Puts a database together: the full archive's pages, then those that have changed since."""
        base = [m for m in self.manifests if m["hash"] == manifest["base"]]
        for part in base + [manifest]:
            page_map = self.open(part, part["map"][0])
            size, count, key, root, per_pack, here = struct.unpack_from("<10xII32s32sII", page_map)
            pages = struct.unpack_from(f"<{here}I", page_map, 90)
            for number, pack in enumerate(part["packs"]):
                content = self.open(part, pack)
                for place, page in enumerate(pages[number * per_pack:(number + 1) * per_pack]):
                    out.seek(page * size)
                    out.write(content[place * size:(place + 1) * size])
        out.truncate(count * size)
        out.seek(0)
        hashes = b"".join(blake(out.read(size), key=key) for _ in range(count))
        if blake(b"COFFER/PAGES/v01" + hashes, key=key) != root:
            raise damaged("the database")

    def erased(self):
        """Everybody whom the ledgers of erasures name. A line is signed and holds the hash of the one before it."""
        found, ends = set(), {}
        for folder in self.target.glob(f"{self.vault.hex()}/*/e"):
            last = ""
            for place, file in enumerate(sorted(folder.glob("*.json")), 1):
                content = file.read_bytes()
                line, key = signed(content, "erasure-ledger")
                if not line or key not in self.log_keys or (line["vlt"], line["place"], line["prev"]) != (
                        self.vault.hex(), place, last):
                    raise damaged(file.relative_to(self.target), "")
                last = hashlib.sha256(content).hexdigest()
                ends[int(folder.parent.name), place] = last
                found.add(line["customer"].encode().ljust(16, b"\0"))
        for m in self.manifests:
            if m["erasures"] and ends.get((m["gen"], m["erasures"])) != m["erasure_hash"]:
                raise damaged(f"the ledger of erasures {m['gen']}/e", "")
        return found


# ── Keys and fields: docs/envelope.md, docs/keys.md ───────────────────────────────────────────────────────────────────

def open_envelope(envelope, domain, context, subkey, key_id, pad):
    """0 version, 1 suite, 2 pad policy, 3 flags, 4 key id, 8 rev, 16 nonce, 40 commitment, 72 ciphertext and tag."""
    if len(envelope) < 104 or envelope[:4] != bytes([1, 1, pad, 0]) or envelope[4:8] != struct.pack("<I", key_id):
        raise ValueError("no such envelope")
    nonce, data = envelope[16:40], domain + envelope[:16] + context
    material = blake(data + nonce, 64, subkey)
    if not hmac.compare_digest(material[32:], envelope[40:72]):
        raise ValueError("another key")
    return xchacha_open(envelope[72:], data, nonce, material[:32])


class Keyring:
    """The rows of a keyring archive, opened: customers' keys by id and version, and who was erased."""

    def __init__(self, archives, manifest):
        self.keys, self.erased, rows = {}, archives.erased(), 0
        for number, pack in enumerate(manifest["packs"]):
            self.data, self.at = archives.open(manifest, pack), 0
            if number == 0:
                if self.take("<8sH") != (b"COFFKRNG", 1):
                    raise damaged("the keyring")
                self.bytes("<I")
                kinds = self.keyset(self.bytes("<I"))
            while self.at < len(self.data):
                self.row(archives.vault, kinds)
                rows += 1
        if rows != manifest["count"]:
            raise damaged("the keyring")
        self.keys.update({(bytes(16), version): key for (kind, version), key in kinds.items() if kind == 6})

    def take(self, form):
        values = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return values

    def bytes(self, form):
        [length] = self.take(form)
        self.at += length
        return self.data[self.at - length:self.at]

    @staticmethod
    def keyset(data):
        """2 format, 2 count, then kind, status, 4 id of each, then 32 bytes of each: 1 wraps keys, 6 the shop's."""
        [count] = struct.unpack_from("<2xH", data)
        entries = [struct.unpack_from("<BxI", data, 4 + 6 * i) for i in range(count) if data[5 + 6 * i] != 3]
        return {entry: data[4 + 6 * count + 32 * i:][:32] for i, entry in enumerate(entries)}

    def row(self, vault, kinds):
        [kind] = self.take("<B")
        if kind == 1:
            customer, version, epoch, _ = self.take("<16sIIB")
            context = vault + customer + customer + struct.pack("<HHI", 0xFFFF, 1, 0)
            self.keys[customer, version] = open_envelope(
                self.bytes("<H"), b"COFFER/CEKWR/v01", context, kdf(kinds[1, epoch], 1, b"CFcekwr1"), epoch, 0)
        elif kind == 2:
            self.take("<IBI"), self.bytes("<H")
        elif kind == 3:
            self.erased.add(self.take("<16sQ")[0])
        elif kind == 4:
            self.take("<IBQ")
        elif kind == 5:
            self.bytes("<I")
        else:
            raise damaged("the keyring")


def open_field(keyring, vault, record, field):
    customer, record_id, kind, rev = record
    number, ordinal, pad, envelope = field
    [version, field_rev] = struct.unpack_from("<IQ", envelope, 4)
    context = vault + customer + record_id + struct.pack("<HHI", kind, number, ordinal)
    subkey = kdf(keyring.keys[customer, version], kind << 16 | number, b"CFfield1")
    body = open_envelope(envelope, b"COFFER/FIELD/v01", context, subkey, version, pad).rstrip(b"\0")
    if body[-1:] != b"\x80" or field_rev > rev or body[0] > 2:
        raise ValueError("no field")
    return body[1:-1].hex() if body[0] == 2 else body[1:-1].decode()


def record_name(kind, record):
    digits, number = "0123456789abcdefghjkmnpqrstvwxyz", int.from_bytes(record, "big")
    return ("o" if kind == "order" else kind.replace("_", "")[:4]) + "_" + "".join(
        digits[number >> 5 * i & 31] for i in range(25, -1, -1))


def rows_of(database, keyring, vault, kind, wanted):
    """The heading, the rows in the order they were made, and how many values did not open."""
    found = database.execute("SELECT number FROM kind WHERE name = ?", [kind]).fetchone()
    if not found:
        raise Refused(2, f"there are no records of the kind {kind}", "--kind customer")
    names = dict(database.execute("SELECT field, name FROM registry WHERE kind = ? ORDER BY field", found))
    rows, gaps = [], 0
    for rid, *record in database.execute(
            "SELECT rid, customer, id, kind, rev FROM record WHERE kind = ? ORDER BY rid", found):
        if record[0] in keyring.erased or wanted and wanted != record[0]:
            continue
        values = {number: [] for number in names}
        for field in database.execute(
                "SELECT f.field, ordinal, pad, envelope FROM field f JOIN registry r ON r.kind = ? "
                "AND r.field = f.field WHERE record = ? ORDER BY f.field, ordinal", [found[0], rid]):
            try:
                values[field[0]].append(open_field(keyring, vault, record, field))
            except (KeyError, ValueError, CryptoError):
                gaps += 1
        own = [record[0].rstrip(b"\0").decode()] + ([] if kind == "customer" else [record_name(kind, record[1])])
        rows.append(own + [" | ".join(filter(None, values[number])) for number in names])
    return ["customer"] + ([] if kind == "customer" else [kind]) + list(names.values()), rows, gaps


def harmless(cell):
    """What a spreadsheet would take for a formula gets an apostrophe; a phone number does not."""
    return "'" + cell if re.match(r"[=@\t\r]|[+-](?![\d ]*$)", cell) else cell


def main():
    parser = argparse.ArgumentParser(description="Customers out of Coffer's archives, without Coffer.")
    parser.add_argument("target", help="the folder with target.json, copied to this machine")
    parser.add_argument("out", help="the CSV file to write; it must not be there yet")
    parser.add_argument("--card-file", action="append", default=[], help="a recovery card's file; once for each card")
    parser.add_argument("--customer", help="one customer's number; all without it")
    parser.add_argument("--kind", default="customer", help="which records, e.g. order")
    options = parser.parse_args()
    # Keys must not lie in a core dump. Python cannot wipe them from memory: switch the machine off afterwards.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    vaults = {path.parts[-4] for path in Path(options.target).glob("*/*/m/*.json")}
    vaults = sorted(name for name in vaults if re.fullmatch("[0-9a-f]{32}", name))
    if not vaults:
        raise Refused(14, "there are no archives in this folder", "name the folder that target.json lies in")
    if os.path.lexists(options.out):
        raise Refused(2, f"{options.out} is there already", "name another file")
    cards = read_cards(options.card_file)
    found = (Archives(options.target, vault, combine(cards)) for vault in vaults)
    archives = next((archives for archives in found if archives.manifests), None)
    if not archives:
        raise Refused(17, "no archive here is signed for these cards",
                      f"they are of set {cards[0].set.hex()}: compare it with the other cards, or take another target")
    for name in archives.left_out:
        say(f"warning: {name} carries no signature to be believed, and is left out")
    records, keyring_manifest = archives.choose()
    for word, manifest in ("records", records), ("keys", keyring_manifest):
        say(f"{word} of {datetime.fromtimestamp(manifest['created'] / 1000):%Y-%m-%d %H:%M}")
    keyring = Keyring(archives, keyring_manifest)
    # The database holds nothing readable: every value in it is sealed, and the keys stay in memory.
    with tempfile.NamedTemporaryFile(prefix="coffer-", suffix=".db") as file:
        archives.database(records, file)
        file.flush()
        database = sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True)
        wanted = options.customer and options.customer.upper().encode().ljust(16, b"\0")
        heading, rows, gaps = rows_of(database, keyring, archives.vault, options.kind, wanted)
        database.close()
    if wanted and not rows:
        raise Refused(4, "there is nothing of this customer, or she was erased", "leave --customer out for all")
    out = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(out, "w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([[harmless(cell) for cell in row] for row in [heading] + rows])
    say(f"{len(rows)} rows; {len(keyring.erased)} erased customers are left out")
    say(f"warning: {options.out} is plain text: whoever reads the file has the customers. Delete it when you are done.")
    if gaps:
        say(f"warning: {gaps} values did not open and are empty in the file")
    return 1 if gaps else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refusal:
        say(f"error: {refusal}\nhint: {refusal.hint}")
        sys.exit(refusal.code)
    except (EOFError, KeyboardInterrupt):
        say("error: stopped\nhint: nothing was written")
        sys.exit(17)
    except OSError as error:
        say(f"error: {error.filename}: {error.strerror}\nhint: nothing was written")
        sys.exit(2)
    except (sqlite3.Error, struct.error, CryptoError, LookupError, ValueError) as error:
        say(f"error: an archive does not have its form ({type(error).__name__})\nhint: take another target")
        sys.exit(12)
