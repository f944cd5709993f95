//go:build cgo && !nofido

package ctap2_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/ctap2"
	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/fidotest"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
)

// A recorder is a key that records the requests it gets.
type recorder struct {
	*softkey.Key
	mu       sync.Mutex
	requests [][]byte
}

func (r *recorder) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	r.mu.Lock()
	r.requests = append(r.requests, slices.Clone(request))
	r.mu.Unlock()
	return r.Key.CBOR(ctx, request, status)
}

// asked returns the requests since the last call in a form that can be compared: what is
// random is replaced by its length, and each different request counts once. libfido2 asks
// for its capabilities, and for a token, more often.
func (r *recorder) asked(t *testing.T) []string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	set := make(map[string]bool)
	for _, request := range r.requests {
		if request[0] == wire.GetInfo {
			continue
		}
		command := request[0]
		if command == wire.CredMgmtPreview { // libfido2 1.12 uses the preview's number
			command = wire.CredMgmt
		}
		params := make(map[any]any)
		if len(request) > 1 {
			if err := wire.Decode(request[1:], &params); err != nil {
				t.Fatalf("request %x: %v", request, err)
			}
			if again, err := wire.Encode(params); err != nil || !bytes.Equal(again, request[1:]) {
				t.Errorf("request %x is not canonical: %x, %v", request, again, err)
			}
		}
		hide(command, params)
		set[fmt.Sprintf("%#02x %v", command, params)] = true
	}
	r.requests = nil
	return slices.Sorted(maps.Keys(set))
}

// hide replaces random values by their sizes.
func hide(command byte, params map[any]any) {
	random := map[byte][]uint64{wire.MakeCredential: {8}, wire.GetAssertion: {6}, wire.ClientPIN: {4, 5, 6}, wire.CredMgmt: {4}}
	for _, member := range random[command] {
		if value, is := params[member].([]byte); is {
			params[member] = fmt.Sprintf("%d bytes", len(value))
		}
	}
	if command == wire.ClientPIN {
		if params[uint64(9)] == uint64(wire.MayManage) {
			delete(params, uint64(10)) // libfido2 lists each relying party with a token of its own
		}
		if point, is := params[uint64(3)].(map[any]any); is {
			for _, coordinate := range []int64{-2, -3} {
				point[coordinate] = fmt.Sprintf("%d bytes", len(point[coordinate].([]byte)))
			}
		}
	}
}

// Our client sends the same requests as libfido2, member by member, for both PIN
// protocols.
func TestSameRequestsAsLibfido2(t *testing.T) {
	t.Parallel()
	for _, protocol := range []int{1, 2} {
		for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.Fingerprint} {
			t.Run(fmt.Sprintf("%s, PIN protocol %d", kind, protocol), func(t *testing.T) {
				t.Parallel()
				pair(t, protocol, kind)
			})
		}
	}
}

// pair runs the same calls with libfido2 and with our client.
func pair(t *testing.T, protocol int, kind softkey.Kind) {
	t.Helper()
	theirs, ours := record(t, protocol, kind), record(t, protocol, kind)
	path := onTerminal(t, theirs)
	hash, userID := fidotest.Random(), []byte("account 1")
	request := fido.CredentialRequest{
		ClientDataHash: hash, RPID: "localhost", RPName: "Nightlatch", UserID: userID, UserName: "alice", UserDisplayName: "Alice", Algorithm: fido.ES256,
	}
	makes := func(change func(*fido.CredentialRequest)) func(fido.Key) error {
		return func(k fido.Key) error {
			r := request
			change(&r)
			_, err := k.MakeCredential(t.Context(), r)
			return err
		}
	}
	asserts := func(r fido.AssertionRequest) func(fido.Key) error {
		return func(k fido.Key) error {
			r.ClientDataHash, r.RPID = hash, "localhost"
			_, err := k.Assert(t.Context(), r)
			return err
		}
	}
	foreign := [][]byte{bytes.Repeat([]byte{1}, 64), bytes.Repeat([]byte{2}, 48)}
	for _, step := range []struct {
		name string
		call func(k fido.Key) error
	}{
		{"tries", func(k fido.Key) error { _, err := k.PINTries(t.Context()); return err }},
		{"make", makes(func(*fido.CredentialRequest) {})},
		{"make with an exclude list and another algorithm", makes(func(r *fido.CredentialRequest) { r.Exclude, r.Algorithm = foreign, fido.EdDSA })},
		{"make without names", makes(func(r *fido.CredentialRequest) { r.RPName, r.UserDisplayName = "", "" })},
		{"make with the sensor", makes(func(r *fido.CredentialRequest) { r.Verify = kind == softkey.Fingerprint })},
		{"a silent assertion", asserts(fido.AssertionRequest{CredentialIDs: foreign, Silent: true})},
		{"an assertion with the sensor", asserts(fido.AssertionRequest{CredentialIDs: foreign, Verify: kind == softkey.Fingerprint})},
		{"the first PIN", func(k fido.Key) error { return k.SetPIN(t.Context(), "", "123456") }},
		{"another PIN", func(k fido.Key) error { return k.SetPIN(t.Context(), "123456", "6543210") }},
		{"a wrong PIN", func(k fido.Key) error { return k.SetPIN(t.Context(), "123456", "6543210") }},
		{"make discoverable with the PIN", makes(func(r *fido.CredentialRequest) { r.Discoverable, r.PIN = true, "6543210" })},
		{"an assertion with the PIN", asserts(fido.AssertionRequest{PIN: "6543210"})},
		{"a list", func(k fido.Key) error { _, err := k.Credentials(t.Context(), "6543210"); return err }},
		{"deleting", func(k fido.Key) error { return k.DeleteCredential(t.Context(), foreign[0], "6543210") }},
		{"reset", func(k fido.Key) error { return k.Reset(t.Context()) }},
	} {
		var errs [2]error
		for i, open := range []func() (fido.Key, error){
			func() (fido.Key, error) { return libfido2.Backend{}.Open(t.Context(), path) },
			func() (fido.Key, error) { return ctap2.New(ctap2.Config{Backend: ours}) },
		} {
			k, err := open()
			if err != nil {
				t.Fatal(err)
			}
			errs[i] = step.call(k)
			if err := k.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if !errors.Is(errs[1], errs[0]) && fmt.Sprint(errs[0]) != fmt.Sprint(errs[1]) {
			t.Errorf("%s: libfido2: %v; our client: %v", step.name, errs[0], errs[1])
		}
		if want, got := theirs.asked(t), ours.asked(t); !slices.Equal(got, want) {
			t.Errorf("%s: libfido2 sends\n%q\nour client sends\n%q", step.name, want, got)
		}
	}
}

func record(t *testing.T, protocol int, kind softkey.Kind) *recorder {
	t.Helper()
	return &recorder{Key: fidotest.AutoTouchKey(t, softkey.Config{Kind: kind, Protocols: []int{protocol}})}
}

// onTerminal puts a key behind a pseudo-terminal.
func onTerminal(t *testing.T, k ctaphid.Backend) string {
	t.Helper()
	e, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	server, err := ctaphid.NewServer(e, ctaphid.Config{Backend: k, Queue: e})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.WithoutCancel(t.Context())) }()
	t.Cleanup(func() {
		if err := errors.Join(e.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	return e.Path()
}
