// Package law holds the project's rules that are tests: who may import whom,
// and what no file may contain. The rules are explained in CONTRIBUTING.md.
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
	"testing"
)

const module = "nightlatch"

// imports says which packages of the project a package may import. A trailing
// /... stands for a package and all below it. Packages that are not listed are
// judged by their nearest listed parent. Tests may import more.
var imports = map[string][]string{
	"app":    {"..."},
	"assets": {},

	"ui":        {"ui/...", "assets", "fido", "server/client", "server/api"},
	"ui/wizard": {"ui/kit", "assets", "fido", "server/api", "server/e164"},
	"ui/kit":    {"assets"},
	"ui/print":  {"assets"},

	"fido":          {},
	"fido/libfido2": {"fido", "fido/hidraw"},
	"fido/hidraw":   {"fido"},
	"fido/ctaphid":  {"fido"},
	"fido/pty":      {"fido", "fido/ctaphid"},
	"fido/nfc":      {"fido", "fido/ctaphid", "fido/nfc/..."},
	"fido/nfc/apdu": {},
	"fido/pcsc":     {"fido", "fido/nfc"},
	"fido/bridge":   {"fido", "fido/ctaphid", "fido/nfc", "fido/pty"},
	"fido/softkey":  {"fido", "fido/ctaphid", "fido/nfc/apdu"},
	"fido/virtual":  {"fido/..."},

	"server":              {"server/..."},
	"server/seed":         {"server/api", "server/account", "server/audit", "server/backupcode", "server/store/..."},
	"server/api":          {},
	"server/client":       {"server/api"},
	"server/store":        {"server/store/..."},
	"server/audit":        {"server/api", "server/store"},
	"server/ratelimit":    {"server/store"},
	"server/session":      {"server/store/..."},
	"server/otp":          {},
	"server/e164":         {},
	"server/webauthn":     {"server/api"},
	"server/delivery":     {"server/api", "server/store/..."},
	"server/account":      {"server/api", "server/store/...", "server/audit", "server/e164"},
	"server/backupcode":   {"server/api", "server/account", "server/ratelimit", "server/store/...", "server/audit"},
	"server/temppassword": {"server/api", "server/account", "server/ratelimit", "server/store/...", "server/audit"},
	"server/ceremony": {
		"server/api", "server/store/...", "server/audit", "server/delivery", "server/account", "server/session",
	},
	"server/ceremony/proof":        rules,
	"server/ceremony/ceremonytest": {"server/..."},
	"server/signin":                rules,
	"server/enroll":                rules,
	"server/lab":                   {"server/api", "server/client", "server/delivery", "server/otp"},
}

// rules is what the definitions of the ceremonies are made of.
var rules = []string{
	"server/api", "server/ceremony/...", "server/store/...", "server/account", "server/audit", "server/backupcode",
	"server/delivery", "server/otp", "server/ratelimit", "server/session", "server/temppassword", "server/webauthn",
}

// backEnds are imported by app alone, which chooses one.
var backEnds = []string{"server/store/bolt"}

// onlyImporter names the one package that may use a module: what it wraps does
// not leak into the rest.
var onlyImporter = map[string]string{
	"github.com/go-webauthn/webauthn": "server/webauthn",
	"github.com/keys-pub/go-libfido2": "fido/libfido2",
	"github.com/ebfe/scard":           "fido/pcsc",
	"go.etcd.io/bbolt":                "server/store/bolt",
	"github.com/pquerna/otp":          "server/otp",
	"codeberg.org/go-pdf/fpdf":        "ui/print",
	"github.com/skip2/go-qrcode":      "ui/kit",
	"github.com/creack/pty":           "fido/pty",
	"github.com/zalando/go-keyring":   "server/store/seal",
	"golang.org/x/crypto/argon2":      "server/account",
	"golang.org/x/text/secure/precis": "server/account",
	"github.com/fxamacker/cbor/v2":    "fido",
}

// leftOut are modules that only tests use: each would cost every start of the
// program more than it gives.
var leftOut = []string{
	"github.com/nyaruka/phonenumbers", // server/e164 has a table drawn from it
	"google.golang.org/protobuf",      // comes with it
}

func TestProgramLeavesOut(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./app")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), module+"/server/e164\n") {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for p := range strings.Lines(string(out)) {
		p = strings.TrimSpace(p)
		if slices.ContainsFunc(leftOut, func(m string) bool { return within(p, m) }) {
			t.Errorf("the program has %s in it", p)
		}
	}
}

// A listed is what `go list -json` says of a package.
type listed struct {
	ImportPath   string
	Name         string
	Dir          string
	Imports      []string
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
}

func (p listed) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// list asks the go command for the project's packages as one platform sees them.
func list(t *testing.T, env ...string) []listed {
	t.Helper()
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
	var packages []listed
	for dec := json.NewDecoder(out); ; {
		var p listed
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
	return packages
}

// owns reports whether a package is in one of the rooms that a list names.
func owns(rooms, from string) bool {
	return slices.ContainsFunc(strings.Fields(rooms), func(room string) bool {
		return from == room || strings.HasPrefix(from, room+"/")
	})
}

func TestImportLaw(t *testing.T) {
	for _, env := range [][]string{{"CGO_ENABLED=1"}, {"CGO_ENABLED=0"}, {"CGO_ENABLED=0", "GOOS=windows"}} {
		for _, p := range list(t, env...) {
			from := p.path()
			allowed, ok := allowedFor(from)
			if !ok {
				t.Errorf("%s is in no room: add it to the table", from)
				continue
			}
			for _, imported := range p.Imports {
				if for3rd, ok := owner(imported); ok && !owns(for3rd, from) && !tester(from) {
					t.Errorf("%s imports %s, which is %s's alone", from, imported, for3rd)
				}
				to, ours := strings.CutPrefix(imported, module+"/")
				if !ours {
					continue
				}
				if slices.Contains(backEnds, to) && !within(from, "app") && !within(from, to) && !tester(from) {
					t.Errorf("%s imports the back end %s", from, to)
				}
				if !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, to) }) {
					t.Errorf("%s imports %s", from, to)
				}
			}
		}
	}
}

// tester says whether a package exists for tests: it may use what it checks.
func tester(p string) bool { return path.Base(p) == "storetest" || within(p, "app") }

func owner(imported string) (string, bool) {
	for prefix, owner := range onlyImporter {
		if imported == prefix || strings.HasPrefix(imported, prefix+"/") {
			return owner, true
		}
	}
	return "", false
}

// allowedFor finds the row of a package: its own or its nearest parent's.
func allowedFor(p string) ([]string, bool) {
	for at := p; at != "." && at != ""; at = path.Dir(at) {
		if row, ok := imports[at]; ok {
			if at != p {
				row = append(slices.Clone(row), at, at+"/...")
			}
			return row, true
		}
	}
	return nil, false
}

func matches(pattern, p string) bool {
	if pattern == "..." {
		return true
	}
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return within(p, parent)
	}
	return p == pattern
}

func within(p, parent string) bool { return p == parent || strings.HasPrefix(p, parent+"/") }

// A package has one name, says what it holds, and is not a bag.
func TestPackageNames(t *testing.T) {
	bags := []string{"model", "models", "service", "services", "util", "utils", "common", "helper", "helpers", "manager", "misc", "data", "info", "types"}
	for _, p := range list(t) {
		name := strings.TrimSuffix(p.Name, "_test")
		if name == "" { // a directory of external tests
			continue
		}
		if slices.Contains(bags, name) {
			t.Errorf("%s is called %s", p.ImportPath, name)
		}
		if name != "main" && name != path.Base(p.ImportPath) {
			t.Errorf("%s is called %s", p.ImportPath, name)
		}
	}
}

const root = "../.."
