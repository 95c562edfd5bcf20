package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

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
