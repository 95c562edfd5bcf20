package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func openCheckpoint(what string, text []byte, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err, "key")
	signed, err := note.Open(text, note.VerifierList(verifier))
	must(err, what)
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		fail("%s: not origin, size and root", what)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, what)
	if strconv.FormatInt(size, 10) != lines[1] || size < 1 {
		fail("%s: size", what)
	}
	root, err := tlog.ParseHash(lines[2])
	must(err, what)
	return tlog.Tree{N: size, Hash: root}
}

// tlog-tiles: groups of three digits, all but the last with an x.
func encodeIndex(index int64) string {
	text := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		text = fmt.Sprintf("x%03d/%s", index%1000, text)
	}
	return text
}

func tilePath(level string, index int64, width int64) string {
	path := "tile/" + level + "/" + encodeIndex(index)
	if width < 256 {
		path += ".p/" + strconv.FormatInt(width, 10)
	}
	return path
}

func readLeaves(size int64) [][]byte {
	var leaves [][]byte
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		path := tilePath("entries", first/256, width)
		bundle := read(path)
		for i := int64(0); i < width; i++ {
			if len(bundle) < 2 {
				fail("%s: short", path)
			}
			length := int(bundle[0])<<8 | int(bundle[1])
			if len(bundle) < 2+length {
				fail("%s: length prefix", path)
			}
			leaves = append(leaves, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
		if len(bundle) > 0 {
			fail("%s: bytes after the last entry", path)
		}
	}
	return leaves
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fmt.Errorf("hash %d is not there", index)
		}
		out[i] = h[index]
	}
	return out, nil
}

// Tiles of an export under the names that the checksum database's code asks for.
type tiles struct{}

func (tiles) Height() int { return 8 }

func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		content, err := os.ReadFile(filepath.Join(dir, tilePath(strconv.Itoa(tile.L), tile.N, int64(tile.W))))
		if err != nil {
			return nil, err
		}
		out = append(out, content)
	}
	return out, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func checkTree(tree tlog.Tree, leaves [][]byte) {
	var stored hashes
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, stored)
		must(err, "leaves")
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, stored)
	must(err, "leaves")
	if root != tree.Hash {
		fail("leaves: another root than the signed one")
	}
	// The same from the tiles alone: this reader checks every tile it uses against the signed root.
	reader := tlog.TileHashReader(tree, tiles{})
	for i, leaf := range leaves {
		found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		must(err, "tiles")
		if found[0] != tlog.RecordHash(leaf) {
			fail("tiles: entry %d has another hash", i)
		}
	}
	// It does not read every tile of higher levels: those are compared with what the leaves give.
	for level := 1; tree.N>>(8*uint(level)) > 0; level++ {
		count := tree.N >> (8 * uint(level))
		for first := int64(0); first < count; first += 256 {
			width := count - first
			if width > 256 {
				width = 256
			}
			path := tilePath(strconv.Itoa(level), first/256, width)
			var expected []byte
			for i := first; i < first+width; i++ {
				hash := stored[tlog.StoredHashIndex(8*level, i)]
				expected = append(expected, hash[:]...)
			}
			if !bytes.Equal(read(path), expected) {
				fail("%s: other hashes than the leaves give", path)
			}
		}
	}
}

func decodeHashes(lines []string, what string) []tlog.Hash {
	var out []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		must(err, what)
		out = append(out, hash)
	}
	return out
}

func names(folder string) []string {
	entries, err := os.ReadDir(filepath.Join(dir, folder))
	if os.IsNotExist(err) {
		return nil
	}
	must(err, folder)
	var out []string
	for _, entry := range entries {
		out = append(out, entry.Name())
	}
	return out
}

func checkProofs(tree tlog.Tree, leaves [][]byte, vkey string) int {
	for _, name := range names("proofs") {
		what := "proofs/" + name
		text := string(read(what))
		end := strings.Index(text, "\n\n")
		if end < 0 {
			fail("%s: no checkpoint", what)
		}
		head := strings.Split(text[:end], "\n")
		if len(head) < 2 || head[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(head[1], "index ") {
			fail("%s: header", what)
		}
		index, err := strconv.ParseInt(head[1][6:], 10, 64)
		must(err, what)
		if name != strconv.FormatInt(index, 10)+".tlog-proof" || index < 0 || index >= int64(len(leaves)) {
			fail("%s: index", what)
		}
		if signed := openCheckpoint(what, []byte(text[end+2:]), vkey); signed != tree {
			fail("%s: another checkpoint", what)
		}
		proof := tlog.RecordProof(decodeHashes(head[2:], what))
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaves[index])), what)
	}
	if _, err := os.Stat(filepath.Join(dir, "consistency.txt")); err == nil {
		old := openCheckpoint("old.checkpoint", read("old.checkpoint"), vkey)
		proof := tlog.TreeProof(decodeHashes(strings.Fields(string(read("consistency.txt"))), "consistency.txt"))
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), "consistency.txt")
	}
	return len(names("proofs"))
}
