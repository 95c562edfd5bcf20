// Command goverify checks an export of Coffer's access log with Go's own checksum-database code
// (golang.org/x/mod/sumdb), which shares nothing with the program that wrote the export.
//
//	goverify EXPORT_DIR KEY [WITNESS_KEY…]
//
// KEY is the log's verifier key, "name+hash+base64". It prints OK and exits 0, or prints FAIL with the reason and
// exits 1. It checks the checkpoint, the tree from the entry bundles and again from the tiles alone, proofs, the hash
// of every part shown, every signature by a person, blocks, policies, and the signed statement. It does not replay
// who was allowed what. Each witness named must have cosigned the checkpoint, or old.checkpoint, which it continues.
//
// Debian: apt-get install golang-go golang-golang-x-mod-dev; GO111MODULE=off GOPATH=/usr/share/gocode go build
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

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

func main() {
	if len(os.Args) < 3 {
		fmt.Println("usage: goverify EXPORT_DIR KEY [WITNESS_KEY...]")
		os.Exit(2)
	}
	dir = os.Args[1]
	vkey := os.Args[2]
	tree := openCheckpoint("checkpoint", read("checkpoint"), vkey)
	leaves := readLeaves(tree.N)
	checkTree(tree, leaves)
	proofs := checkProofs(tree, leaves, vkey)
	checkWitnesses(os.Args[3:])
	parts, signatures := checkParts(leaves)
	checkBlocksAndPolicies()
	checkManifest(tree, vkey)
	fmt.Printf("OK: %d entries, %d parts, %d signatures, %d proofs\n", tree.N, parts, signatures, proofs)
}
