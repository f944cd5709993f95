package party

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// browse starts a Chromium that ends with the test.
func browse(t *testing.T) *harness.Browser {
	t.Helper()
	b, err := harness.OpenBrowser(within(t, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// A visitor is a person on a page of the server. All requests are made by scripts of the
// page.
type visitor struct {
	*harness.Person
	t    *testing.T
	ctx  context.Context
	page *harness.Page
}

// visit opens a page of the server and makes an account in it.
func visit(t *testing.T, b *harness.Browser, s *harness.Server, name string) visitor {
	t.Helper()
	ctx := within(t, 2*time.Minute)
	page, err := b.Open(ctx, s.URL+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	p := harness.NewPerson(client.New(s.URL, &http.Client{Transport: page}), name)
	p.Password = "a brass night latch of one's own" // long enough for the policy hardened
	if err := p.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	return visitor{p, t, ctx, page}
}

// usb is a FIDO2 key on USB that is touched at once.
var usb = harness.BrowserKeyOptions{Protocol: "ctap2", Transport: "usb", Touched: true}

func (s visitor) key(o harness.BrowserKeyOptions) *harness.BrowserKey {
	s.t.Helper()
	k, err := s.page.AddKey(s.ctx, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

// touch answers a security-key step with the browser's WebAuthn API.
func (s visitor) touch(v api.View) (api.Input, error) {
	step, ok := v.Step.(api.UseSecurityKey)
	switch {
	case !ok, v.Refusal != nil:
		return nil, nil
	case len(step.Create) > 0:
		response, err := s.page.Create(s.ctx, json.RawMessage(step.Create))
		return api.KeyResponse{Response: response}, err
	}
	response, err := s.page.Get(s.ctx, json.RawMessage(step.Get))
	return api.KeyResponse{Response: response}, err
}

func (s visitor) enroll() error {
	_, err := s.Play(s.ctx, api.Begin{Kind: api.EnrollKey}, s.touch)
	return err
}

func (s visitor) signIn() error {
	in := *s.Person
	in.Client = s.Client.WithToken("")
	view, err := in.Play(s.ctx, api.Begin{Kind: api.SignIn}, s.touch)
	if _, ok := view.Step.(api.SignedIn); err == nil && !ok {
		return errors.New("signing in ended with " + string(view.Step.StepType()))
	}
	return err
}

func (s visitor) keys() []api.Key {
	s.t.Helper()
	keys, err := s.Client.Keys(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// checkThrown checks that a script threw a DOMException of this name.
func checkThrown(t *testing.T, what string, err error, name string) {
	t.Helper()
	var thrown *harness.ScriptError
	if !errors.As(err, &thrown) || thrown.Name != name {
		t.Errorf("%s: %v; want %s", what, err, name)
	}
}

func refusedAs(t *testing.T, what string, err error, code string) {
	t.Helper()
	var refused *harness.RefusedError
	if !errors.As(err, &refused) || refused.Refusal.Code != code {
		t.Errorf("%s: %v; want %s", what, err, code)
	}
}

// A web page in Chromium enrols and signs in with every kind of key that Chromium can
// simulate.
func TestChromiumEnrolsAndSignsIn(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	for name, tt := range map[string]struct {
		key       harness.BrowserKeyOptions
		transport string
	}{
		"usb":       {usb, "usb"},
		"nfc":       {harness.BrowserKeyOptions{Protocol: "ctap2", Transport: "nfc", Touched: true}, "nfc"},
		"u2f":       {harness.BrowserKeyOptions{Protocol: "u2f", Transport: "usb", Touched: true}, "usb"},
		"bluetooth": {harness.BrowserKeyOptions{Protocol: "ctap2", Transport: "ble", Touched: true}, "ble"},
	} {
		t.Run(name, func(t *testing.T) {
			p := visit(t, b, s, name)
			key := p.key(tt.key)
			if err := p.enroll(); err != nil {
				t.Fatal(err)
			}
			if err := p.signIn(); err != nil {
				t.Fatal(err)
			}
			keys := p.keys()
			if len(keys) != 1 || len(keys[0].Transports) != 1 || keys[0].Transports[0] != tt.transport || keys[0].LastUsed == nil || keys[0].PossiblyCopied {
				t.Errorf("keys %+v", keys)
			}
			// R33: the server excludes the keys that are already enrolled.
			checkThrown(t, "the same key again", p.enroll(), "InvalidStateError")

			other := p.key(tt.key)
			if err := key.Remove(p.ctx); err != nil {
				t.Fatal(err)
			}
			checkThrown(t, "a key without an account", p.signIn(), "NotAllowedError")
			if err := p.enroll(); err != nil {
				t.Errorf("a second key: %v", err)
			}
			if err := p.signIn(); err != nil {
				t.Errorf("with the second key: %v", err)
			}
			if made, err := other.Credentials(p.ctx); err != nil || len(made) != 1 || len(p.keys()) != 2 {
				t.Errorf("the second key holds %d, the account %+v: %v", len(made), p.keys(), err)
			}
		})
	}
}

// A page may ask for an attestation statement, although ours does not. The server accepts
// Chromium's statements of the formats packed and fido-u2f.
func TestChromiumsAttestation(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	for protocol, format := range map[string]string{"ctap2": "packed", "u2f": "fido-u2f"} {
		t.Run(format, func(t *testing.T) {
			p := visit(t, b, s, protocol)
			p.key(harness.BrowserKeyOptions{Protocol: protocol, Transport: "usb", Touched: true})
			var response api.KeyResponse
			_, err := p.Play(p.ctx, api.Begin{Kind: api.EnrollKey}, func(v api.View) (api.Input, error) {
				step, ok := v.Step.(api.UseSecurityKey)
				if !ok || v.Refusal != nil {
					return nil, nil
				}
				direct := strings.Replace(string(step.Create), `"attestation":"none"`, `"attestation":"direct"`, 1)
				made, err := p.page.Create(p.ctx, json.RawMessage(direct))
				response = api.KeyResponse{Response: made}
				return response, err
			})
			if err != nil {
				t.Fatal(err)
			}
			var made struct {
				Response struct {
					AttestationObject string `json:"attestationObject"`
				} `json:"response"`
			}
			if err := json.Unmarshal(response.Response, &made); err != nil {
				t.Fatal(err)
			}
			if got := statementOf(t, made.Response.AttestationObject); got != format {
				t.Errorf("the attestation format is %q", got)
			}
			if err := p.signIn(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A credential from another address is refused: by the browser if the host name differs,
// and by the server if only the port differs.
func TestChromiumAtAnotherAddress(t *testing.T) {
	s, other, b := serve(t, built.plain), serve(t, built.plain), browse(t)
	p := visit(t, b, s, "robin")
	p.key(usb)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	made := p.keys()

	elsewhere := p
	var err error
	elsewhere.page, err = b.Open(p.ctx, strings.Replace(s.URL, "localhost", "127.0.0.1", 1)+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.key(usb)
	checkThrown(t, "at the address without a name", elsewhere.enroll(), "SecurityError")
	checkThrown(t, "at the address without a name", elsewhere.signIn(), "SecurityError")

	elsewhere.page, err = b.Open(p.ctx, other.URL+"/api/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.key(usb)
	refusedAs(t, "at another port", elsewhere.enroll(), api.Denied)
	// a page there cannot even send requests
	stranger := harness.NewPerson(client.New(s.URL, &http.Client{Transport: elsewhere.page}), "stranger")
	if err := stranger.SignUp(p.ctx); err == nil {
		t.Error("a page on another port created an account")
	}
	if now := p.keys(); len(now) != len(made) {
		t.Errorf("keys %+v", now)
	}
}

// R34: a copied key has the signature counter of the time of copying. With the policy classic
// both keys still sign in, and the key is marked as copied.
func TestChromiumsCopiedKey(t *testing.T) {
	s, b := serve(t, built.plain), browse(t)
	p := visit(t, b, s, "robin")
	original := p.key(usb)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	stolen, err := original.Credentials(p.ctx)
	if err != nil || len(stolen) != 1 {
		t.Fatal(stolen, err)
	}
	for range 3 {
		if err := p.signIn(); err != nil {
			t.Fatal(err)
		}
	}
	if keys := p.keys(); keys[0].PossiblyCopied {
		t.Errorf("before: %+v", keys)
	}
	if err := original.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.key(usb).Put(p.ctx, stolen[0]); err != nil {
		t.Fatal(err)
	}
	if err := p.signIn(); err != nil {
		t.Errorf("classic: %v", err)
	}
	if keys := p.keys(); !keys[0].PossiblyCopied {
		t.Errorf("after: %+v", keys)
	}
}

// R30, R34: the policy hardened needs user verification and refuses a copied key.
func TestChromiumUnderHardened(t *testing.T) {
	s, b := serve(t, built.plain, "--policy", "hardened"), browse(t)
	p := visit(t, b, s, "robin")
	plain := p.key(usb)
	checkThrown(t, "a key without a PIN", p.enroll(), "NotAllowedError")
	if err := plain.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	pin := usb
	pin.CanVerify = true
	wrong := p.key(pin)
	checkThrown(t, "a PIN that nobody knows", p.enroll(), "NotAllowedError")
	if err := wrong.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	pin.Verified = true
	key := p.key(pin)
	if err := p.enroll(); err != nil {
		t.Fatal(err)
	}
	held, err := key.Credentials(p.ctx)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	if err := p.signIn(); err != nil {
		t.Fatal(err)
	}
	if err := key.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	copied := p.key(pin)
	if err := copied.Put(p.ctx, held[0]); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, "a copy", p.signIn(), api.KeyPossiblyCopied)
	if err := copied.Remove(p.ctx); err != nil {
		t.Fatal(err)
	}
	// A page that does not ask for user verification: the key signs without its PIN.
	held[0].SignCount += 10
	if err := p.key(usb).Put(p.ctx, held[0]); err != nil {
		t.Fatal(err)
	}
	_, err = p.Play(p.ctx, api.Begin{Kind: api.SignIn}, func(v api.View) (api.Input, error) {
		step, ok := v.Step.(api.UseSecurityKey)
		if !ok || v.Refusal != nil {
			return nil, nil
		}
		response, err := p.page.Get(p.ctx, json.RawMessage(strings.Replace(string(step.Get), `"required"`, `"discouraged"`, 1)))
		return api.KeyResponse{Response: response}, err
	})
	refusedAs(t, "without the PIN", err, api.KeyNotVerified)
}
