package party

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A validator of OpenAPI accepts the document of the running server, and a client that
// is generated from it plays the main job. The client checks every answer against the
// document, and TypeScript every request.
func TestGeneratedClient(t *testing.T) {
	ctx := within(t, 5*time.Minute)
	s := serve(t, built.plain)
	dir := npmFolder(ctx, t)
	got := curl(t, "", "", "--compressed", s.URL+"/api/v1/openapi.json")
	if got.status != "200" || got.contentType != "application/json" {
		t.Fatalf("openapi.json: %+v", got)
	}
	if plain := curl(t, "", "", s.URL+"/api/v1/openapi.json"); plain.body != got.body {
		t.Error("the unpacked document is another one")
	}
	if err := os.WriteFile(filepath.Join(dir, "openapi.json"), []byte(got.body), 0o644); err != nil {
		t.Fatal(err)
	}
	inNode(ctx, t, dir, "node", "validate.mjs")
	inNode(ctx, t, dir, "node", "generate.mjs")
	inNode(ctx, t, dir, "node_modules/.bin/tsc", "-p", ".")
	if err := os.WriteFile(filepath.Join(dir, "js", "package.json"), []byte(`{"type":"commonjs"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := inNode(ctx, t, dir, "node", "js/play.js", s.URL); out != "played\n" {
		t.Errorf("the client printed %q", out)
	}
}

// npmFolder returns a folder with the files of openapi and the packages of its lock file,
// which it installs if they are not there yet.
func npmFolder(ctx context.Context, t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../build/openapi")
	if err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{"generated", "js"} {
		if err := os.RemoveAll(filepath.Join(dir, old)); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := os.ReadFile("openapi/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	installed, err := os.ReadFile(filepath.Join(dir, "node_modules", "installed-lock.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("openapi")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join("openapi", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(lock, installed) {
		inNode(ctx, t, dir, "npm", "ci", "--no-audit", "--no-fund")
		if err := os.WriteFile(filepath.Join(dir, "node_modules", "installed-lock.json"), lock, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// inNode runs a program of Node.js in the folder and returns what it prints.
func inNode(ctx context.Context, t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.String())
	}
	return string(out)
}
