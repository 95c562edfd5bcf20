package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A witness's key (C2SP tlog-cosignature v1), for Go's note package: it signs a time together with the text.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		fail("witness: not name+hash+base64")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	must(err, "witness")
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err, "witness")
	if len(key) != 33 || key[0] != 4 {
		fail("witness: not a cosignature key")
	}
	return cosigner{parts[0], uint32(hash), ed25519.PublicKey(key[1:])}
}

// Whether a note bears a valid cosignature of the witness.
func isCosigned(text []byte, witness cosigner) bool {
	opened, err := note.Open(text, note.VerifierList(witness))
	return err == nil && len(opened.Sigs) == 1
}

// Each witness must have signed the checkpoint, or the earlier one from which consistency.txt leads to it. That proof
// has been checked by checkProofs.
func checkWitnesses(vkeys []string) {
	for _, vkey := range vkeys {
		witness := newCosigner(vkey)
		if isCosigned(read("checkpoint"), witness) {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "consistency.txt")); err == nil {
			if isCosigned(read("old.checkpoint"), witness) {
				continue
			}
		}
		fail("witness %s: no valid cosignature", witness.name)
	}
}
