// Tells who acted in the messages of a dispute bundle, with Go's standard library only: which
// officer settled, and whose sign-in service vouches for it (docs/formats/evidence.md section 19).
// It trusts the first edition of the agreement, which the id pins, and the newest key list of each
// party; receipts are verify_proof.go's.
//
//	go run verify_officers.go BUNDLE AGREEMENT_ID
package main

import (
	"archive/zip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

type object = map[string]json.RawMessage

type key struct {
	Kid, Role, Alg, Key string
	From, To, Revoked   int64
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func b64u(text string) []byte {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	must(err)
	return bytes
}

func verified(public []byte, text, signature string) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, []byte(text), b64u(signature))
}

// canonical writes JSON as the nodes do: members sorted, nothing escaped that need not be.
func canonical(raw json.RawMessage) string {
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var value interface{}
	must(decoder.Decode(&value))
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(value))
	return strings.TrimSuffix(out.String(), "\n")
}

// What a message says somebody did, by kind.
func act(kind string, body object) string {
	members := map[string][]string{
		"case.settle":     {"settle", "case", "content", "note"},
		"register.settle": {"settle-record", "register", "key", "keeper", "content", "note"},
		"case.ask":        {"step", "case", "event", "input"},
		"case.event":      {"step", "case", "event", "input"},
		"bashu.erase":     {"erase", "subject", "reason"},
		"pack.adopt":      {"adopt", "digest"},
	}[kind]
	if kind == "case.event" && string(body["event"]) == `"$start"` {
		members = []string{"start", "service", "input"}
	}
	if members == nil {
		return ""
	}
	done := object{"act": json.RawMessage(`"` + members[0] + `"`)}
	for _, name := range members[1:] {
		if body[name] == nil {
			return ""
		}
		done[name] = body[name]
	}
	raw, err := json.Marshal(done)
	must(err)
	sum := sha256.Sum256([]byte(canonical(raw)))
	return hex.EncodeToString(sum[:])
}

func main() {
	if len(os.Args) != 3 {
		fail("verify_officers BUNDLE AGREEMENT_ID")
	}
	archive, err := zip.OpenReader(os.Args[1])
	must(err)
	files := map[string][]byte{}
	var names []string
	for _, one := range archive.File {
		reader, err := one.Open()
		must(err)
		files[one.Name], err = io.ReadAll(reader)
		must(err)
		names = append(names, one.Name)
	}
	sort.Strings(names)
	for _, line := range strings.Split(strings.TrimSpace(string(files["manifest.sha256"])), "\n") {
		sum := sha256.Sum256(files[line[66:]])
		if hex.EncodeToString(sum[:]) != line[:64] {
			fail("manifest: " + line[66:])
		}
	}

	type signature struct{ Protected, Signature string }
	var record struct {
		Payload    string
		Signatures []signature
	}
	must(json.Unmarshal(files["agreement/000001.json"], &record))
	payload := b64u(record.Payload)
	if sum := sha256.Sum256(payload); hex.EncodeToString(sum[:]) != os.Args[2] {
		fail("another agreement")
	}
	var agreement struct {
		Parties []struct {
			Party string
			Root  struct{ Key string }
		}
	}
	must(json.Unmarshal(payload, &agreement))
	keys := map[string]key{} // the kid tells the party
	for _, party := range agreement.Parties {
		newest := ""
		for _, name := range names {
			if strings.HasPrefix(name, "keys/"+party.Party+"/") {
				newest = name
			}
		}
		must(json.Unmarshal(files[newest], &record))
		if !verified(b64u(party.Root.Key), record.Signatures[0].Protected+"."+record.Payload, record.Signatures[0].Signature) {
			fail("key list of " + party.Party)
		}
		var list struct{ Keys []key }
		must(json.Unmarshal(b64u(record.Payload), &list))
		for _, one := range list.Keys {
			keys[one.Kid] = one
		}
	}

	for _, name := range names {
		if !strings.HasPrefix(name, "messages/") {
			continue
		}
		var envelope struct {
			Protected, Payload, Signature string
			Signatures                    []signature
		}
		must(json.Unmarshal(files[name], &envelope))
		first := signature{envelope.Protected, envelope.Signature}
		if len(envelope.Signatures) > 0 {
			first = envelope.Signatures[0]
		}
		var header struct{ Kid string }
		must(json.Unmarshal(b64u(first.Protected), &header))
		var message struct {
			From, Kind string
			Issued     int64
			Body       object
		}
		must(json.Unmarshal(b64u(envelope.Payload), &message))
		if sender := keys[header.Kid]; sender.Role != "envelope" || !strings.HasPrefix(header.Kid, message.From+"/") ||
			!verified(b64u(sender.Key), first.Protected+"."+envelope.Payload, first.Signature) {
			fail(name + ": signature")
		}
		brought, there := message.Body["$voucher"]
		if !there {
			if message.Kind == "case.settle" {
				for kid, one := range keys {
					if one.Role == "command" && strings.HasPrefix(kid, message.From+"/") && one.From+3600 <= message.Issued {
						fail(name + ": voucher-missing")
					}
				}
			}
			continue
		}
		var voucher struct{ Kid, Said, Signature string }
		must(json.Unmarshal(brought, &voucher))
		service := keys[voucher.Kid]
		var said struct {
			Format, Party, Officer, How, Act string
			Roles                            []string
			At                               int64
		}
		if service.Role != "command" || service.Alg != "EdDSA" || !strings.HasPrefix(voucher.Kid, message.From+"/") ||
			!verified(b64u(service.Key), voucher.Said, voucher.Signature) {
			fail(name + ": voucher: signature")
		}
		must(json.Unmarshal([]byte(voucher.Said), &said))
		if said.Format != "bashu.voucher/v1" || said.Party != message.From || said.Act != act(message.Kind, message.Body) {
			fail(name + ": voucher: of another command")
		}
		if said.At < service.From || said.At > service.To || service.Revoked != 0 && said.At >= service.Revoked ||
			said.At > message.Issued+300 {
			fail(name + ": voucher: not in force")
		}
		fmt.Printf("%s: %s by %s of %s as %s (%s), vouched for by %s\n", name, message.Kind, said.Officer, said.Party,
			strings.Join(said.Roles, ","), said.How, voucher.Kid)
	}
}
