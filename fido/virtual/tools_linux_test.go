package virtual_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// asked runs one of libfido2's tools that asks for PINs. It would ask on its controlling
// terminal, so it gets a session without one. It must not be the leader of that session,
// or the key's pseudo-terminal would become its controlling terminal.
func asked(t *testing.T, pins []string, name string, args ...string) []string {
	t.Helper()
	return tool(t, pins, "setsid", append([]string{"-w", "sh", "-c", `"$@"; exit $?`, "sh", name}, args...)...)
}

// file writes lines for a tool's -i: its standard input is for the PIN.
func file(t *testing.T, lines ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func see(t *testing.T, b *virtual.Bench, id string) virtual.Key {
	t.Helper()
	k, err := b.Key(id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func contains(t *testing.T, what string, lines []string, want ...string) {
	t.Helper()
	all := strings.Join(lines, "\n")
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Errorf("%s lacks %q:\n%s", what, w, all)
		}
	}
}

// fido2-token sets and changes a PIN, counts its tries, lists, renames and deletes
// discoverable credentials, and resets the key.
func TestTokenToolManages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, fido.USB, "")
	asked(t, []string{"123456", "123456"}, "fido2-token", "-S", k.Path)
	if !see(t, b, k.ID).PIN {
		t.Fatal("fido2-token -S set no PIN")
	}
	asked(t, []string{"123456", "654321", "654321"}, "fido2-token", "-C", k.Path)

	user := base64.StdEncoding.EncodeToString([]byte("account 1"))
	for _, typ := range []string{"es256", "eddsa"} {
		in := file(t, random64(), typ+".example", "alice", user)
		asked(t, []string{"654321"}, "fido2-cred", "-M", "-r", "-i", in, k.Path, typ)
	}
	contains(t, "fido2-token -I -c", asked(t, []string{"654321"}, "fido2-token", "-I", "-c", k.Path),
		"existing rk(s): 2", "remaining rk(s): 23")
	contains(t, "fido2-token -L -r", asked(t, []string{"654321"}, "fido2-token", "-L", "-r", k.Path),
		"es256.example", "eddsa.example")
	listed := asked(t, []string{"654321"}, "fido2-token", "-L", "-k", "eddsa.example", k.Path)
	contains(t, "fido2-token -L -k", listed, user, "eddsa", "uvopt")
	fields := strings.Fields(listed[len(listed)-1]) // number, ID, name, user ID, type, protection
	if len(fields) < 4 {
		t.Fatalf("fido2-token -L -k printed %q", listed)
	}
	id := fields[1]

	asked(t, []string{"654321"}, "fido2-token", "-S", "-c", "-i", id, "-k", user, "-n", "robin", "-p", "Robin", k.Path)
	contains(t, "the renamed one", asked(t, []string{"654321"}, "fido2-token", "-L", "-k", "eddsa.example", k.Path), "Robin")
	asked(t, []string{"654321"}, "fido2-token", "-D", "-i", id, k.Path)
	if left := see(t, b, k.ID); left.Used != 1 {
		t.Errorf("%d credentials after fido2-token -D", left.Used)
	}

	tool(t, nil, "fido2-token", "-R", k.Path)
	if left := see(t, b, k.ID); left.PIN || left.Used != 0 {
		t.Errorf("after fido2-token -R: %+v", left)
	}
}

// fido2-cred and fido2-assert make and verify credentials with all their options.
func TestCredAndAssertToolsInFull(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		kind        softkey.Kind
		pin         string
		make, check string // flags of fido2-cred -M and -V
		sign, prove string // of fido2-assert -G and -V
	}{
		{"verified by PIN", softkey.FIDO2, "123456", "-v", "-v", "-p -v", "-p -v"},
		{"verified by finger", softkey.Fingerprint, "", "-v", "-v", "-p -t uv=true", "-p -v"},
		{"discoverable, verified by finger", softkey.Fingerprint, "123456", "-r -v", "-v", "-p -t uv=true", "-p -v"},
		{"credProtect 2", softkey.FIDO2, "123456", "-v -c 2", "-v -c 2", "-p -v", "-p -v"},
		{"credProtect 3", softkey.FIDO2, "123456", "-v -c 3", "-v -c 3", "-p -v", "-p -v"},
		{"hmac-secret", softkey.FIDO2, "", "-h", "-h", "-h -p", "-h -p"},
		{"hmac-secret, verified", softkey.FIDO2, "123456", "-h -v", "-h -v", "-h -p -v", "-h -p -v"},
	} {
		for _, typ := range []string{"es256", "eddsa"} {
			t.Run(tt.name+", "+typ, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				k, err := b.PlugNew(virtual.Spec{Name: "blue key", Transport: fido.USB, Kind: tt.kind, PIN: tt.pin})
				if err == nil {
					err = b.SetAutoTouch(k.ID, true)
				}
				if err != nil {
					t.Fatal(err)
				}
				var pins []string
				if tt.kind != softkey.Fingerprint && tt.pin != "" {
					pins = []string{tt.pin}
				}
				with := func(first, flags string, rest ...string) []string {
					return slices.Concat(strings.Fields(first), strings.Fields(flags), rest)
				}
				in := file(t, random64(), "localhost", "alice", random64())
				made := withoutPrompt(asked(t, pins, "fido2-cred", with("-M -i "+in, tt.make, k.Path, typ)...))
				verified := tool(t, made, "fido2-cred", with("-V", tt.check, typ)...)
				pem := file(t, verified[1:]...)

				lines := []string{random64(), "localhost", verified[0]}
				salted := strings.Contains(tt.sign, "-h")
				if salted {
					lines = append(lines, random64())
				}
				signed := withoutPrompt(asked(t, pins, "fido2-assert", with("-G -i "+file(t, lines...), tt.sign, k.Path)...))
				if salted {
					secret, err := base64.StdEncoding.DecodeString(signed[len(signed)-1])
					if err != nil || len(secret) != 32 {
						t.Errorf("hmac secret %q, %v", signed[len(signed)-1], err)
					}
				}
				tool(t, signed[:4], "fido2-assert", with("-V", tt.prove, pem, typ)...)
			})
		}
	}
}

// withoutPrompt removes a tool's prompt from its output.
func withoutPrompt(lines []string) []string {
	if len(lines) > 0 && strings.HasPrefix(lines[0], "Enter PIN") {
		_, first, _ := strings.Cut(lines[0], ": ")
		lines[0] = first
		if first == "" {
			return lines[1:]
		}
	}
	return lines
}

// The tools make and verify a credential of a U2F key, whose attestation is fido-u2f.
func TestToolsWithAU2FKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k, err := b.PlugNew(virtual.Spec{Name: "old key", Transport: fido.USB, Kind: softkey.U2F})
	if err == nil {
		err = b.SetAutoTouch(k.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "fido2-token -I", tool(t, nil, "fido2-token", "-I", k.Path), "caps: 0x01 (wink, nocbor, msg)", "major: 0x4c", "minor: 0x41", "build: 0x42")
	made := tool(t, []string{random64(), "localhost", "alice", random64()}, "fido2-cred", "-M", k.Path)
	if made[2] != "fido-u2f" {
		t.Errorf("format %s", made[2])
	}
	verified := tool(t, made, "fido2-cred", "-V")
	pem := file(t, verified[1:]...)
	signed := tool(t, []string{random64(), "localhost", verified[0]}, "fido2-assert", "-G", k.Path)
	tool(t, signed, "fido2-assert", "-V", "-p", pem, "es256")
}
