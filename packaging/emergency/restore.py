#!/usr/bin/python3
"""Reads the customers out of Coffer's archives without Coffer: recovery cards and a copy of a target give a CSV file.

    python3 restore.py TARGET-FOLDER OUT.csv [--card-file FILE]... [--customer NUMBER] [--kind KIND]

Needs Debian's packages python3-nacl (libsodium) and age. Without --card-file it asks for the cards. It only reads the
target. The recovery key is never written to a disk: `age` gets it through a pipe. OUT.csv is plain text, mode 0600.
docs/archives.md, docs/envelope.md and docs/keys.md say what is done here, byte by byte.

Exit codes: 0 written, 1 written with gaps, 2 usage, 4 no such customer, 12 a file is not what was archived,
14 no archives there, 15 no whole archive, 17 the cards.
"""
import argparse, base64, csv, getpass, hashlib, hmac, json, os, re, resource, shutil, sqlite3, struct, subprocess, sys
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

try:
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as xchacha_open
    from nacl.exceptions import CryptoError
    from nacl.signing import SigningKey, VerifyKey
except ImportError:
    print("error: PyNaCl is missing\nhint: apt install python3-nacl, then /usr/bin/python3 restore.py", file=sys.stderr)
    sys.exit(2)
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"  # of Bech32
ORDER = 2**252 + 27742317777372353535851937790883648493  # of ristretto255
OTHERS = {2: "<IBIH", 4: "<IBQ", 5: "<I"}  # rows of a keyring, up to the length of the rest


class Refused(Exception):
    """Exit code, message, hint."""


def damaged(what, rest="; if there is none, move that file out of the copy: the archive before it is taken"):
    return Refused(12, f"{what} is not what was archived", "copy the target again, or take another one" + rest)


def say(text):
    print(text, file=sys.stderr)


# ── Primitives ──────────────────────────────────────────────────────────────────────────────────────────────────────
def blake(data, size=32, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def kdf(key, number, context):
    """libsodium's crypto_kdf_derive_from_key, 32 bytes."""
    salt, person = struct.pack("<QQ", number, 0), context + bytes(8)
    return hashlib.blake2b(b"", digest_size=32, key=key, salt=salt, person=person).digest()


def verifies(key, signature, message):
    try:
        return VerifyKey(key).verify(message, signature) == message
    except (CryptoError, ValueError, TypeError):
        return False


def polymod(prefix, groups):
    check = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + groups:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= word if top >> bit & 1 else 0
    return check


def bech32(prefix, data):
    bits = "".join(f"{byte:08b}" for byte in data)
    groups = [int(bits[i:i + 5].ljust(5, "0"), 2) for i in range(0, len(bits), 5)]
    check = polymod(prefix, groups + [0] * 6) ^ 1
    return prefix + "1" + "".join(LETTERS[g] for g in groups + [check >> 5 * (5 - i) & 31 for i in range(6)])


# ── Cards: k points of a polynomial over the scalars of ristretto255, its value at zero is the secret ────────────────
class Card:
    """Bech32 behind `cofferr`: version, purpose, k, n, index, 8 bytes set, 32 bytes share."""

    def __init__(self, typed):
        prefix, _, letters = re.sub(r"[\s-]", "", typed).lower().partition("1")
        if prefix == "cofferu":
            raise Refused(17, "this card unseals the vault and opens no archives", "recovery cards begin with cofferr1")
        groups = [LETTERS.find(letter) for letter in letters]
        if prefix != "cofferr" or len(groups) != 78 or min(groups) < 0 or polymod(prefix, groups) != 1:
            raise Refused(17, "this is no recovery card, or a letter of it is wrong",
                          "compare it with the paper, four letters at a time")
        data = int("".join(f"{group:05b}" for group in groups[:-6]), 2).to_bytes(45, "big")
        version, purpose, self.needed, count, self.index = data[:5]
        self.set, self.share = data[5:13], int.from_bytes(data[13:], "little")
        if (version, purpose) != (1, 2) or not 1 <= self.index <= count or self.share >= ORDER:
            raise Refused(17, "this card was made by another version of Coffer", "take the script of that version")


def next_card(cards, files):
    if files:
        lines = Path(files[len(cards)]).read_text(errors="replace").splitlines()
        card = Card(next((line for line in lines if re.match(r"\s*coffer[ru]1", line, re.IGNORECASE)), ""))
    else:
        card = Card(getpass.getpass(f"card {len(cards) + 1} (nothing is shown while you type): "))
    if cards and card.set != cards[0].set:
        raise Refused(17, "this card belongs to another set", "cards of one set are needed")
    if card.index in [other.index for other in cards]:
        raise Refused(17, f"card {card.index} was given already", "another card of the set is needed")
    return card


def read_cards(files):
    cards = []
    while not cards or len(cards) < cards[0].needed:
        if files and len(cards) == len(files):
            raise Refused(17, f"{len(cards)} of {cards[0].needed} cards were given", "fewer open nothing")
        try:
            cards.append(next_card(cards, files))
        except Refused as refusal:
            if files:
                raise
            say("error: {1}\nhint: {2}".format(*refusal.args))
    return cards


def combine(cards):
    secret = 0
    for card in cards:
        term = card.share
        for other in cards:
            if other.index != card.index:
                term = term * other.index * pow(other.index - card.index, -1, ORDER) % ORDER
        secret += term
    return (secret % ORDER).to_bytes(32, "little")


# ── Archives ────────────────────────────────────────────────────────────────────────────────────────────────────────
def signed(file, kind):
    """The payload of a DSSE envelope and the key that signed it, whosever it is; nothing for any other bytes."""
    try:
        envelope = json.loads(file)
        payload, [one] = base64.b64decode(envelope["payload"]), envelope["signatures"]
        key, name = base64.urlsafe_b64decode(one["keyid"] + "="), f"application/vnd.coffer.{kind}.v1+json"
        message = b"DSSEv1 %d %s %d %s" % (len(name), name.encode(), len(payload), payload)
        if envelope["payloadType"] == name and verifies(key, base64.b64decode(one["sig"]), message):
            return json.loads(payload), key
    except (ValueError, LookupError, TypeError):
        pass
    return {}, b""


class Archives:
    """What lies on the target and is signed by a log key that the cards' key has certified."""

    def __init__(self, target, vault, secret):
        self.target, self.vault = Path(target), bytes.fromhex(vault)
        base = blake(b"COFFER/RECOV/v01" + self.vault + secret)
        self.identity = bech32("age-secret-key-", kdf(base, 1, b"CFrecage")).upper()
        self.quorum = bytes(SigningKey(kdf(base, 1, b"CFrecsig")).verify_key)
        self.log_keys, self.manifests, self.left_out = set(), [], []
        for path in sorted(self.target.glob(f"{vault}/*/m/*.json")):
            file, name = path.read_bytes(), str(path.relative_to(self.target))
            manifest, key = signed(file, "archive")
            digest = blake(file).hex()
            if self.certifies(manifest, key) and \
                    name == "{vlt}/{gen}/m/{seq:010}.".format(**manifest) + digest[:8] + ".json":
                self.manifests.append({**manifest, "hash": digest})
                self.log_keys.add(key)
            else:
                self.left_out.append(name)

    def certifies(self, manifest, key):
        """1 there is a set, k, n, 8 set id, 16n the cards' hashes, 32 quorum's key, 64 its signature over the log's."""
        try:
            at = 11 + 16 * (facts := base64.b64decode(manifest["recovery"]))[2]
            life = b"1" + self.vault if manifest["gen"] == 1 else b"2" + self.vault + struct.pack("<Q", manifest["gen"])
            about = b"COFFER/RCERT/v0" + life
            return facts[at:at + 32] == self.quorum and verifies(self.quorum, facts[at + 32:at + 96], about + key)
        except (ValueError, LookupError, TypeError):
            return False

    def path(self, manifest, pack):
        return self.target / self.vault.hex() / str(manifest["gen"]) / "p" / pack["name"][:2] / pack["name"]

    def is_whole(self, manifest):
        packs = [(self.path(manifest, pack), pack["size"]) for pack in manifest["packs"] + manifest["map"]]
        return all(path.is_file() and path.stat().st_size == size for path, size in packs) and \
            (not manifest["base"] or any(self.is_whole(m) for m in self.manifests if m["hash"] == manifest["base"]))

    def choose(self):
        """The newest keys, and the newest records older than these. Older keys would bring erased people back."""
        newest = max(m["gen"] for m in self.manifests)
        whole = sorted((m for m in self.manifests if m["gen"] == newest and self.is_whole(m)), key=lambda m: m["seq"])
        keys = [m for m in whole if m["part"] == "keyring"]
        records = [m for m in whole if m["part"] == "vault" and keys and m["seq"] < keys[-1]["seq"]]
        if not records:
            raise Refused(15, "there is no whole archive in this folder", "copy the target again, or take another one")
        return records[-1], keys[-1]

    def open(self, manifest, pack):
        path = self.path(manifest, pack)
        content = path.read_bytes()
        if blake(content).hex() != pack["name"]:
            raise damaged(path.relative_to(self.target))
        here, there = os.pipe()
        os.write(there, self.identity.encode())
        os.close(there)
        command = ["age", "--decrypt", "--identity", f"/dev/fd/{here}"]
        done = subprocess.run(command, input=content, capture_output=True, pass_fds=[here])
        os.close(here)
        if done.returncode:
            raise Refused(17, f"age does not open {path.name}", done.stderr.decode(errors="replace").strip())
        return done.stdout

    def database(self, manifest, out):
        """Puts a database together: the full archive's pages, then those that have changed since."""
        for part in [m for m in self.manifests if m["hash"] == manifest["base"]] + [manifest]:
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
        out.flush()

    def erased(self, keyring):
        """Everybody whom the ledgers of erasures name. A line is signed and holds the hash of the one before it."""
        found, ends = set(), {}
        for folder in self.target.glob(f"{self.vault.hex()}/*/e"):
            last = ""
            for place, path in enumerate(sorted(folder.glob("*.json")), 1):
                file = path.read_bytes()
                line, key = signed(file, "erasure-ledger")
                own = key in self.log_keys and line["vlt"] == self.vault.hex()
                if not own or (line["place"], line["prev"]) != (place, last):
                    raise damaged(path.relative_to(self.target), "")
                ends[folder.parent.name, place] = last = hashlib.sha256(file).hexdigest()
                found.add(line["customer"].encode().ljust(16, b"\0"))
        for m in self.manifests:
            # A line that has not arrived yet does no harm where the keys know of it.
            end = ends.get((str(m["gen"]), m["erasures"]))
            if end != m["erasure_hash"] and (end or m["erasures"] > keyring["erasures"]):
                raise damaged(f"the ledger of erasures {m['gen']}/e", "")
        return found


# ── Keys and fields ─────────────────────────────────────────────────────────────────────────────────────────────────
def open_envelope(envelope, domain, context, subkey, key_id, pad):
    """0 version, 1 suite, 2 pad policy, 3 flags, 4 key id, 8 rev, 16 nonce, 40 commitment, 72 ciphertext and tag."""
    if len(envelope) < 104 or envelope[:8] != struct.pack("<BBBBI", 1, 1, pad, 0, key_id):
        raise ValueError("no such envelope")
    nonce, data = envelope[16:40], domain + envelope[:16] + context
    material = blake(data + nonce, 64, subkey)
    if not hmac.compare_digest(material[32:], envelope[40:72]):
        raise ValueError("another key")
    return xchacha_open(envelope[72:], data, nonce, material[:32])


def keyring(archives, manifest):
    """Customers' keys by id and version, the shop's under a zero id, and who was erased."""
    keys, erased, count, kinds, data, at = {}, archives.erased(manifest), 0, None, b"", 0

    def take(form):
        nonlocal at
        at += struct.calcsize(form)
        return struct.unpack_from(form, data, at - struct.calcsize(form))

    for pack in manifest["packs"]:
        data, at = archives.open(manifest, pack), 0
        if kinds is None:
            if take("<8sH") != (b"COFFKRNG", 1) or not take(f"{take('<I')[0]}s"):  # the vault's facts are not needed
                raise damaged("the keyring")
            kinds = keyset(take(f"{take('<I')[0]}s")[0])
        while at < len(data):
            [row], start, number = take("<B"), at, 1
            if row == 1:
                epoch, number = take("<IH")
                owners = [take("<16sIB")[:2] for _ in range(number)]
                about, [nonce, box] = archives.vault + data[start:at], take(f"<24s{32 * number + 16}s")
                secret = xchacha_open(box, b"COFFER/KEYBX/v01" + about, nonce, kdf(kinds[1, epoch], 1, b"CFkeybx1"))
                keys.update({owner: secret[32 * i:][:32] for i, owner in enumerate(owners)})
            elif row == 3:
                erased.add(take("<16sQ")[0])
            else:  # month keys of the log, months without, policies: not needed
                size = take(OTHERS[row])[-1]
                take(f"{size if row != 4 else 0}x")
            count += number
    if count != manifest["count"]:
        raise damaged("the keyring")
    keys.update({(bytes(16), version): key for (kind, version), key in kinds.items() if kind == 6})
    return keys, erased


def keyset(data):
    """2 format, 2 count, then kind, status, 4 id of each, then 32 bytes of each. Kind 1 seals keys, 6 is the shop's."""
    [count] = struct.unpack_from("<2xH", data)
    entries = [struct.unpack_from("<BxI", data, 4 + 6 * i) for i in range(count) if data[5 + 6 * i] != 3]
    return {entry: data[4 + 6 * count + 32 * i:][:32] for i, entry in enumerate(entries)}


def open_field(keys, vault, record, field):
    (customer, identifier, kind, rev), (number, ordinal, pad, envelope) = record, field
    version, field_rev = struct.unpack_from("<IQ", envelope, 4)
    context = vault + customer + identifier + struct.pack("<HHI", kind, number, ordinal)
    subkey = kdf(keys[customer, version], kind << 16 | number, b"CFfield1")
    body = open_envelope(envelope, b"COFFER/FIELD/v01", context, subkey, version, pad).rstrip(b"\0")
    if body[-1:] != b"\x80" or field_rev > rev or body[0] > 2:
        raise ValueError("no field")
    return body[1:-1].hex() if body[0] == 2 else body[1:-1].decode()


def table(database, keys, erased, vault, kind, wanted):
    """The heading and the rows, in the order they were made, and how many values did not open."""
    found = database.execute("SELECT number FROM kind WHERE name = ?", [kind]).fetchone()
    if not found:
        raise Refused(2, f"there are no records of the kind {kind}", "--kind customer")
    names = dict(database.execute("SELECT field, name FROM registry WHERE kind = ? ORDER BY field", found))
    own = ["customer"] if kind == "customer" else ["customer", "record"]
    rows, gaps = [[*own, *names.values()]], 0
    for rid, *record in database.execute("SELECT rid, customer, id, kind, rev FROM record WHERE kind = ?", found):
        if record[0] in erased or wanted and wanted != record[0]:
            continue
        values = {number: [] for number in names}
        for field in database.execute("SELECT f.field, ordinal, pad, envelope FROM field f JOIN registry r "
                                      "ON r.kind = ? AND r.field = f.field WHERE record = ?", [*found, rid]):
            try:
                values[field[0]].append(open_field(keys, vault, record, field))
            except (LookupError, ValueError, CryptoError):
                gaps += 1
        cells = [" | ".join(filter(None, values[number])) for number in names]
        rows.append([record[0].rstrip(b"\0").decode(), record[1].hex()][:len(own)] + [harmless(c) for c in cells])
    return rows, gaps


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
    if not shutil.which("age"):
        raise Refused(2, "the command age is missing", "apt install age")
    vaults = {path.parts[-4] for path in Path(options.target).glob(f"{'[0-9a-f]' * 32}/*/m/*.json")}
    if not vaults:
        raise Refused(14, "there are no archives in this folder", "name the folder that target.json lies in")
    if os.path.lexists(options.out):
        raise Refused(2, f"{options.out} is there already", "name another file")
    cards = read_cards(options.card_file)
    found = [Archives(options.target, vault, combine(cards)) for vault in sorted(vaults)]
    archives = next((archives for archives in found if archives.manifests), None)
    if not archives:
        raise Refused(17, "no archive here is signed for these cards",
                      f"they are of set {cards[0].set.hex()}: is that of this shop? or take another target")
    for name in archives.left_out:
        say(f"warning: {name} carries no signature to be believed, and is left out")
    records, newest_keys = archives.choose()
    keys, erased = keyring(archives, newest_keys)
    wanted = options.customer and options.customer.upper().encode().ljust(16, b"\0")
    # The database on the disk holds nothing readable: every value in it is sealed, and the keys stay in memory.
    with NamedTemporaryFile(prefix="coffer-", suffix=".db") as file:
        archives.database(records, file)
        database = sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True)
        rows, gaps = table(database, keys, erased, archives.vault, options.kind, wanted)
    if wanted and len(rows) == 1:
        raise Refused(4, "there is nothing of this customer, or she was erased", "leave --customer out for all")
    with open(options.out, "x", encoding="utf-8-sig", newline="", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        csv.writer(file).writerows(rows)
    day = f"{datetime.fromtimestamp(records['created'] / 1000):%Y-%m-%d %H:%M}"
    say(f"{len(rows) - 1} rows as of {day}; {len(erased)} erased customers are left out")
    say(f"warning: {options.out} is plain text: whoever reads the file has the customers. Delete it when you are done.")
    if gaps:
        say(f"warning: {gaps} values did not open and are empty in the file")
    return 1 if gaps else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refusal:
        code, message, hint = refusal.args
    except OSError as error:
        code, message, hint = 2, f"{error.filename}: {error.strerror}", "nothing was written to the target"
    except (EOFError, KeyboardInterrupt):
        code, message, hint = 17, "stopped", "nothing was written"
    except (sqlite3.Error, struct.error, CryptoError, LookupError, ValueError) as error:
        code, message, hint = 12, f"an archive does not have its form ({type(error).__name__})", "take another target"
    say(f"error: {message}\nhint: {hint}")
    sys.exit(code)
