// Verifies a checkpoint with the cosignature of a witness, with golang.org/x/mod/sumdb, which shares
// no code with ours, prints `SIZE TIME` and exits with 0; with 1 if either signature is missing or
// wrong. Needs Debian's golang-go and golang-golang-x-mod-dev, and no network:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify_cosigned.go NOTE LOG_VKEY WITNESS_VKEY
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// cosigner is a key of cosignature/v1 (C2SP tlog-cosignature), which sumdb/note calls for its lines.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
	time *uint64
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	*c.time = binary.BigEndian.Uint64(sig)
	return ed25519.Verify(c.key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", *c.time, msg)), sig[8:])
}

func newCosigner(vkey string, time *uint64) (note.Verifier, error) {
	p := strings.SplitN(strings.TrimSpace(vkey), "+", 3)
	if len(p) != 3 {
		return nil, fmt.Errorf("not a verifier key")
	}
	id, err := strconv.ParseUint(p[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.Strict().DecodeString(p[2])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(p[0]+"\n"), key...))
	if len(key) != 1+ed25519.PublicKeySize || key[0] != 4 || binary.BigEndian.Uint32(sum[:]) != uint32(id) {
		return nil, fmt.Errorf("not the key of a witness")
	}
	return cosigner{p[0], uint32(id), key[1:], time}, nil
}

func verify(text []byte, logKey, witnessKey string) (string, error) {
	var time uint64
	log, err := note.NewVerifier(strings.TrimSpace(logKey))
	if err != nil {
		return "", err
	}
	witness, err := newCosigner(witnessKey, &time)
	if err != nil {
		return "", err
	}
	signed, err := note.Open(text, note.VerifierList(log, witness))
	if err != nil {
		return "", err
	}
	if len(signed.Sigs) != 2 {
		return "", fmt.Errorf("%d of two signatures", len(signed.Sigs))
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() {
		return "", fmt.Errorf("not a checkpoint of %s", log.Name())
	}
	return fmt.Sprintf("%s %d", lines[1], time), nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: verify_cosigned NOTE LOG_VKEY WITNESS_VKEY")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		var said string
		if said, err = verify(text, os.Args[2], os.Args[3]); err == nil {
			fmt.Println(said)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "not verified:", err)
	os.Exit(1)
}
