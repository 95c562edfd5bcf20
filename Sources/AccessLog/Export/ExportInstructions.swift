import VaultModel

/// `VERIFY.txt`: how to check an export with tools that are not ours.
///
/// Every line that begins with four spaces is a command for a POSIX shell, to be run inside the folder; a test runs
/// them as they stand.
enum ExportInstructions {
    static func text(checkpoint: Checkpoint, vault: VaultID) -> [UInt8] {
        Array((head(checkpoint, vault) + signature + leaf(checkpoint) + foot).utf8)
    }

    private static func head(_ checkpoint: Checkpoint, _ vault: VaultID) -> String {
        """
        Access log of vault \(vault): \(checkpoint.size) entries, log \(checkpoint.origin)

        The whole check, without a broker or a network:  coffer log verify . --key KEY
        KEY is the log's key as printed when the vault was made. Take it from paper, never from this folder.

        What follows checks the signature and one entry by hand, with sh, sed, awk, base64, openssl 1.1.1 or newer and
        sha256sum. Set KEY first, then run the indented lines in this folder:

            : "${KEY:?set KEY to the key on paper, the text that begins with coffer/}"


        """
    }

    private static let signature = """
        1. The checkpoint is signed by that key. The last command prints "Signature Verified Successfully".

            work=$(mktemp -d)
            printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000' > "$work/key.der"
            printf '%s' "$KEY" | sed 's/^[^+]*+[^+]*+//' | base64 -d | tail -c 32 >> "$work/key.der"
            sed '/^$/,$d' checkpoint > "$work/text"
            name=$(sed -n 1p checkpoint)
            test "$name" = "${KEY%%+*}"
            awk -v n="$name" '$2 == n { print $3 }' checkpoint | base64 -d | tail -c 64 > "$work/signature"
            openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" -sigfile "$work/signature"


        """

    private static func leaf(_ checkpoint: Checkpoint) -> String {
        let last = checkpoint.size - 1
        let id = TileID.all(level: 0, size: checkpoint.size).last ?? TileID(level: 0, index: 0)
        let place = last & 255
        let record = UInt64(Leaf.size + 2)
        return """
            2. Entry \(last), the last one, is the leaf the tree holds: the hashes of its three parts, where they are shown,
            stand in the leaf, and the leaf's hash stands in the tile. A part that is "-" was destroyed, "=" is not shown here.

                tail -c +\(place * record + 3) \(id.entriesPath) | head -c \(Leaf.size) > "$work/leaf"
                for part in core subject evidence; do
                    line=$(sed -n \(last + 1)p parts/$part.jsonl)
                    case "$line" in -|=) continue ;; esac
                    hash=$(printf '%s' "$line" | sha256sum | cut -d ' ' -f 1)
                    grep -q "^$hash\\$" "$work/leaf" && echo "$part of entry \(last) is in the leaf"
                done
                (printf '\\000'; cat "$work/leaf") | sha256sum | cut -d ' ' -f 1 > "$work/hash"
                tail -c +\(place * UInt64(Merkle.hashSize) + 1) \(id.path) | head -c \(Merkle.hashSize) | od -An -v -tx1 | tr -d ' \\n' > "$work/tile"
                test "$(cat "$work/hash")" = "$(cat "$work/tile")" && echo "entry \(last) is in the tree"


            """
    }

    private static let foot = """
        3. From the tiles to the root: any tool for C2SP tlog-tiles and tlog-proof reads checkpoint, tile/ and proofs/. The
        log's format is the one of RFC 6962. The leaf of entry i is the i-th record of the bundles in tile/entries/.

        A checkpoint check alone proves nothing about the parts: only the whole check re-hashes every part, re-verifies
        every signature and replays who was allowed what. report.csv is for reading and proves nothing.

        """
}
