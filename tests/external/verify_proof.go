// Verifies one receipt (a C2SP tlog-proof of one journal entry) with golang.org/x/mod/sumdb, which
// shares no code with ours, prints the entry and exits with 0; with 1 if it does not verify.
// Needs Debian's golang-go and golang-golang-x-mod-dev, and no network:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify_proof.go PROOF VKEY
//
// VKEY is the log's verifier key, `origin+key id+base64`.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func decimal(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is not a decimal number", text)
	}
	return n, nil
}

func decodeHash(text string) (h tlog.Hash, err error) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && len(b) != len(h) {
		err = fmt.Errorf("a hash has %d bytes", len(b))
	}
	copy(h[:], b)
	return h, err
}

// tree reads the three lines of a checkpoint.
func tree(text, origin string) (t tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != origin {
		return t, fmt.Errorf("not a checkpoint of %s", origin)
	}
	if t.N, err = decimal(lines[1]); err == nil {
		t.Hash, err = decodeHash(lines[2])
	}
	return t, err
}

func verify(receipt, vkey string) (entry string, err error) {
	head, checkpoint, found := strings.Cut(receipt, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || len(lines) > 66 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return "", fmt.Errorf("not a proof with its entry")
	}
	leaf, err := base64.StdEncoding.Strict().DecodeString(lines[1][len("extra "):])
	if err != nil {
		return "", err
	}
	index, err := decimal(lines[2][len("index "):])
	if err != nil {
		return "", err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		h, err := decodeHash(line)
		if err != nil {
			return "", err
		}
		proof = append(proof, h)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", err
	}
	signed, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	if err != nil {
		return "", err
	}
	t, err := tree(signed.Text, verifier.Name())
	if err != nil {
		return "", err
	}
	if index >= t.N {
		return "", fmt.Errorf("entry %d is not among the first %d", index, t.N)
	}
	if err := tlog.CheckRecord(proof, t.N, t.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return "", err
	}
	if !strings.HasPrefix(string(leaf), fmt.Sprintf("bashu.entry/v1\nindex %d\n", index)) {
		return "", fmt.Errorf("the entry states another index")
	}
	return string(leaf), nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify_proof PROOF VKEY")
		os.Exit(2)
	}
	receipt, err := os.ReadFile(os.Args[1])
	if err == nil {
		var entry string
		if entry, err = verify(string(receipt), os.Args[2]); err == nil {
			fmt.Print(entry)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "not verified:", err)
	os.Exit(1)
}
