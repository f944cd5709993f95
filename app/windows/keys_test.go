package windows

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/fido/webauthndll/webauthndlltest"
)

// A key is enrolled and signs in through webauthn.dll, and the refusals of the library are
// told in words that help. The library is a C program with a software key; the account
// server checks its signatures.
func TestKeys(t *testing.T) {
	d := openDesk(t)
	d.withServer()
	// Without the library in the system directory there is none: not beside the program,
	// and not in the working directory.
	d.copyTo(filepath.Join(filepath.Dir(d.program), "webauthn.dll"))
	refused(t, "without the library", d.enroll("Blue"), "Windows 10 version 1903")
	if r, _ := d.dll.Last(); r.Op != "" {
		t.Fatal("the library beside the program was used")
	}
	got := d.run("version")
	if got.status != 0 || !strings.Contains(got.stdout, "no security keys: This version of Windows") {
		t.Errorf("version: %+v", got)
	}

	d.install()
	if got := d.run("version"); got.status != 0 || !strings.Contains(got.stdout, "security keys, NFC") {
		t.Errorf("version: %+v", got)
	}
	if got := d.run("key", "list"); got.status != 0 || got.stdout != "" || !strings.Contains(got.stderr, "Windows finds security keys itself") {
		t.Errorf("list: %+v", got)
	}
	worked(t, "enroll", d.enroll("Blue"), "enrolled as Blue\n")
	r, freed := d.dll.Last()
	if r.Op != "create" || r.Text("rp") != "localhost" || r.Text("user-name") != "mara" || r.Number("attachment") != 2 || r.Number("conveyance") != 1 ||
		r.Number("exclude") != -1 || r.Number("timeout") < 30_000 || freed != 1 {
		t.Errorf("%d answers were freed, and the library read %+v", freed, r)
	}
	worked(t, "sign-in", d.signIn(), "")
	if r, freed = d.dll.Last(); r.Op != "get" || r.Number("allow") != 1 || freed != 2 {
		t.Errorf("%d answers were freed, and the library read %+v", freed, r)
	}
	refused(t, "the same key again", d.enroll("Twice"), "already enrolled")

	d.dll.Set(webauthndlltest.Behaviour{Result: 0x8007_04c7}) // ERROR_CANCELLED
	refused(t, "cancelled", d.signIn(), "The Windows dialog was closed")
	d.dll.Set(webauthndlltest.Behaviour{Wait: true})
	ctx := within(t, 2*time.Minute)
	cmd := d.command(ctx, "key", "sign-in", "--server", d.url, "--user", d.mara.Name, "--password-from", "-")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.await(ctx, d.dll.Waits(), "the dialog of Windows opens")
	if err := cmd.Process.Signal(os.Interrupt); err != nil { // Ctrl-C
		t.Fatal(err)
	}
	d.await(ctx, d.dll.Cancellations(), "the dialog of Windows is closed")
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("after Ctrl-C: %v", err)
	}
	d.dll.Set(webauthndlltest.Behaviour{NoAPI: true})
	refused(t, "an old library", d.signIn(), "Windows 10 version 1903")
	refused(t, "key info", d.run("key", "info"), "Windows")

	keys, err := d.mara.Client.Keys(t.Context())
	if err != nil || len(keys) != 1 || keys[0].Label != "Blue" || !slices.Equal(keys[0].Transports, []string{"usb"}) {
		t.Errorf("the account has the keys %+v: %v", keys, err)
	}
	if faults := d.dll.Faults(); len(faults) > 0 {
		t.Errorf("the real library would not accept:\n%s", strings.Join(faults, "\n"))
	}
}

// Every API version, every error and every wrong answer of the library.
func TestAnswersOfTheLibrary(t *testing.T) {
	d := openDesk(t)
	d.withServer()
	d.install()
	for api, options := range map[uint32][2]int64{1: {3, 4}, 2: {3, 4}, 3: {4, 5}, 9: {4, 5}} {
		d.dll.Set(webauthndlltest.Behaviour{API: api, Wrong: map[string]uint64{"version": uint64(min(api, 3))}})
		label := fmt.Sprintf("API %d", api)
		d.dll.Key.Forget() // another key
		worked(t, label, d.enroll(label), "enrolled as "+label+"\n")
		if r, _ := d.dll.Last(); r.Number("options-version") != options[0] {
			t.Errorf("%s: options of version %d", label, r.Number("options-version"))
		}
		worked(t, label, d.signIn(), "")
		if r, _ := d.dll.Last(); r.Number("options-version") != options[1] {
			t.Errorf("%s: options of version %d", label, r.Number("options-version"))
		}
	}
	for result, words := range map[uint32]string{
		0x8009_0036: "The Windows dialog was closed",              // NTE_USER_CANCELLED
		0x8007_05b4: "The security key was not used in time",      // ERROR_TIMEOUT
		0x8009_0035: "Windows found no security key",              // NTE_DEVICE_NOT_FOUND
		0x8009_000f: "already enrolled",                           // NTE_EXISTS
		0x8009_0023: "no space left",                              // NTE_TOKEN_KEYSET_STORAGE_FULL
		0x8009_0029: "does not support this",                      // NTE_NOT_SUPPORTED
		0x8009_0027: "it reported the error 0x80090027",           // NTE_INVALID_PARAMETER
		0x8000_4005: "it reported the error 0x80004005",           // E_FAIL
		0x8007_04ec: "Security keys are blocked on this computer", // ERROR_ACCESS_DISABLED_BY_POLICY
	} {
		d.dll.Set(webauthndlltest.Behaviour{Result: result})
		refused(t, fmt.Sprintf("%#x", result), d.enroll("Never"), words)
	}
	for name, wrong := range map[string]map[string]uint64{
		"nothing":                   {"empty": 1},
		"a structure of no version": {"version": 0},
		"no authenticator data":     {"data-at": 0},
		"data at a wild address":    {"data-at": 0x12340},
		"data of 4 GB":              {"data-size": 0xffff_ffff},
		"data of one byte":          {"data-size": 1},
		"an ID of no bytes":         {"id-size": 0},
		"no signature":              {"signature-at": 0},
	} {
		d.dll.Set(webauthndlltest.Behaviour{Wrong: wrong})
		d.dll.Key.Forget()
		if name != "no signature" { // without attestation, a new credential has none
			refused(t, "enroll: "+name, d.enroll("Never"), "could not be verified")
		}
	}
	d.dll.Set(webauthndlltest.Behaviour{})
	d.dll.Key.Forget()
	worked(t, "at last", d.enroll("Last"), "enrolled as Last\n")
	for _, wrong := range []map[string]uint64{{"empty": 1}, {"data-at": 0x12340}, {"signature-size": 0}, {"signature-size": 0xffff_ffff}, {"id-at": 0}, {"user-size": 65}} {
		d.dll.Set(webauthndlltest.Behaviour{Wrong: wrong})
		refused(t, fmt.Sprint("sign-in: ", wrong), d.signIn(), "could not be verified")
	}
	if faults := d.dll.Faults(); len(faults) > 0 {
		t.Errorf("the real library would not accept:\n%s", strings.Join(faults, "\n"))
	}
	if r, _ := d.dll.Last(); r.Number("allow") != 5 {
		t.Errorf("%d credentials are allowed", r.Number("allow"))
	}
}

// The tests of security keys that need no libfido2 pass on Windows, too, without cgo: of the
// binding, and of virtual keys in the same process.
func TestBinding(t *testing.T) {
	ctx := within(t, 10*time.Minute)
	d := openDesk(t)
	for _, pkg := range []string{"webauthndll", "softkey", "virtual", "ctap2", "ctap2/wire"} {
		tests := filepath.Join(t.TempDir(), path.Base(pkg)+".test.exe")
		build := exec.CommandContext(ctx, "go", "test", "-c", "-o", tests, "nightlatch/fido/"+pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=windows", "GOARCH=amd64")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		run := d.wine.Command(ctx, nil, tests)
		run.Dir = filepath.Join("..", "..", "fido", filepath.FromSlash(pkg)) // of the test data
		if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
			t.Errorf("%s: %v\n%s", pkg, err, out)
		}
	}
}
