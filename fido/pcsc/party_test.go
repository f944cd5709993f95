//go:build linux && cgo && !nopcsc && !nofido

package pcsc_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"nightlatch/fido"
	"nightlatch/fido/bridge"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/pcsc"
	"nightlatch/fido/pcsc/pcsctest"
	"nightlatch/fido/softkey"
)

// A setting has all layers from a ceremony to a card: fido's client, libfido2, a
// pseudo-terminal, the bridge, libpcsclite, pcscd, and vsmartcard's virtual reader.
type setting struct {
	bridge *bridge.Bridge
	client *fido.Client
}

func newSetting(t testing.TB) setting {
	t.Helper()
	b, err := bridge.New(bridge.Config{Readers: pcsc.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	c, err := fido.New(fido.Config{
		Open: libfido2.Backend{}, Devices: b.Devices, Changes: b.Changes, Reader: b.Reader,
		Origin: "http://localhost:8440",
	})
	if err != nil {
		t.Fatal(err)
	}
	return setting{b, c}
}

// until waits until the reader is in a state.
func (s setting) until(t testing.TB, want fido.ReaderState) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	changes := s.bridge.Changes(ctx)
	for {
		got := s.client.Reader(ctx)
		if got.State == want {
			return
		}
		if _, ok := <-changes; !ok {
			t.Fatalf("the reader is %v, want %v", got.State, want)
		}
	}
}

// key waits for a key on the reader.
func (s setting) key(t testing.TB) fido.Device {
	t.Helper()
	s.until(t, fido.ReaderReady)
	ds, err := s.client.Devices(t.Context())
	if err != nil || len(ds) != 1 || ds[0].Product != pcsctest.Reader || ds[0].Transport != fido.NFC {
		t.Fatalf("devices %+v, %v", ds, err)
	}
	return ds[0]
}

// A person is an Interaction that enters a PIN.
type person struct{ pin string }

func (person) Show(fido.Prompt) {}

func (p person) PIN(context.Context, int, bool) (string, error) { return p.pin, nil }

type object = map[string]any

func random64() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func options(t testing.TB, o object) json.RawMessage {
	t.Helper()
	o["challenge"] = random64()
	raw, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// creation excludes some credentials to make the request long.
func creation(t testing.TB, verification string) json.RawMessage {
	t.Helper()
	exclude := []object{}
	for range 7 {
		exclude = append(exclude, object{"type": "public-key", "id": random64() + random64()})
	}
	return options(t, object{
		"rp":                     object{"id": "localhost", "name": "Nightlatch"},
		"user":                   object{"id": "YWxpY2U", "name": "alice", "displayName": "Alice"},
		"pubKeyCredParams":       []object{{"type": "public-key", "alg": -7}},
		"excludeCredentials":     exclude,
		"authenticatorSelection": object{"userVerification": verification},
	})
}

func request(t testing.TB, verification string, made json.RawMessage) json.RawMessage {
	t.Helper()
	var r struct{ ID string }
	if err := json.Unmarshal(made, &r); err != nil {
		t.Fatal(err)
	}
	return options(t, object{
		"rpId": "localhost", "userVerification": verification,
		"allowCredentials": []object{{"type": "public-key", "id": r.ID}},
	})
}

// A key is enrolled and signs in over a real pcscd, in chained and in extended APDUs.
func TestCeremonies(t *testing.T) {
	t.Parallel()
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	pcsctest.Start(t, true)
	s := newSetting(t)
	s.until(t, fido.ReaderEmpty)
	for _, tt := range []struct {
		name              string
		cfg               applet.Config
		pin, verification string
	}{
		{name: "chained", cfg: applet.Config{NoExtended: true}, verification: "discouraged"},
		{name: "extended", cfg: applet.Config{NoChains: true}, verification: "discouraged"},
		{name: "with a PIN", pin: "123456", verification: "required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, gate := newKey(t, tt.cfg)
			if tt.pin != "" {
				a, gate = newKeyWithPIN(t, tt.pin)
			}
			who := person{tt.pin}
			l := pcsctest.PlaceCard(t, a)
			made, err := s.client.Create(t.Context(), s.key(t), creation(t, tt.verification), who)
			if err != nil {
				t.Fatalf("Create: %v", err)
			}
			if err := l.Pull(); err != nil {
				t.Fatal(err)
			}
			s.until(t, fido.ReaderEmpty)
			l = pcsctest.PlaceCard(t, a)
			if _, err := s.client.Get(t.Context(), s.key(t), request(t, tt.verification, made), who); err != nil {
				t.Errorf("Get: %v", err)
			}
			if gate.Waiting() {
				t.Error("one tap was not enough")
			}
			if err := l.Pull(); err != nil {
				t.Error(err)
			}
			s.until(t, fido.ReaderEmpty)
		})
	}
}

func newKeyWithPIN(t testing.TB, pin string) (*applet.Applet, *softkey.Gate) {
	t.Helper()
	gate := &softkey.Gate{}
	a := applet.New(applet.Config{Touch: gate})
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC})
	if err == nil {
		err = k.SetPIN(pin)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.Install(k)
	return a, gate
}

// libfido2's own tools, which have no support for readers on Debian, can use the key.
func TestTools(t *testing.T) {
	t.Parallel()
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	pcsctest.Start(t, true)
	s := newSetting(t)
	a, gate := newKey(t, applet.Config{})
	gate.SetAuto(true)
	pcsctest.PlaceCard(t, a)
	path := s.key(t).Path
	tool := func(in []string, name string, args ...string) []string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Stdin = strings.NewReader(strings.Join(in, "\n") + "\n")
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, &complaint)
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	if out := strings.Join(tool(nil, "fido2-token", "-I", path), "\n"); !strings.Contains(out, "transport strings: nfc") {
		t.Errorf("fido2-token -I printed\n%s", out)
	}
	standard := func() string { return base64.StdEncoding.EncodeToString([]byte(rand.Text() + "123456")) }
	made := tool([]string{standard(), "localhost", "alice", standard()}, "fido2-cred", "-M", path)
	verified := tool(made, "fido2-cred", "-V")
	pem := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(pem, []byte(strings.Join(verified[1:], "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	signed := tool([]string{standard(), "localhost", verified[0]}, "fido2-assert", "-G", path)
	tool(signed, "fido2-assert", "-V", "-p", pem)
}

// A bankCard has no FIDO application.
type bankCard struct{}

func (bankCard) PowerUp()                        {}
func (bankCard) PowerDown()                      {}
func (bankCard) Transmit([]byte) ([]byte, error) { return []byte{0x6a, 0x82}, nil }

// Each reason why there is no key has a separate error, including a key that is removed
// while it waits for a touch.
func TestFaults(t *testing.T) {
	t.Parallel()
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	s := newSetting(t)
	expect := func(state fido.ReaderState, err error) {
		t.Helper()
		s.until(t, state)
		if got := s.client.Reader(t.Context()).State.Err(); !errors.Is(got, err) {
			t.Errorf("%v is %v, want %v", state, got, err)
		}
		if ds, err := s.client.Devices(t.Context()); err != nil || len(ds) > 0 {
			t.Errorf("%v: devices %v, %v", state, ds, err)
		}
	}
	expect(fido.NoReaderService, fido.ErrNoReaderService)
	service := pcsctest.Start(t, false)
	expect(fido.NoReader, fido.ErrNoReader)
	service.Stop()
	expect(fido.NoReaderService, fido.ErrNoReaderService)
	service = pcsctest.Start(t, true)
	expect(fido.ReaderEmpty, fido.ErrNoCard)
	l := pcsctest.PlaceCard(t, bankCard{})
	expect(fido.ReaderNotFIDO, fido.ErrNotFIDOCard)
	if err := l.Pull(); err != nil {
		t.Error(err)
	}
	expect(fido.ReaderEmpty, fido.ErrNoCard)

	for _, what := range []string{"the card", "the service"} {
		a, gate := newKey(t, applet.Config{})
		waits := make(chan struct{}, 8)
		gate.Changed = func() { waits <- struct{}{} }
		l := pcsctest.PlaceCard(t, a)
		d := s.key(t)
		if _, err := s.client.Create(t.Context(), d, creation(t, "discouraged"), person{}); err != nil {
			t.Fatal(err)
		}
		pulled := make(chan struct{})
		go func() {
			defer close(pulled)
			<-waits
			if what == "the service" {
				service.Stop()
			}
			_ = l.Pull()
		}()
		_, err := s.client.Create(t.Context(), d, creation(t, "discouraged"), person{})
		if !errors.Is(err, fido.ErrCardPulled) || !errors.Is(err, fido.ErrRemoved) {
			t.Errorf("%s was removed during a ceremony: %v, want %v", what, err, fido.ErrCardPulled)
		}
		<-pulled
	}
	expect(fido.NoReaderService, fido.ErrNoReaderService)
}

// Other programs use the reader too. The bridge waits for one that uses the card
// exclusively, and works after one that selected another application or reset the card.
func TestOtherPrograms(t *testing.T) {
	t.Parallel()
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	pcsctest.Start(t, true)
	s := newSetting(t)
	s.until(t, fido.ReaderEmpty)
	other, err := scard.EstablishContext()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Release() }()
	use := func(mode scard.ShareMode) *scard.Card {
		t.Helper()
		var card *scard.Card
		var err error
		for begun := time.Now(); time.Since(begun) < 10*time.Second; { // until pcscd has seen the card
			if card, err = other.Connect(pcsctest.Reader, mode, scard.ProtocolT1); !errors.Is(err, scard.ErrNoSmartcard) {
				break
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return card
	}

	a, gate := newKey(t, applet.Config{})
	gate.SetAuto(true)
	s.bridge.Close() // otherwise the bridge would connect before the other program
	pcsctest.PlaceCard(t, a)
	card := use(scard.ShareExclusive)
	s = newSetting(t)
	s.until(t, fido.ReaderBusy)
	if err := card.Disconnect(scard.LeaveCard); err != nil {
		t.Fatal(err)
	}
	d := s.key(t)
	made, err := s.client.Create(t.Context(), d, creation(t, "discouraged"), person{})
	if err != nil {
		t.Fatal(err)
	}

	card = use(scard.ShareShared)
	if err := card.BeginTransaction(); err != nil { // as soon as the bridge releases the card
		t.Fatal(err)
	}
	visa := []byte{0x00, 0xa4, 0x04, 0x00, 0x07, 0xa0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10}
	if _, err := card.Transmit(visa); err != nil {
		t.Fatal(err)
	}
	if err := card.EndTransaction(scard.ResetCard); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Get(t.Context(), d, request(t, "discouraged", made), person{}); err != nil {
		t.Errorf("Get: %v", err)
	}
	if err := card.Disconnect(scard.ResetCard); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Get(t.Context(), d, request(t, "discouraged", made), person{}); err != nil {
		t.Errorf("second Get: %v", err)
	}
}
