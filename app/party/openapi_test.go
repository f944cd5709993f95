package party

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightlatch/app/harness"
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
	if err := harness.NpmFolder(ctx, "openapi", dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inNode runs a program of Node.js in the folder and returns what it prints.
func inNode(ctx context.Context, t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := harness.Node(ctx, dir, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
