package virtual_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/virtual"
)

// tool runs one of libfido2's own programs with lines on its standard input.
func tool(t *testing.T, lines []string, name string, args ...string) (string, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if err != nil {
		t.Logf("%s %s: %v: %s", name, strings.Join(args, " "), err, complaint.String())
	}
	return out.String(), err
}

func mustTool(t *testing.T, lines []string, name string, args ...string) string {
	t.Helper()
	out, err := tool(t, lines, name, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
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

func plug(t *testing.T, b *virtual.Bench, pin string) virtual.Key {
	t.Helper()
	k, err := b.Plug("blue key", fido.USB, pin)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetAutoTouch(k.ID, true); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTokenToolSeesTheKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "")
	out := mustTool(t, nil, "fido2-token", "-I", k.Path)
	t.Log(out)
	for _, want := range []string{
		"aaguid: 4e696768746c617463682 06c6162206b"[:8] + "4e696768746c61746368206c6162206b",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("fido2-token -I lacks %q:\n%s", want, out)
		}
	}
}

func hash64(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// TestCredAndAssertTools lets fido2-cred and fido2-assert, which are not ours, make
// and verify what the key makes.
func TestCredAndAssertTools(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"es256", "eddsa"} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			k := plug(t, b, "")
			in := []string{hash64("client data"), "localhost", "alice", base64.StdEncoding.EncodeToString([]byte("1234"))}
			made := mustTool(t, in, "fido2-cred", "-M", k.Path, typ)
			t.Log(made)
			pem := filepath.Join(t.TempDir(), "key.pem")
			verified := mustTool(t, strings.Split(strings.TrimSpace(made), "\n"), "fido2-cred", "-V", "-o", pem, typ)
			_ = verified
			out := mustTool(t, nil, "cat", pem)
			id, key, _ := strings.Cut(out, "\n")
			t.Log(id, key)
		})
	}
}
