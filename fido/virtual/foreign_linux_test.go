package virtual_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// tool runs one of libfido2's tools with lines on its standard input and returns the
// lines of its output.
func tool(t *testing.T, in []string, name string, args ...string) []string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(strings.Join(in, "\n") + "\n")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, &complaint)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func newBench(t *testing.T) *virtual.Bench {
	t.Helper()
	b, err := virtual.New(virtual.Config{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the bench: %v", err)
		}
	})
	return b
}

// plug plugs in a key with automatic touches.
func plug(t *testing.T, b *virtual.Bench, transport, pin string) virtual.Key {
	t.Helper()
	k, err := b.Plug("blue key", transport, pin)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetAutoTouch(k.ID, true); err != nil {
		t.Fatal(err)
	}
	return k
}

func random64() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

func TestTokenToolSeesTheKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tt := range []struct{ transport, pin, option string }{
		{fido.USB, "", "noclientPin"},
		{fido.NFC, "123456", " clientPin"},
	} {
		k := plug(t, b, tt.transport, tt.pin)
		out := strings.Join(tool(t, nil, "fido2-token", "-I", k.Path), "\n")
		for _, want := range []string{
			"version strings: FIDO_2_0, FIDO_2_1",
			"aaguid: " + hex.EncodeToString(softkey.AAGUID[:]),
			"transport strings: " + tt.transport,
			"algorithms: es256 (public-key), eddsa (public-key)",
			"pin protocols: 2, 1",
			"pin retries: 8",
			tt.option,
		} {
			if !strings.Contains(out, want) {
				t.Errorf("fido2-token -I lacks %q:\n%s", want, out)
			}
		}
	}
}

// TestCredAndAssertTools makes and verifies credentials and assertions with fido2-cred
// and fido2-assert, which are independent programs.
func TestCredAndAssertTools(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"es256", "eddsa"} {
		for _, discoverable := range []bool{false, true} {
			t.Run(typ, func(t *testing.T) {
				t.Parallel()
				k := plug(t, newBench(t), fido.USB, "")
				args := []string{"-M", k.Path, typ}
				if discoverable {
					args = []string{"-M", "-r", k.Path, typ}
				}
				made := tool(t, []string{random64(), "localhost", "alice", random64()}, "fido2-cred", args...)
				verified := tool(t, made, "fido2-cred", "-V", typ)
				pem := filepath.Join(t.TempDir(), "key.pem")
				if err := os.WriteFile(pem, []byte(strings.Join(verified[1:], "\n")+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				in := []string{random64(), "localhost", verified[0]}
				signed := tool(t, in, "fido2-assert", "-G", k.Path)
				tool(t, signed, "fido2-assert", "-V", "-p", pem, typ)
				if discoverable {
					signed = tool(t, in[:2], "fido2-assert", "-G", "-r", k.Path)
					tool(t, signed[:4], "fido2-assert", "-V", "-p", pem, typ)
				}
			})
		}
	}
}
