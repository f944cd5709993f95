package party

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// The server's relying-party ID is changed. Keys of the old ID are recognised in refusals,
// and the user can add a key for the new ID.
func TestChromiumAfterTheNameChanged(t *testing.T) {
	b := browse(t)
	ctx := within(t, 2*time.Minute)
	data := filepath.Join(t.TempDir(), "kept")
	start := func(args ...string) *harness.Server {
		t.Helper()
		s, err := harness.Serve(ctx, built.plain, append([]string{"--lab", "--data", data}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := start("--listen", "127.0.0.1:0")
	p := visit(t, b, before, "robin")
	p.key(usb)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	if err := p.signIn(); err != nil {
		t.Fatal(err)
	}
	before.Kill()

	_, port, _ := strings.Cut(strings.TrimPrefix(before.URL, "http://"), ":")
	origin := "http://nightlatch.localhost:" + port // Chromium resolves it to loopback
	after := start("--listen", "127.0.0.1:"+port, "--rp-id", "nightlatch.localhost", "--origin", origin)
	defer after.Kill()
	page, err := b.Open(ctx, origin+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	p.page, p.Client = page, client.New(origin, &http.Client{Transport: page}).WithToken(p.Client.Token())
	p.key(usb)

	err = p.signIn()
	refusedAs(t, "with the key of the old name alone", err, api.KeyForeignRP)
	var refused *harness.RefusedError
	if errors.As(err, &refused) && (refused.Refusal.KeyRPID != "localhost" || refused.Refusal.RPID != "nightlatch.localhost" || refused.Refusal.Reason != "only") {
		t.Errorf("%+v", refused.Refusal)
	}
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	if err := p.signIn(); err != nil {
		t.Error(err)
	}
	keys := p.keys()
	if len(keys) != 2 || !keys[0].ForeignRP || keys[0].RPID != "localhost" || keys[1].ForeignRP || keys[1].RPID != "nightlatch.localhost" {
		t.Errorf("keys %+v", keys)
	}
	// The page at the old name is no longer an allowed origin.
	p.page, err = b.Open(ctx, after.URL+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	p.key(usb)
	checkThrown(t, "at the old name", p.signIn(), "SecurityError")
}

// A pluggedKey is a software key on a pseudo-terminal of this process, so that a test can
// read its secrets.
func pluggedKey(t *testing.T) (path string, key *softkey.Key) {
	t.Helper()
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: "usb"})
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	server, err := ctaphid.NewServer(endpoint, ctaphid.Config{Backend: key, Queue: endpoint, Wink: func() {}, Version: [3]byte{1, 0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(ctx) // ends when the pseudo-terminal is closed
	}()
	t.Cleanup(func() {
		cancel()
		if err := endpoint.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
	return endpoint.Path(), key
}

// privateKey opens a credential ID of the software key (fido/softkey, credential.go): mark,
// nonce, and the sealed algorithm, protection, residence and seed.
func privateKey(t *testing.T, key *softkey.Key, rpID string, id []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key.State().Secret)
	if err != nil {
		t.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	sealed := id[len(softkey.Mark):]
	rp := sha256.Sum256([]byte(rpID))
	plain, err := seal.Open(nil, sealed[:seal.NonceSize()], sealed[seal.NonceSize():], rp[:])
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), plain[3:])
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pkcs8
}

// R35: a key that was enrolled at a terminal, through libfido2, signs in on the web page,
// through Chromium.
func TestKeyOfTheTerminalInChromium(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	p := visit(t, b, s, "robin")
	if err := p.confirmEmail(); err != nil {
		t.Fatal(err)
	}
	path, key := pluggedKey(t)
	got := run(t, session(p.Client.Token()), p.Password+"\n", built.plain, "key", "enroll", "--server", s.URL, "--device", path, "--label", "Blue")
	if got.status != 0 {
		t.Fatalf("enroll: %+v", got)
	}
	keys := p.keys()
	if len(keys) != 1 || keys[0].Label != "Blue" {
		t.Fatalf("keys %+v", keys)
	}
	id, err := base64.RawURLEncoding.DecodeString(keys[0].CredentialID)
	if err != nil {
		t.Fatal(err)
	}
	in := p.key(usb)
	err = in.Put(p.ctx, harness.BrowserCredential{ID: id, RPID: "localhost", PrivateKey: privateKey(t, key, "localhost", id), SignCount: key.State().Counter})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.signIn(); err != nil {
		t.Fatal(err)
	}
	checkThrown(t, "R33: in the browser, after the terminal", p.enroll(), "InvalidStateError")
	if keys := p.keys(); keys[0].LastUsed == nil || keys[0].PossiblyCopied {
		t.Errorf("keys %+v", keys)
	}
}

// confirmEmail confirms the account's address with an enrolment that is cancelled
// afterwards.
func (s visitor) confirmEmail() error {
	enough := errors.New("confirmed")
	_, err := s.Play(s.ctx, api.Begin{Kind: api.EnrollKey}, func(v api.View) (api.Input, error) {
		if _, ok := v.Step.(api.UseSecurityKey); ok {
			return nil, enough
		}
		return nil, nil
	})
	if errors.Is(err, enough) {
		return nil
	}
	return err
}
