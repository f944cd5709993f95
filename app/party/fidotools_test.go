package party

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// plug plugs in a virtual key that needs no touch.
func plug(t *testing.T, ctx context.Context, s *harness.Server, name, pin string) api.LabKey {
	t.Helper()
	key, err := s.Client.PlugKey(ctx, api.LabKey{Name: name, Transport: "usb", PIN: pin})
	if err == nil {
		err = s.Client.SetAutoTouch(ctx, key.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// clientData is the CollectedClientData of a ceremony (W3C WebAuthn §5.8.1).
func clientData(t *testing.T, kind, challenge, origin string) (text []byte, hash string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return text, base64.StdEncoding.EncodeToString(sum[:])
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unwrap removes the CBOR byte string around authenticator data that fido2-cred and
// fido2-assert print.
func unwrap(t *testing.T, s string) []byte {
	t.Helper()
	var b []byte
	if err := cbor.Unmarshal(decode(t, s), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// Yubico's tools enrol and sign in with the server's options and verify the virtual key's
// answers, and the server accepts them: with each algorithm, and with a U2F key.
func TestFidoToolsEnrolAndSignIn(t *testing.T) {
	for _, tt := range []struct {
		name, algorithm, info string
		kind                  api.KeyKind
		alg                   int
	}{
		{"ES256", "es256", "FIDO_2_0", api.KeyFIDO2, -7},
		{"EdDSA", "eddsa", "FIDO_2_0", api.KeyFIDO2, -8},
		{"U2F", "es256", "nocbor", api.KeyU2F, -7},
	} {
		t.Run(tt.name, func(t *testing.T) { fidoTools(t, tt.kind, tt.algorithm, tt.alg, tt.info) })
	}
}

func fidoTools(t *testing.T, kind api.KeyKind, algorithm string, alg int, says string) {
	s := serve(t, built.plain)
	ctx := within(t, 2*time.Minute)
	key, err := s.Client.PlugKey(ctx, api.LabKey{Name: "Blue", Transport: "usb", Kind: kind})
	if err == nil {
		err = s.Client.SetAutoTouch(ctx, key.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	tool := func(input, name string, args ...string) []string {
		t.Helper()
		out, err := harness.Run(ctx, input, name, args...)
		if err != nil {
			t.Fatal(err)
		}
		return lines(out)
	}
	if info := strings.Join(tool("", "fido2-token", "-I", key.Path), "\n"); !strings.Contains(info, says) {
		t.Errorf("fido2-token -I says\n%s", info)
	}

	p := harness.NewPerson(s.Client, "robin")
	if err := p.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	publicKey := filepath.Join(t.TempDir(), "key.pem")
	var credentialID []byte
	enrol := func(v api.View) (api.Input, error) {
		step, ok := v.Step.(api.UseSecurityKey)
		if !ok {
			return nil, nil
		}
		var options struct {
			Challenge string
			RP        struct{ ID string }
			User      struct{ ID, Name string }
		}
		if err := json.Unmarshal(step.Create, &options); err != nil {
			return nil, err
		}
		text, hash := clientData(t, "webauthn.create", options.Challenge, s.URL)
		userID, err := base64.RawURLEncoding.DecodeString(options.User.ID)
		if err != nil {
			return nil, err
		}
		made := tool(strings.Join([]string{hash, options.RP.ID, options.User.Name, base64.StdEncoding.EncodeToString(userID), ""}, "\n"),
			"fido2-cred", "-M", key.Path, algorithm)
		// client data hash, relying party, format, authenticator data, ID, signature
		verified := tool(strings.Join(made, "\n")+"\n", "fido2-cred", "-V", algorithm)
		if verified[0] != made[4] {
			t.Errorf("fido2-cred -V names the credential %s, -M %s", verified[0], made[4])
		}
		if err := os.WriteFile(publicKey, []byte(strings.Join(verified[1:], "\n")+"\n"), 0o600); err != nil {
			return nil, err
		}
		credentialID = decode(t, made[4])
		attestation, err := cbor.Marshal(map[string]any{
			"fmt":      made[2],
			"authData": unwrap(t, made[3]),
			"attStmt":  statement(t, made, alg),
		})
		if err != nil {
			return nil, err
		}
		return keyResponse(credentialID, map[string]any{
			"clientDataJSON":    url64(text),
			"attestationObject": url64(attestation),
			"transports":        []string{"usb"},
		})
	}
	if _, err := p.Play(ctx, api.Begin{Kind: api.EnrollKey}, enrol); err != nil {
		t.Fatal(err)
	}
	keys, err := p.Client.Keys(ctx)
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %+v: %v", keys, err)
	}

	signIn := func(v api.View) (api.Input, error) {
		step, ok := v.Step.(api.UseSecurityKey)
		if !ok {
			return nil, nil
		}
		var options struct {
			Challenge        string
			RPID             string `json:"rpId"`
			AllowCredentials []struct{ ID string }
		}
		if err := json.Unmarshal(step.Get, &options); err != nil {
			return nil, err
		}
		if len(options.AllowCredentials) != 1 || options.AllowCredentials[0].ID != url64(credentialID) {
			t.Errorf("the server allows %+v", options.AllowCredentials)
		}
		text, hash := clientData(t, "webauthn.get", options.Challenge, s.URL)
		got := tool(strings.Join([]string{hash, options.RPID, base64.StdEncoding.EncodeToString(credentialID), ""}, "\n"),
			"fido2-assert", "-G", key.Path)
		// client data hash, relying party, authenticator data, signature
		tool(strings.Join(got, "\n")+"\n", "fido2-assert", "-V", publicKey, algorithm)
		return keyResponse(credentialID, map[string]any{
			"clientDataJSON":    url64(text),
			"authenticatorData": url64(unwrap(t, got[2])),
			"signature":         url64(decode(t, got[3])),
		})
	}
	p.Client = p.Client.WithToken("")
	view, err := p.Play(ctx, api.Begin{Kind: api.SignIn}, signIn)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := view.Step.(api.SignedIn); !ok {
		t.Errorf("signing in ended with %T", view.Step)
	}
}

// statement returns the attestation statement for the output of fido2-cred (W3C WebAuthn
// §8.2 and §8.6): self-attestation, or a U2F key's with its certificate.
func statement(t *testing.T, made []string, alg int) map[string]any {
	t.Helper()
	if made[2] == "fido-u2f" {
		return map[string]any{"sig": decode(t, made[5]), "x5c": [][]byte{decode(t, made[6])}}
	}
	return map[string]any{"alg": alg, "sig": decode(t, made[5])}
}

func url64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// keyResponse returns the JSON form of a PublicKeyCredential (W3C WebAuthn §5.1).
func keyResponse(id []byte, response map[string]any) (api.Input, error) {
	b, err := json.Marshal(map[string]any{
		"id": url64(id), "rawId": url64(id), "type": "public-key",
		"response": response, "clientExtensionResults": map[string]any{},
	})
	return api.KeyResponse{Response: b}, err
}

// nightlatch key: enrol, list, sign in, and refusals of one line.
func TestKeyCommands(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, 2*time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	key := plug(t, ctx, s, "Blue", "2468")
	env := session(p.Client.Token())
	run := func(input string, args ...string) outcome {
		return run(t, env, input, built.plain, append([]string{"key"}, args...)...)
	}

	if got := run("", "list", "--device", key.Path); got.status != 0 || got.stdout != key.Path+"\tusb\tNightlatch lab key\tLAB\n" {
		t.Errorf("list: %+v", got)
	}
	if got := run("", "list", "--server", s.URL); got.status != 0 || !strings.Contains(got.stdout, key.Path+"\tusb\tBlue\tLAB\n") {
		t.Errorf("list with the lab's: %+v", got)
	}
	if got := run("", "list", "--server", "http://localhost:1"); got.status != 1 || !strings.Contains(got.stderr, "No Nightlatch server answers at http://localhost:1.") {
		t.Errorf("list with those of no server: %+v", got)
	}
	enrol := []string{"enroll", "--server", s.URL, "--device", key.Path, "--label", "Blue one", "--password-from", "-", "--pin-from", "-"}
	if got := run(p.Password+"\n2468\n", enrol...); got.status != 0 {
		t.Fatalf("enroll: %+v", got)
	}
	if keys, err := p.Client.Keys(ctx); err != nil || len(keys) != 1 || keys[0].Label != "Blue one" {
		t.Errorf("keys %+v: %v", keys, err)
	}
	refused := func(name string, got outcome, want string) {
		t.Helper()
		if got.status != 1 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	refused("R33: the same key again", run(p.Password+"\n2468\n", enrol...), "already enrolled")

	signIn := []string{"sign-in", "--server", s.URL, "--device", key.Path, "--user", p.Name, "--password-from", "-", "--pin-from", "-"}
	got := run(p.Password+"\n2468\n", signIn...)
	if got.status != 0 || strings.Count(got.stdout, "\n") != 1 {
		t.Fatalf("sign-in: %+v", got)
	}
	token := strings.TrimSpace(got.stdout)
	if a, err := s.Client.WithToken(token).Account(ctx); err != nil || a.Username != p.Name {
		t.Errorf("the printed token opens %+v: %v", a, err)
	}
	refused("wrong password", run("something else\n", signIn...), "")
	refused("no password", run("", signIn...), "Password")
	env = session("nls_nothing")
	refused("no such session", run(p.Password+"\n", "enroll", "--server", s.URL, "--device", key.Path), "")

	other := plug(t, ctx, s, "Red", "")
	refused("another key", run(p.Password+"\n", "sign-in", "--server", s.URL, "--device", other.Path, "--user", p.Name), "not enrolled with this account")
	if err := s.Client.UnplugKey(ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	refused("no key", run(p.Password+"\n", signIn...), "")
}

// A line of standard input is the password and never the PIN of a key, even if the server
// does not need the password: a wrong PIN uses up one of the key's tries.
func TestPINIsNeverGuessed(t *testing.T) {
	s := serve(t, built.plain, "--policy", "hardened") // which needs the PIN
	ctx := within(t, 2*time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	key := plug(t, ctx, s, "Blue", "2468")
	env := session(p.Client.Token())
	at := []string{"--server", s.URL, "--device", key.Path}
	for _, lines := range []string{p.Password + "\n", p.Password + "\n" + p.Password + "\n", "\n"} {
		for _, args := range [][]string{{"key", "enroll"}, {"key", "sign-in", "--user", p.Name}, {"key", "credentials"}, {"key", "delete", "--id", "AAAA"}, {"key", "set-pin"}} {
			got := run(t, env, lines, built.plain, append(args, at...)...)
			if got.status != 1 || strings.Count(got.stderr, "\n") != 1 || strings.Contains(got.stderr, p.Password) {
				t.Errorf("%q with %q: %+v", args, lines, got)
			}
		}
	}
	if keys, err := s.Client.LabKeys(ctx); err != nil || *keys[0].PINTries != 8 {
		t.Errorf("the key %+v: %v; want all 8 tries of its PIN", keys, err)
	}

	file := filepath.Join(t.TempDir(), "pin")
	if err := os.WriteFile(file, []byte("\ufeff2468\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, env, "", built.plain, append([]string{"key", "enroll", "--label", "Blue", "--pin-from", "file:" + file, "--password-from", "file:/nowhere"}, at...)...)
	if got.status != 0 { // the password was entered a moment ago
		t.Errorf("%+v", got)
	}
}

// statementOf returns the format of the attestation statement in an attestation object.
func statementOf(t *testing.T, object string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(object)
	if err != nil {
		t.Fatal(err)
	}
	var o struct {
		Format string `cbor:"fmt"`
	}
	if err := cbor.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	return o.Format
}
