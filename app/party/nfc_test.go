package party

import (
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/pcsc/pcsctest"
	"nightlatch/fido/softkey"
)

// card returns a card with a security key. It has no button: putting it on the reader again
// counts as a touch.
func card(t *testing.T, pin string) *applet.Applet {
	t.Helper()
	a := applet.New(applet.Config{})
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC})
	if err == nil && pin != "" {
		err = k.SetPIN(pin)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.Install(k)
	return a
}

// A bankCard does not support FIDO.
type bankCard struct{}

func (bankCard) PowerUp()                        {}
func (bankCard) PowerDown()                      {}
func (bankCard) Transmit([]byte) ([]byte, error) { return []byte{0x6a, 0x82}, nil }

// With a real pcscd and a card: list, enrol and sign in, and each reason why no key is found
// has its message.
func TestKeyOnReader(t *testing.T) {
	t.Setenv("NIGHTLATCH_PROGRAM", built.plain)
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	s := serve(t, built.plain)
	ctx := within(t, 2*time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	run := func(input string, args ...string) outcome {
		return run(t, session(p.Client.Token()), input, built.plain, append([]string{"key"}, args...)...)
	}
	refused := func(name string, got outcome, want string) {
		t.Helper()
		if got.status != 1 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	info := func() outcome { return run("", "info", "--device", "nfc") }

	refused("no service", info(), "pcscd")
	if got := run("", "list"); got.status != 0 || got.stdout != "" {
		t.Errorf("list without a service: %+v", got)
	}
	service := pcsctest.Start(t, false)
	refused("no reader", info(), "There is no NFC reader")
	service.Stop()
	pcsctest.Start(t, true)
	refused("nothing there", info(), "There is nothing on the NFC reader")
	l := pcsctest.PlaceCard(t, bankCard{})
	refused("a bank card", eventually(info, func(o outcome) bool { return !strings.Contains(o.stderr, "There is nothing") }), "not a security key")
	if err := l.Pull(); err != nil {
		t.Error(err)
	}

	const here = "nfc:" + pcsctest.Reader
	key := card(t, "123456")
	l = pcsctest.PlaceCard(t, key)
	list := func() outcome { return run("", "list") }
	listed := func(o outcome) bool { return o.stdout != "" }
	if got := eventually(list, listed); got.stdout != here+"\tnfc\t"+pcsctest.Reader+"\n" {
		t.Fatalf("list: %+v", got)
	}
	if got := info(); got.status != 0 || !strings.Contains(got.stdout, "path\t"+here+"\n") || !strings.Contains(got.stdout, "set, 8 tries left") {
		t.Errorf("info: %+v", got)
	}
	enrol := []string{"enroll", "--server", s.URL, "--device", here, "--label", "Card", "--password-from", "-", "--pin-from", "-"}
	if got := run(p.Password+"\n123456\n", enrol...); got.status != 0 {
		t.Fatalf("enroll: %+v", got)
	}
	keys, err := p.Client.Keys(ctx)
	if err != nil || len(keys) != 1 || len(keys[0].Transports) != 1 || keys[0].Transports[0] != "nfc" {
		t.Errorf("keys %+v: %v", keys, err)
	}

	if err := l.Pull(); err != nil {
		t.Error(err)
	}
	eventually(list, func(o outcome) bool { return o.stdout == "" })
	pcsctest.PlaceCard(t, key)
	eventually(list, listed)
	got := run(p.Password+"\n123456\n", "sign-in", "--server", s.URL, "--device", "nfc", "--user", p.Name, "--password-from", "-", "--pin-from", "-")
	if got.status != 0 || strings.Count(got.stdout, "\n") != 1 {
		t.Fatalf("sign-in: %+v", got)
	}
	if a, err := s.Client.WithToken(strings.TrimSpace(got.stdout)).Account(ctx); err != nil || a.Username != p.Name {
		t.Errorf("the printed token opens %+v: %v", a, err)
	}
}

// eventually repeats a command until its outcome is as wanted, and returns the last one.
// pcscd notices changes of cards within half a second.
func eventually(command func() outcome, wanted func(outcome) bool) outcome {
	for begun := time.Now(); ; {
		if got := command(); wanted(got) || time.Since(begun) > 20*time.Second {
			return got
		}
	}
}
