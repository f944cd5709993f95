package windows

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var someDay = time.Date(2026, 3, 4, 5, 6, 8, 0, time.UTC)

// tree makes what is installed: small programs in place of the real ones.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(t.TempDir(), "main.c")
	put(t, source, "int main(void) { return 0; }\n")
	for _, name := range []string{"nightlatch.exe", "nightlatch.com"} {
		must(t, "x86_64-w64-mingw32-gcc", "-s", "-Wl,--no-insert-timestamp", "-o", filepath.Join(dir, name), source)
	}
	put(t, filepath.Join(dir, "LICENSE.txt"), "The licence.\r\n")
	put(t, filepath.Join(dir, "licences", "inner", "a & b.txt"), "A & B\r\n")
	put(t, filepath.Join(dir, "licences", "c.txt"), "C\r\n")
	return dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// must runs a tool and returns what it printed.
func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func build(t *testing.T, tree string, s *Signer) Installers {
	t.Helper()
	made, err := Build(t.Context(), Config{Root: "../../..", Tree: tree, Out: t.TempDir(), Version: "1.2.3", Date: someDay, Signer: s})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Both installers have every file of the tree, with its content, and nothing else.
func TestContents(t *testing.T) {
	t.Parallel()
	from := tree(t)
	made := build(t, from, nil)
	if filepath.Base(made.Setup) != "nightlatch-1.2.3-setup.exe" || filepath.Base(made.MSI) != "nightlatch-1.2.3-x64.msi" {
		t.Errorf("made %+v", made)
	}
	setup, msi := t.TempDir(), t.TempDir()
	must(t, "7z", "x", "-y", "-o"+setup, made.Setup)
	must(t, "msiextract", "-C", msi, made.MSI)
	want := files(t, from)
	if got := files(t, filepath.Join(msi, "Nightlatch")); !slices.Equal(got, want) {
		t.Errorf("the package has %q, want %q", got, want)
	}
	got := slices.DeleteFunc(files(t, setup), func(name string) bool { return strings.HasPrefix(name, "$PLUGINSDIR") })
	if !slices.Equal(got, append(slices.Clone(want), "uninstall.exe")) {
		t.Errorf("the setup has %q, want %q and uninstall.exe", got, want)
	}
	for _, file := range want {
		for _, dir := range []string{setup, filepath.Join(msi, "Nightlatch")} {
			if !bytes.Equal(read(t, filepath.Join(dir, file)), read(t, filepath.Join(from, file))) {
				t.Errorf("%s differs in %s", file, dir)
			}
		}
	}
	for _, missing := range []string{"nightlatch.exe", "LICENSE.txt"} {
		less := t.TempDir()
		if err := os.CopyFS(less, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(less, missing)); err != nil {
			t.Fatal(err)
		}
		if _, err := Build(t.Context(), Config{Root: "../../..", Tree: less, Out: t.TempDir(), Version: "1.2.3", Date: someDay}); err == nil {
			t.Errorf("built without %s", missing)
		}
	}
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	b := builder{tree: dir}
	if err := b.list(); err != nil {
		t.Fatal(err)
	}
	return b.files
}

// What Windows Installer reads: versions that are replaced, menu entries, the entry of PATH.
func TestTables(t *testing.T) {
	t.Parallel()
	from := tree(t)
	made := build(t, from, nil)
	for table, rows := range map[string][]string{
		"Upgrade": {
			upgradeCode + "\t0.0.0\t1.2.3\t\t768\t\tOLDERINSTALLED",
			upgradeCode + "\t1.2.3\t\t\t2\t\tNEWERINSTALLED",
		},
		"Property": {
			"ALLUSERS\t1", "ProductName\tNightlatch", "ProductVersion\t1.2.3", "Manufacturer\tNightlatch", "ARPPRODUCTICON\tnightlatch.ico",
			"UpgradeCode\t" + upgradeCode, "SecureCustomProperties\tINSTALLDIR;NEWERINSTALLED;OLDERINSTALLED",
		},
		"Environment":            {"Path\t=-*PATH\t[~];[INSTALLDIR]\tPath"},
		"InstallExecuteSequence": {"RemoveExistingProducts\t\t1501", "WriteEnvironmentStrings\t\t5200", "RemoveEnvironmentStrings\t\t3300", "FindRelatedProducts\t\t25", "CreateShortcuts\t\t4500"},
		"LaunchCondition":        {"NOT NEWERINSTALLED\tA newer version of Nightlatch is installed. Its data may be unreadable to an older version. To go back, uninstall it and restore a backup. Nothing was changed."},
		"Feature":                {"Terminal\tProgram\tTerminal commands\t\t4\t3\t\t0"},
		"Shortcut":               {"Console\tProgramMenuFolder\tNightlatch\tSettings\t[INSTALLDIR]nightlatch.exe\t", "Lab\tProgramMenuFolder\tNightlatch Lab\tSettings\t[INSTALLDIR]nightlatch.exe\t--lab\t"},
	} {
		got := strings.ReplaceAll(must(t, "msiinfo", "export", made.MSI, table), "\r", "")
		for _, row := range rows {
			if !strings.Contains(got, "\n"+row) {
				t.Errorf("the table %s has no row %q:\n%s", table, row, got)
			}
		}
	}
	if got := must(t, "msiinfo", "suminfo", made.MSI); !strings.Contains(got, "Template: x64;1033") || strings.Count(got, "Wed Mar  4 05:06:08 2026") != 2 {
		t.Errorf("summary:\n%s", got)
	}
	// Another content is another product and another package, of the same program.
	put(t, filepath.Join(from, "LICENSE.txt"), "Another licence.\r\n")
	other := build(t, from, nil)
	for name, row := range map[string]func(string) string{
		"package": func(msi string) string { return lineOf(must(t, "msiinfo", "suminfo", msi), "Revision number") },
		"product": func(msi string) string { return lineOf(must(t, "msiinfo", "export", msi, "Property"), "ProductCode") },
	} {
		if a, b := row(made.MSI), row(other.MSI); a == b || len(a) < 40 {
			t.Errorf("%s codes %q and %q", name, a, b)
		}
	}
}

func lineOf(text, prefix string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return ""
}

// Two builds are equal, in different folders and at different times, also when signed with
// one RSA key.
func TestReproducible(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*Signer{"unsigned": nil, "signed": selfMade(t)} {
		from, again := tree(t), t.TempDir()
		if err := os.CopyFS(again, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		if err := setTimes(again, someDay.AddDate(-1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		one, two := build(t, from, s), build(t, again, s)
		for a, b := range map[string]string{one.Setup: two.Setup, one.MSI: two.MSI} {
			if !bytes.Equal(read(t, a), read(t, b)) {
				t.Errorf("%s: two builds of %s differ", name, filepath.Base(a))
			}
		}
	}
}

// selfMade makes a certificate with a key that has a password.
func selfMade(t *testing.T) *Signer {
	t.Helper()
	dir := t.TempDir()
	s := &Signer{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "a key.pem"), Password: filepath.Join(dir, "password"), Date: someDay}
	put(t, s.Password, "it's a secret")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Nightlatch test"},
		NotBefore: someDay.AddDate(-1, 0, 0), NotAfter: someDay.AddDate(100, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open.pem")
	put(t, s.Cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	put(t, open, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	must(t, "openssl", "pkcs8", "-topk8", "-in", open, "-passout", "file:"+s.Password, "-out", s.Key)
	return s
}

// With a certificate, the programs, the uninstaller and both installers are signed.
func TestSigned(t *testing.T) {
	t.Parallel()
	s := selfMade(t)
	both := filepath.Join(t.TempDir(), "both.p12")
	again := both + ".password" // openssl reads a line for each
	put(t, again, "it's a secret")
	must(t, "openssl", "pkcs12", "-export", "-in", s.Cert, "-inkey", s.Key, "-passin", "file:"+s.Password, "-passout", "file:"+again, "-out", both)
	cert := s.Cert
	for _, s := range []*Signer{s, {PKCS12: both, Password: s.Password, Date: someDay}} {
		made := build(t, tree(t), s)
		setup, msi := t.TempDir(), t.TempDir()
		must(t, "7z", "x", "-y", "-o"+setup, made.Setup)
		must(t, "msiextract", "-C", msi, made.MSI)
		for _, file := range []string{
			made.Setup, made.MSI, filepath.Join(setup, "uninstall.exe"), filepath.Join(setup, "nightlatch.exe"), filepath.Join(setup, "nightlatch.com"),
			filepath.Join(msi, "Nightlatch", "nightlatch.exe"), filepath.Join(msi, "Nightlatch", "nightlatch.com"),
		} {
			out := must(t, "osslsigncode", "verify", "-CAfile", cert, "-in", file)
			if !strings.Contains(out, "CN=Nightlatch test") || strings.Contains(out, "MISMATCH") {
				t.Errorf("%s:\n%s", filepath.Base(file), out)
			}
		}
	}
}

// A certificate is given by the paths of files, whole, or not at all.
func TestCertificateFromTheEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "pem")
	put(t, file, "")
	for _, tt := range []struct {
		name string
		env  map[string]string
		some bool
		err  string
	}{
		{name: "nothing"},
		{name: "both", env: map[string]string{certVariable: file, keyVariable: file}, some: true},
		{name: "one file", env: map[string]string{pkcs12Variable: file, passwordVariable: file}, some: true},
		{name: "no key", env: map[string]string{certVariable: file}, err: keyVariable},
		{name: "two kinds", env: map[string]string{certVariable: file, keyVariable: file, pkcs12Variable: file}, err: "either"},
		{name: "no file", env: map[string]string{pkcs12Variable: file + "x"}, err: pkcs12Variable},
	} {
		s, err := SignerOf(func(name string) string { return tt.env[name] }, someDay)
		if (s != nil) != tt.some || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %+v, %v", tt.name, s, err)
		}
	}
}

// Passwords and keys are never arguments.
func TestArgumentsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	s := selfMade(t)
	for _, args := range []string{strings.Join(s.args(), " "), s.command("%1")} {
		if strings.Contains(args, "secret") || strings.Contains(args, "-pass ") || !strings.Contains(args, "-readpass") {
			t.Errorf("arguments %q", args)
		}
	}
}

// A database whose summary is not as expected is refused, and nothing panics.
func TestOtherSummaries(t *testing.T) {
	t.Parallel()
	made := build(t, tree(t), nil)
	database := read(t, made.MSI)
	at := bytes.Index(database, summaryFormat)
	for n := range 200 {
		broken := slices.Clone(database)
		broken[at+n] ^= 0xff
		_ = setSummary(broken, guid("x"), someDay) // a changed text is no fault; reading outside panics
		_ = setSummary(slices.Clone(database[:at+n]), guid("x"), someDay)
	}
	for name, broken := range map[string][]byte{"empty": nil, "none": database[:at], "two": append(slices.Clone(database), summaryFormat...)} {
		if setSummary(broken, guid("x"), someDay) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// docs/install.md lists the exit codes of the setup.
func TestExitCodesAreDocumented(t *testing.T) {
	t.Parallel()
	script := string(read(t, "../../../assets/packaging/windows/nightlatch.nsi"))
	codes := map[string]bool{"0": true, "1": true} // those of NSIS
	for _, m := range regexp.MustCompile(`SetErrorLevel (\d+)`).FindAllStringSubmatch(script, -1) {
		codes[m[1]] = true
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllSubmatch(read(t, "../../../docs/install.md"), -1) {
		documented[string(m[1])] = true
	}
	if !maps.Equal(codes, documented) {
		t.Errorf("the setup has the exit codes %v, docs/install.md %v", codes, documented)
	}
}
