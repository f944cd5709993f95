package law

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the root of the repository.
const root = "../.."

// A goPackage is a package as `go list -json` describes it.
type goPackage struct {
	ImportPath   string
	Name         string
	Dir          string
	Imports      []string
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
}

func (p goPackage) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

var lists sync.Map // from an environment to what list returned for it

// list returns the project's packages as `go list` lists them in an environment.
func list(t *testing.T, env []string) []goPackage {
	t.Helper()
	key := strings.Join(env, " ")
	if known, ok := lists.Load(key); ok {
		return known.([]goPackage)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Dir,Imports,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var packages []goPackage
	for dec := json.NewDecoder(out); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if err := cmd.Wait(); err != nil || len(packages) == 0 {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	lists.Store(key, packages)
	return packages
}

// A package has the name of its directory, and not a name without meaning such as util.
func TestPackageNames(t *testing.T) {
	vague := []string{"model", "models", "service", "services", "util", "utils", "common", "helper", "helpers", "manager", "misc", "data", "info", "types"}
	for _, p := range list(t, nil) {
		name := strings.TrimSuffix(p.Name, "_test")
		if name == "" { // a directory of external tests
			continue
		}
		if slices.Contains(vague, name) {
			t.Errorf("%s is called %s", p.ImportPath, name)
		}
		if name != "main" && name != path.Base(p.ImportPath) {
			t.Errorf("%s is called %s", p.ImportPath, name)
		}
	}
}
