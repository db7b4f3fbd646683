// Checks the tree, checkpoint, receipt and witness vectors with golang.org/x/mod/sumdb, which shares
// no code with ours. Needs Debian's golang-go and golang-golang-x-mod-dev, and no network:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go ../vectors
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type cosigner struct {
	name string
	id   uint32
	key  []byte
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

func newCosigner(vkey string) note.Verifier {
	p := strings.SplitN(vkey, "+", 3)
	id, _ := strconv.ParseUint(p[1], 16, 32)
	key, _ := base64.StdEncoding.DecodeString(p[2])
	sum := sha256.Sum256(append([]byte(p[0]+"\n"), key...))
	if key[0] != 4 || binary.BigEndian.Uint32(sum[:]) != uint32(id) {
		panic("witness key id")
	}
	return cosigner{p[0], uint32(id), key[1:]}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func hash(s string) (h tlog.Hash) {
	b, err := hex.DecodeString(s)
	must(err)
	copy(h[:], b)
	return h
}

func hashes(s []string) (r []tlog.Hash) {
	for _, x := range s {
		r = append(r, hash(x))
	}
	return r
}

func load(name string, v interface{}) {
	b, err := os.ReadFile(filepath.Join(os.Args[1], name))
	must(err)
	must(json.Unmarshal(b, v))
}

func head(text string) (string, int64, tlog.Hash) {
	l := strings.Split(text, "\n")
	size, err := strconv.ParseInt(l[1], 10, 64)
	must(err)
	var h tlog.Hash
	b, err := base64.StdEncoding.DecodeString(l[2])
	must(err)
	copy(h[:], b)
	return l[0], size, h
}

// check tells whether a receipt verifies, using only the log key and the message identity.
func check(receipt, vkey, message, channel string, seq int) error {
	parts := strings.SplitN(receipt, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") {
		return fmt.Errorf("form")
	}
	entry, err := base64.StdEncoding.DecodeString(lines[1][6:])
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil || fmt.Sprint("index ", index) != lines[2] {
		return fmt.Errorf("index")
	}
	var proof tlog.RecordProof
	for _, l := range lines[3:] {
		b, err := base64.StdEncoding.DecodeString(l)
		if err != nil || len(b) != 32 {
			return fmt.Errorf("proof")
		}
		var h tlog.Hash
		copy(h[:], b)
		proof = append(proof, h)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	n, err := note.Open([]byte(parts[1]), note.VerifierList(v))
	if err != nil {
		return err
	}
	_, size, root := head(n.Text)
	if err := tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	want := fmt.Sprintf("\nchannel %s\nseq %d\nevidence %s\n", channel, seq, message)
	if !strings.HasPrefix(string(entry), fmt.Sprintf("bashu.entry/v1\nindex %d\n", index)) ||
		!strings.Contains(string(entry), "\nkind recv\n") || !strings.Contains(string(entry), want) {
		return fmt.Errorf("another message")
	}
	return nil
}

func main() {
	var tree struct {
		Leaves    []string `json:"leaf_hashes"`
		Roots     map[string]string
		Inclusion []struct {
			Index, Size int64
			Path        []string
		}
		Consistency []struct {
			Old, New int64
			Path     []string
		}
	}
	load("tree.json", &tree)
	leaf := func(i int64) []byte { return []byte(fmt.Sprintf("bashu test leaf %d\n", i)) }
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(ix []int64) (r []tlog.Hash, err error) {
		for _, i := range ix {
			r = append(r, stored[i])
		}
		return r, nil
	})
	roots := map[int64]tlog.Hash{}
	for i := int64(0); i < 1000; i++ {
		h, err := tlog.StoredHashes(i, leaf(i), reader)
		must(err)
		stored = append(stored, h...)
		roots[i+1], err = tlog.TreeHash(i+1, reader)
		must(err)
	}
	count := 0
	for i, h := range tree.Leaves {
		if tlog.RecordHash(leaf(int64(i))) != hash(h) {
			panic("leaf")
		}
		count++
	}
	for n, r := range tree.Roots {
		size, _ := strconv.ParseInt(n, 10, 64)
		if size > 0 && roots[size] != hash(r) || size == 0 && sha256.Sum256(nil) != hash(r) {
			panic("root " + n)
		}
		count++
	}
	for _, c := range tree.Inclusion {
		must(tlog.CheckRecord(hashes(c.Path), c.Size, hash(tree.Roots[fmt.Sprint(c.Size)]), c.Index, tlog.RecordHash(leaf(c.Index))))
		own, err := tlog.ProveRecord(c.Size, c.Index, reader)
		must(err)
		if fmt.Sprint(own) != fmt.Sprint(tlog.RecordProof(hashes(c.Path))) {
			panic("inclusion proof differs")
		}
		count++
	}
	skipped := 0
	for _, c := range tree.Consistency {
		if c.Old == 0 { // not defined in this package
			skipped++
			continue
		}
		must(tlog.CheckTree(hashes(c.Path), c.New, roots[c.New], c.Old, roots[c.Old]))
		own, err := tlog.ProveTree(c.New, c.Old, reader)
		must(err)
		if fmt.Sprint(own) != fmt.Sprint(tlog.TreeProof(hashes(c.Path))) {
			panic("consistency proof differs")
		}
		count++
	}
	fmt.Println("tree:", count, "vectors verified,", skipped, "with old size 0 skipped")

	var neg struct {
		Inclusion []struct {
			Name        string
			Index, Size int64
			Leaf, Root  string
			Path        []string
		}
		Consistency []struct {
			Name             string
			Old, New         int64
			OldRoot, NewRoot string
			Path             []string
		}
	}
	load("tree-negative.json", &neg)
	for _, c := range neg.Inclusion {
		data, _ := hex.DecodeString(c.Leaf)
		if tlog.CheckRecord(hashes(c.Path), c.Size, hash(c.Root), c.Index, tlog.RecordHash(data)) == nil {
			panic(c.Name)
		}
	}
	fmt.Println("tree-negative:", len(neg.Inclusion), "inclusion cases refused")

	var cp struct {
		Origin   string
		LogVkey  string   `json:"log_vkey"`
		Witness  []string `json:"witness_vkeys"`
		Cosigned string   `json:"cosigned_note"`
		Size     int64
		Root     string
		Accepted map[string]string
		Refused  map[string][]string
	}
	load("checkpoint.json", &cp)
	logKey, err := note.NewVerifier(cp.LogVkey)
	must(err)
	all := note.VerifierList(logKey, newCosigner(cp.Witness[0]), newCosigner(cp.Witness[1]))
	n, err := note.Open([]byte(cp.Cosigned), all)
	must(err)
	origin, size, root := head(n.Text)
	if len(n.Sigs) != 3 || origin != cp.Origin || size != cp.Size || root != hash(cp.Root) {
		panic("checkpoint")
	}
	for name, text := range cp.Accepted {
		if _, err := note.Open([]byte(text), all); err != nil {
			panic(name)
		}
	}
	refused := 0
	for name, c := range cp.Refused {
		if _, err := note.Open([]byte(c[1]), all); err != nil {
			refused++
		} else {
			fmt.Println("checkpoint: left to the checkpoint grammar:", name, c[0])
		}
	}
	fmt.Println("checkpoint: 3 signatures verified;", refused, "of", len(cp.Refused), "bad notes refused by note.Open")

	var rc struct {
		LogVkey          string `json:"log_vkey"`
		Message, Channel string
		Seq              int
		Receipt          string
		Refused          map[string][]string
	}
	load("receipt.json", &rc)
	must(check(rc.Receipt, rc.LogVkey, rc.Message, rc.Channel, rc.Seq))
	for name, c := range rc.Refused {
		if check(c[1], rc.LogVkey, rc.Message, rc.Channel, rc.Seq) == nil {
			panic(name)
		}
	}
	fmt.Println("receipt: verified;", len(rc.Refused), "bad receipts refused")

	var ch struct {
		Channel string
		Steps   []struct {
			Step, Envelope, Receipt string
		}
	}
	load("channel.json", &ch)
	good := 0
	for _, s := range ch.Steps {
		if s.Receipt == "" {
			continue
		}
		var e struct{ Protected, Payload string }
		must(json.Unmarshal([]byte(s.Envelope), &e))
		id := sha256.Sum256([]byte(e.Protected + "." + e.Payload))
		raw, err := base64.RawURLEncoding.DecodeString(e.Payload)
		must(err)
		var p struct{ Seq int }
		must(json.Unmarshal(raw, &p))
		must(check(s.Receipt, rc.LogVkey, hex.EncodeToString(id[:]), ch.Channel, p.Seq))
		good++
	}
	fmt.Println("channel:", good, "receipts verified")

	var wt struct {
		Witness string `json:"witness_vkey"`
		Log     string `json:"log_vkey"`
		Steps   []struct {
			Step, Request, Answer string
			Status                int
		}
	}
	load("witness.json", &wt)
	lv, err := note.NewVerifier(wt.Log)
	must(err)
	var lastSize int64
	var lastRoot tlog.Hash
	for _, s := range wt.Steps {
		if s.Status != 200 {
			continue
		}
		parts := strings.SplitN(s.Request, "\n\n", 2)
		n, err := note.Open([]byte(parts[1]+s.Answer), note.VerifierList(lv, newCosigner(wt.Witness)))
		must(err)
		if len(n.Sigs) != 2 {
			panic(s.Step)
		}
		_, size, root := head(n.Text)
		var proof tlog.TreeProof
		for _, l := range strings.Split(parts[0], "\n")[1:] {
			b, err := base64.StdEncoding.DecodeString(l)
			must(err)
			var h tlog.Hash
			copy(h[:], b)
			proof = append(proof, h)
		}
		if lastSize > 0 {
			must(tlog.CheckTree(proof, size, root, lastSize, lastRoot))
		}
		lastSize, lastRoot = size, root
	}
	fmt.Println("witness: cosigned chain verified up to size", lastSize)
}
