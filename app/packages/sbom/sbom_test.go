package sbom

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/release"
)

const root = "../../.."

// encoded returns the list of the built program, twice the same.
func encoded(t *testing.T) ([]byte, *licenses.Build) {
	t.Helper()
	program := os.Getenv("NIGHTLATCH_PROGRAM")
	if program == "" {
		var err error
		if program, err = harness.Build(t.Context(), t.TempDir(), "nightlatch", "nightlatch/app", harness.WindowTags); err != nil {
			t.Fatal(err)
		}
	}
	all, err := release.Read(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	var lists [][]byte
	var b *licenses.Build
	for range 2 {
		if b, err = licenses.Of(t.Context(), root, program); err != nil {
			t.Fatal(err)
		}
		list, err := Encode(b, all[0])
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, list)
	}
	if !bytes.Equal(lists[0], lists[1]) {
		t.Error("two lists of one program differ")
	}
	return lists[0], b
}

// Every module of the program is in the list, with its version, its hash and its licences.
func TestEveryModuleIsListed(t *testing.T) {
	t.Parallel()
	src, b := encoded(t)
	var list bom
	if err := json.Unmarshal(src, &list); err != nil {
		t.Fatal(err)
	}
	for _, m := range b.Info.Deps {
		at := slices.IndexFunc(list.Components, func(c component) bool { return c.Name == m.Path })
		if at < 0 {
			t.Errorf("%s is not listed", m.Path)
			continue
		}
		c := list.Components[at]
		if c.Version != m.Version || !slices.Contains(c.Properties, property{goSum, m.Sum}) || len(c.Licenses) != 1 || c.Licenses[0].Expression == "" || !strings.HasPrefix(c.PURL, "pkg:golang/") || !slices.Contains(list.Dependencies[0].DependsOn, c.Ref) {
			t.Errorf("%s is listed as %+v", m.Path, c)
		}
	}
	if !slices.ContainsFunc(list.Components, func(c component) bool { return c.PURL == "pkg:golang/std@"+strings.TrimPrefix(b.Info.GoVersion, "go") }) {
		t.Error("Go is not listed")
	}
}

// The list follows the schema of CycloneDX 1.6, in the strict form. The validator finds a
// mistake.
func TestFollowsTheSchema(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	dir, err := filepath.Abs(root + "/build/sbom")
	if err != nil {
		t.Fatal(err)
	}
	if err := harness.NpmFolder(ctx, "validator", dir); err != nil {
		t.Fatal(err)
	}
	src, _ := encoded(t)
	good, bad := filepath.Join(t.TempDir(), "good.json"), filepath.Join(t.TempDir(), "bad.json")
	for path, body := range map[string][]byte{good: src, bad: bytes.Replace(src, []byte(`"type": "library"`), []byte(`"kind": "library"`), 1)} {
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := harness.Node(ctx, dir, "node", "validate.mjs", good); err != nil || out != "valid\n" {
		t.Errorf("%s%v", out, err)
	}
	if out, err := harness.Node(ctx, dir, "node", "validate.mjs", bad); err == nil {
		t.Errorf("a wrong list is %s", out)
	}
}
