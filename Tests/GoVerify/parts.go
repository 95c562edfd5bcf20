package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

const leafHeader = "coffer/log/v1\n"

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
