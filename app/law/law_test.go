// Package law contains the architecture tests: which package may import which, and what no
// file may contain. CONTRIBUTING.md explains the rules.
package law

import (
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "nightlatch"

// imports says which packages of the project a package may import. A trailing
// /... stands for a package and all below it. A package that is not listed may do
// what its nearest listed parent may, and import that parent. Tests may import more,
// and so may packages for tests, whose names end in "test". Every entry must be
// needed: TestNoUnusedPermission.
var imports = map[string][]string{
	"app":        {"..."},
	"app/secret": {"server/rawtext"},

	"app/commandline": {},
	"app/manual":      {"app/commandline"},
	"app/completion":  {"app/commandline"},

	"app/packages":          {"app/packages/...", "assets"},
	"app/packages/release":  {},
	"app/packages/manpages": {"app/packages/release"},
	"app/packages/licenses": {"app/packages/release"},
	"app/packages/papers":   {"app/packages/licenses", "app/packages/manpages", "app/packages/release"},
	"app/packages/sbom":     {"app/packages/licenses", "app/packages/release"},
	"app/packages/desktop":  {"app/packages/release", "assets"},
	"app/packages/daemon":   {},
	"app/packages/ico":      {},
	"app/packages/winres":   {"app/packages/ico", "app/packages/release", "assets"},
	"app/packages/windows":  {"app/packages/ico", "app/packages/release", "assets"},

	"assets":        {"assets/region"},
	"assets/region": {},

	"assets/explain": {"assets", "server/api", "server/e164"},

	"ui":             {"ui/...", "assets", "assets/explain", "server/client", "server/api"},
	"ui/shell":       {"ui/clipboard", "ui/chooser", "assets/region", "ui/kit/...", "assets", "assets/explain", "server/client", "server/api"},
	"ui/clipboard":   {},
	"ui/chooser":     {},
	"ui/lab":         {"ui/shell", "ui/kit/...", "assets", "assets/explain", "server/client", "server/api", "server/otp"},
	"ui/securitykey": {"ui/shell", "ui/kit/...", "ui/wizard", "assets", "assets/explain", "fido", "server/client", "server/api"},
	"ui/ceremony":    {"ui/shell", "ui/kit/...", "ui/wizard", "ui/securitykey", "assets/explain", "fido", "server/client", "server/api"},
	"ui/wizard":      {"ui/kit/...", "assets", "assets/explain", "fido", "server/api", "server/rawtext"},
	"ui/kit":         {"ui/kit/look", "ui/kit/control", "assets"},
	"ui/kit/control": {"ui/kit/look", "ui/kit/typeset"},
	"ui/kit/look":    {"assets", "ui/kit/typeset"},
	"ui/kit/typeset": {"server/rawtext"},
	"ui/kit/golden":  {"ui/kit/look"},
	"ui/print":       {"assets/region", "assets", "server/rawtext"},

	"fido":             {},
	"fido/libfido2":    {"fido", "fido/ctaphid", "fido/hidraw"},
	"fido/hidraw":      {"fido"},
	"fido/ctaphid":     {},
	"fido/pty":         {"fido"},
	"fido/nfc":         {"fido", "fido/ctaphid", "fido/nfc/..."},
	"fido/nfc/apdu":    {},
	"fido/ctap2":       {"fido", "fido/ctaphid", "fido/ctap2/wire", "fido/nfc/apdu"},
	"fido/ctap2/wire":  {},
	"fido/pcsc":        {"fido", "fido/nfc"},
	"fido/webauthndll": {"fido"},
	"fido/bridge":      {"fido", "fido/ctaphid", "fido/nfc", "fido/pty"},
	"fido/softkey":     {"fido", "fido/ctaphid", "fido/ctap2/wire", "fido/nfc/apdu"},
	"fido/virtual":     {"fido/..."},

	"server": {"server/..."},
	"server/httpapi": {
		"server/loginrequest", "server/phoneapp",
		"assets", "assets/explain", "server/rawtext", "server/api", "server/account", "server/audit", "server/backup", "server/backupcode", "server/ceremony", "server/changes", "server/client", "server/connpool", "server/dailybackup",
		"server/delivery", "server/fairqueue", "server/notice", "server/origin", "server/passwordauth", "server/ratelimit", "server/recovery", "server/session", "server/signup", "server/throttle", "server/store/...",
		"server/temppassword", "server/thirdparty/...", "server/twofactor", "server/unavailable", "server/usage", "server/webauthn",
	},
	"server/phoneapp":         {"server/api", "server/account", "server/otp", "server/session", "server/store/..."},
	"server/loginrequest":     {"server/api", "server/account", "server/ceremony", "server/store"},
	"server/notice":           {"server/api", "server/account", "server/audit", "server/delivery", "server/store/...", "server/twofactor"},
	"server/recovery":         {"server/api", "server/account", "server/backupcode", "server/store"},
	"server/twofactor":        {"server/api", "server/account", "server/backupcode", "server/store", "server/temppassword"},
	"server/passwordauth":     {"server/api", "server/epoch", "server/account", "server/audit", "server/backupcode", "server/delivery", "server/notice", "server/ratelimit", "server/store/...", "server/temppassword", "server/thirdparty", "server/throttle", "server/usage", "server/device", "server/fairqueue"},
	"server/changes":          {"server/api", "server/store"},
	"server/usage":            {"server/api", "server/audit", "server/account", "server/session", "server/store", "server/temppassword"},
	"server/rawtext":          {},
	"server/seed":             {"server/rawtext", "server/api", "server/account", "server/audit", "server/backupcode", "server/store/..."},
	"server/api":              {},
	"server/client":           {"server/api"},
	"server/store":            {"server/rawtext", "server/store/..."},
	"server/audit":            {"server/api", "server/store"},
	"server/ratelimit":        {"server/store"},
	"server/session":          {"server/epoch", "server/store/..."},
	"server/device":           {"server/epoch", "server/store/..."},
	"server/throttle":         {"server/account", "server/device", "server/ratelimit", "server/store/..."},
	"server/otp":              {"server/rawtext"},
	"server/connpool":         {},
	"server/origin":           {},
	"server/netaddr":          {},
	"server/fairqueue":        {"server/netaddr"},
	"server/slowhash":         {},
	"server/e164":             {},
	"server/strength":         {},
	"server/signup":           {"server/netaddr", "server/rawtext", "server/api", "server/account", "server/audit", "server/delivery", "server/epoch", "server/notice", "server/store/..."},
	"server/webauthn":         {},
	"server/delivery/webpush": {"server/api", "server/delivery", "server/store/..."},
	"server/delivery":         {"server/netaddr", "server/rawtext", "server/api", "server/store/..."},
	"server/account":          {"server/rawtext", "server/strength", "server/api", "server/fairqueue", "server/slowhash", "server/store/...", "server/ratelimit", "server/e164"},
	"server/unavailable":      {"server/api", "server/account", "server/backupcode", "server/ceremony", "server/delivery", "server/store", "server/temppassword"},
	"server/backupcode":       {"server/api", "server/account", "server/store/..."},
	"server/temppassword":     {"server/epoch", "server/api", "server/account", "server/store/..."},
	"server/ceremony":         {"server/epoch", "server/device", "server/api", "server/fairqueue", "server/store/...", "server/account", "server/audit", "server/delivery", "server/session"},
	"server/ceremony/proof": {
		"server/epoch",
		"server/api", "server/ceremony", "server/store/...", "server/account", "server/audit",
		"server/delivery", "server/notice", "server/otp", "server/ratelimit", "server/session", "server/temppassword", "server/throttle", "server/unavailable", "server/webauthn",
	},
	"server/signin": {
		"server/loginrequest", "server/phoneapp", "server/temppassword",
		"server/api", "server/ceremony/...", "server/store/...", "server/account", "server/audit", "server/backupcode",
		"server/delivery", "server/epoch", "server/fairqueue", "server/notice", "server/rawtext", "server/signup", "server/otp", "server/ratelimit", "server/session", "server/throttle", "server/webauthn",
	},
	"server/enroll": {
		"server/phoneapp",
		"server/api", "server/ceremony/...", "server/store/...", "server/account", "server/audit", "server/backupcode",
		"server/delivery", "server/notice", "server/otp", "server/temppassword", "server/throttle", "server/twofactor", "server/webauthn",
	},
	"server/lab":         {"server/lab/phone", "server/rawtext", "server/api", "server/otp"},
	"server/lab/phone":   {"server/otp"},
	"server/localsocket": {"server/store/durable"},
	"server/epoch":       {"server/store"},
	"server/dailybackup": {"server/backup", "server/store"},
	"server/backup":      {"server/store", "server/store/durable"},
}

// backEnds are imported by app only, which chooses one.
var backEnds = []string{"server/store/bolt"}

// onlyImporter has the package that may import a module. The others use that package.
var onlyImporter = map[string]string{
	"github.com/go-webauthn/webauthn":       "server/webauthn",
	"filippo.io/edwards25519":               "server/webauthn",
	"github.com/keys-pub/go-libfido2":       "fido/libfido2",
	"github.com/ebfe/scard":                 "fido/pcsc",
	"go.etcd.io/bbolt":                      "server/store/bolt",
	"github.com/pquerna/otp":                "server/otp",
	"codeberg.org/go-pdf/fpdf":              "ui/print",
	"github.com/boombuler/barcode":          "", // comes with pquerna/otp; QR codes are drawn by go-qrcode alone
	"github.com/skip2/go-qrcode":            "ui/kit",
	"filippo.io/age":                        "server/backup",
	"github.com/Microsoft/go-winio":         "server/localsocket",
	"github.com/zalando/go-keyring":         "server/store/seal",
	"golang.org/x/crypto/argon2":            "server/slowhash server/account", // account: the version in PHC strings
	"github.com/trustelem/zxcvbn":           "server/strength",
	"github.com/SherClockHolmes/webpush-go": "server/delivery/webpush",
	"golang.org/x/term":                     "app",
	"golang.org/x/text/secure/precis":       "server/account",
	"github.com/fxamacker/cbor/v2":          "fido",
	"github.com/google/licensecheck":        "app/packages/licenses",
}

// leftOut are modules that only tests may use, because they make every start slower
// (docs/decisions/0044).
var leftOut = []string{
	"github.com/nyaruka/phonenumbers", // server/e164 has a table drawn from it
	"google.golang.org/protobuf",      // comes with it

	"github.com/trustelem/zxcvbn/matching", // builds maps of 94,000 words; server/strength finds the patterns itself
	"github.com/trustelem/zxcvbn/frequency",
}

func TestProgramHasNoSlowModules(t *testing.T) {
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

// owns reports whether a list has the package or one of its parents.
func owns(owners, from string) bool {
	return slices.ContainsFunc(strings.Fields(owners), func(p string) bool { return within(from, p) })
}

// builds are the environments under which the packages are listed.
var builds = [][]string{{"CGO_ENABLED=1"}, {"CGO_ENABLED=0"}, {"CGO_ENABLED=0", "GOOS=windows"}}

func TestImportLaw(t *testing.T) {
	for _, env := range builds {
		for _, p := range list(t, env) {
			from := p.path()
			allowed, ok := allowedFor(from)
			if !ok {
				t.Errorf("%s has no row in the table of imports: add one", from)
				continue
			}
			for _, imported := range p.Imports {
				if only, ok := owner(imported); ok && !owns(only, from) && !tester(from) && from != "app" {
					t.Errorf("%s imports %s, which only %s may import", from, imported, only)
				}
				to, ours := strings.CutPrefix(imported, module+"/")
				if !ours || tester(from) {
					continue
				}
				if slices.Contains(backEnds, to) && from != "app" && !within(from, to) {
					t.Errorf("%s imports the back end %s, which only app may choose", from, to)
				}
				if tester(to) {
					t.Errorf("%s imports %s, which is for tests", from, to)
				}
				if !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, to) }) {
					t.Errorf("%s imports %s", from, to)
				}
			}
		}
	}
}

// A row stands for a package, and each of its entries for an import. Otherwise the
// table would allow more than the design says.
func TestNoUnusedPermission(t *testing.T) {
	exists, used := map[string]bool{}, map[string]bool{}
	for _, env := range builds {
		for _, p := range list(t, env) {
			from := p.path()
			exists[from] = true
			if tester(from) {
				continue
			}
			row := rowOf(from)
			for _, imported := range p.Imports {
				to, _ := strings.CutPrefix(imported, module+"/")
				for _, pattern := range imports[row] {
					if matches(pattern, to) {
						used[row+" "+pattern] = true
					}
				}
			}
		}
	}
	for row, patterns := range imports {
		if !exists[row] {
			t.Errorf("there is no package %s: remove its row", row)
			continue
		}
		for _, pattern := range patterns {
			if !used[row+" "+pattern] {
				t.Errorf("%s may import %s, but does not: remove the entry", row, pattern)
			}
		}
	}
}

// tester reports whether a package exists for tests only: its name ends in "test",
// or it is below app and has no row. Such tests may import everything.
func tester(p string) bool {
	return strings.HasSuffix(path.Base(p), "test") || within(p, "app") && p != "app" && rowOf(p) == "app"
}

func owner(imported string) (string, bool) {
	for prefix, owner := range onlyImporter {
		if imported == prefix || strings.HasPrefix(imported, prefix+"/") {
			return owner, true
		}
	}
	return "", false
}

// rowOf returns the path of the row that applies to a package: its own or its nearest
// parent's, or "".
func rowOf(p string) string {
	for at := p; at != "." && at != ""; at = path.Dir(at) {
		if _, ok := imports[at]; ok {
			return at
		}
	}
	return ""
}

// allowedFor returns what a package may import.
func allowedFor(p string) (patterns []string, ok bool) {
	row := rowOf(p)
	if row == "" {
		return nil, false
	}
	patterns = imports[row]
	if row != p {
		patterns = append(slices.Clone(patterns), row, row+"/...")
	}
	return patterns, true
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
