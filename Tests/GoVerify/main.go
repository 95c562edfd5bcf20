// Command goverify checks an export of Coffer's access log with Go's own checksum-database code
// (golang.org/x/mod/sumdb), which shares nothing with the program that wrote the export.
//
//	goverify EXPORT_DIR KEY
//
// KEY is the log's verifier key, "name+hash+base64". It prints OK and exits 0, or prints FAIL with the reason and
// exits 1. It checks the checkpoint, the tree from the entry bundles and again from the tiles alone, proofs, the hash
// of every part shown, every signature by a person, blocks, policies, and the signed statement. It does not replay
// who was allowed what.
//
// Debian: apt-get install golang-go golang-golang-x-mod-dev; GO111MODULE=off GOPATH=/usr/share/gocode go build
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const leafHeader = "coffer/log/v1\n"

var dir string

func fail(format string, arguments ...interface{}) {
	fmt.Printf("FAIL: "+format+"\n", arguments...)
	os.Exit(1)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func read(path string) []byte {
	content, err := os.ReadFile(filepath.Join(dir, path))
	must(err, path)
	return content
}

func sum(content []byte) string {
	hash := sha256.Sum256(content)
	return hex.EncodeToString(hash[:])
}

// The raw Ed25519 key inside a verifier key.
func rawKey(vkey string) ed25519.PublicKey {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		fail("key: not name+hash+base64")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err, "key")
	if len(key) != 33 || key[0] != 1 {
		fail("key: not Ed25519")
	}
	return ed25519.PublicKey(key[1:])
}

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

func readLines(path string, count int) [][]byte {
	content := read(path)
	if len(content) == 0 || content[len(content)-1] != '\n' {
		fail("%s: no line feed at the end", path)
	}
	lines := bytes.Split(content[:len(content)-1], []byte("\n"))
	if len(lines) != count {
		fail("%s: %d lines for %d entries", path, len(lines), count)
	}
	return lines
}

func shown(line []byte) bool { return string(line) != "-" && string(line) != "=" }

// Hash of every part shown, and the signature of the person in every entry whose core and evidence are shown.
func checkParts(leaves [][]byte) (parts int, signatures int) {
	files := []string{"core", "subject", "evidence"}
	lines := make([][][]byte, len(files))
	for i, file := range files {
		lines[i] = readLines("parts/"+file+".jsonl", len(leaves))
	}
	for index, leaf := range leaves {
		text := string(leaf)
		if len(text) != len(leafHeader)+3*65 || !strings.HasPrefix(text, leafHeader) {
			fail("entry %d: leaf", index)
		}
		committed := strings.Split(text[len(leafHeader):], "\n")
		for i, file := range files {
			if !shown(lines[i][index]) {
				continue
			}
			if sum(lines[i][index]) != committed[i] {
				fail("entry %d: %s is not what the leaf commits to", index, file)
			}
			parts++
		}
		if shown(lines[0][index]) && shown(lines[2][index]) && checkSignature(index, lines[0][index], lines[2][index]) {
			signatures++
		}
	}
	return
}

func checkSignature(index int, core []byte, evidence []byte) bool {
	var who struct{ Kid string }
	var said struct{ Base, Sig string }
	must(json.Unmarshal(core, &who), fmt.Sprintf("entry %d: core", index))
	must(json.Unmarshal(evidence, &said), fmt.Sprintf("entry %d: evidence", index))
	if said.Base == "" && said.Sig == "" {
		return false
	}
	key, err := base64.RawURLEncoding.DecodeString(who.Kid)
	if err != nil || len(key) != ed25519.PublicKeySize {
		fail("entry %d: kid", index)
	}
	signature, err := base64.StdEncoding.DecodeString(said.Sig)
	must(err, fmt.Sprintf("entry %d: signature", index))
	if !ed25519.Verify(key, []byte(said.Base), signature) {
		fail("entry %d: the signature is not valid", index)
	}
	return true
}

type envelope struct {
	Payload     string
	PayloadType string `json:"payloadType"`
	Signatures  []struct{ Keyid, Sig string }
}

// Verifies a DSSE envelope with its one signature and returns payload and key id.
func (e envelope) open(what string, key ed25519.PublicKey) []byte {
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	must(err, what)
	if len(e.Signatures) != 1 {
		fail("%s: not one signature", what)
	}
	named, err := base64.RawURLEncoding.DecodeString(e.Signatures[0].Keyid)
	if err != nil || len(named) != ed25519.PublicKeySize || (key != nil && !bytes.Equal(named, key)) {
		fail("%s: keyid", what)
	}
	signature, err := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
	must(err, what)
	signed := fmt.Sprintf("DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(payload), payload)
	if !ed25519.Verify(named, []byte(signed), signature) {
		fail("%s: the signature is not valid", what)
	}
	return payload
}

func checkBlocksAndPolicies() {
	for _, name := range names("blocks") {
		what := "blocks/" + name
		var block envelope
		must(json.Unmarshal(read(what), &block), what)
		hash := sha256.Sum256(block.open(what, nil))
		if base64.RawURLEncoding.EncodeToString(hash[:])+".dsse" != name {
			fail("%s: the name is not the hash", what)
		}
	}
	for _, name := range names("policies") {
		if sum(read("policies/"+name))+".yaml" != name {
			fail("policies/%s: the name is not the hash", name)
		}
	}
}

func checkManifest(tree tlog.Tree, vkey string) {
	var manifest struct {
		Files     []struct{ Path, Sha256 string }
		Statement envelope
		V         int
		Withheld  json.RawMessage
	}
	decoder := json.NewDecoder(bytes.NewReader(read("manifest.json")))
	decoder.DisallowUnknownFields()
	must(decoder.Decode(&manifest), "manifest.json")
	if manifest.V != 1 {
		fail("manifest.json: version")
	}
	if manifest.Statement.PayloadType != "application/vnd.coffer.log-export.v1+json" {
		fail("manifest.json: type of the statement")
	}
	var statement struct {
		Origin, Root, Withheld string
		Size                   int64
	}
	payload := manifest.Statement.open("manifest.json", rawKey(vkey))
	must(json.Unmarshal(payload, &statement), "manifest.json")
	if statement.Origin != strings.SplitN(vkey, "+", 2)[0] || statement.Size != tree.N ||
		statement.Root != tree.Hash.String() {
		fail("manifest.json: the statement is about another tree")
	}
	if sum(manifest.Withheld) != statement.Withheld {
		fail("manifest.json: other parts withheld than was signed")
	}
	var listed []string
	for _, file := range manifest.Files {
		if sum(read(file.Path)) != file.Sha256 {
			fail("%s: another hash than in the manifest", file.Path)
		}
		listed = append(listed, file.Path)
	}
	var found []string
	must(filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			if name, _ := filepath.Rel(dir, path); name != "manifest.json" {
				found = append(found, name)
			}
		}
		return err
	}), "files")
	sort.Strings(listed)
	sort.Strings(found)
	if strings.Join(listed, "\n") != strings.Join(found, "\n") {
		fail("manifest.json: other files than are there")
	}
}

func main() {
	if len(os.Args) != 3 {
		fmt.Println("usage: goverify EXPORT_DIR KEY")
		os.Exit(2)
	}
	dir = os.Args[1]
	vkey := os.Args[2]
	tree := openCheckpoint("checkpoint", read("checkpoint"), vkey)
	leaves := readLeaves(tree.N)
	checkTree(tree, leaves)
	proofs := checkProofs(tree, leaves, vkey)
	parts, signatures := checkParts(leaves)
	checkBlocksAndPolicies()
	checkManifest(tree, vkey)
	fmt.Printf("OK: %d entries, %d parts, %d signatures, %d proofs\n", tree.N, parts, signatures, proofs)
}
