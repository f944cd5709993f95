package applet_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/apdu"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/softkey"
)

// newCard returns a card with a softkey on a reader.
func newCard(t testing.TB, cfg applet.Config) *applet.Applet {
	t.Helper()
	a := applet.New(cfg)
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC, Now: cfg.Now})
	if err != nil {
		t.Fatal(err)
	}
	a.Install(k)
	a.PowerUp()
	return a
}

// say sends a command in hexadecimal and returns the answer in hexadecimal.
func say(t testing.TB, a *applet.Applet, command string) string {
	t.Helper()
	raw, err := hex.DecodeString(command)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := a.Transmit(raw)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(answer)
}

const (
	selectFIDO = "00a4040008a0000006472f000100"
	selection  = "8010800001" + "0b" + "00" // authenticatorSelection: waits for a touch only
	poll       = "8011000000"
	cancel     = "8011110000"
	end        = "80120100"
	waits      = "029100"
	touched    = "009000"
)

// Sequences of commands and answers (CTAP section 11.3, ISO/IEC 7816-4, section 5).
func TestConversations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines [][2]string
	}{
		{"selecting", [][2]string{
			{selection, "6985"},
			{"00a4040007a000000003101000", "6a82"}, // Visa's
			{"00a4000008a0000006472f000100", "6a86"},
			{selectFIDO, "4649444f5f325f30" + "9000"},
			{"00a4040008a0000006472f0001", "4649444f5f325f30" + "9000"},
			{"00a4040007a000000003101000", "6a82"},
			{selection, "6985"},
		}},
		{"a tap counts once", [][2]string{
			{selectFIDO, "4649444f5f325f309000"},
			{selection, touched},
			{selection, waits},
			{poll, waits},
			{cancel, "2d9000"},
			{poll, "6985"},
			{cancel, "6985"},
		}},
		{"the client is done", [][2]string{
			{selectFIDO, "4649444f5f325f309000"},
			{end, "9000"},
			{selection, "6985"},
			{selectFIDO, "4649444f5f325f309000"},
			{selection, waits}, // the tap is used up
			{end, "9000"},
		}},
		{"a new command replaces the running one", [][2]string{
			{selectFIDO, "4649444f5f325f309000"},
			{selection, touched},
			{selection, waits},
			{selection, waits},
			{selectFIDO, "4649444f5f325f309000"},
			{poll, "6985"},
		}},
		{"chains", [][2]string{
			{selectFIDO, "4649444f5f325f309000"},
			{"901080000106", "9000"},
			{"80108000010000", "119000"}, // 06 00: parameters that are not a map
			{"901080000106", "9000"},
			{selectFIDO, "6883"},
			{selection, touched},
			{"90108000000001" + "06", "6700"}, // a part in extended form
			{"00c0000000", "6985"},            // no more data
		}},
		{"unknown commands", [][2]string{
			{selectFIDO, "4649444f5f325f309000"},
			{"8042000000", "6d00"},
			{"0003000000", "6d00"},
			{"6010800001" + "0b00", "6e00"},
			{"8010810001" + "0b00", "6a86"},
			{"8010800101" + "0b00", "6a86"},
			{"8011100000", "6a86"},
			{"80120200", "6a86"},
			{"8010", "6700"},
			{"80108000", "039000"}, // empty: CTAP1_ERR_INVALID_LENGTH
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newCard(t, applet.Config{})
			for i, l := range tt.lines {
				if got := say(t, a, l[0]); got != l[1] {
					t.Errorf("%d: %s is answered %s, want %s", i, l[0], got, l[1])
				}
			}
			_ = a.Close()
		})
	}
}

// A long answer is fetched in parts, or returned as a whole in extended form.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	a := newCard(t, applet.Config{})
	say(t, a, selectFIDO)
	whole := say(t, a, "80100000000001"+"04"+"0000")
	parts := ""
	answer := say(t, a, "8010000001"+"04"+"40")
	for {
		n := len(answer) - 4
		parts += answer[:n]
		if answer[n:] == "9000" {
			break
		}
		if answer[n:n+2] != "61" {
			t.Fatalf("answered %s", answer)
		}
		answer = say(t, a, "00c0000040")
	}
	if parts+"9000" != whole || len(whole) < 3*2*0x40 {
		t.Errorf("in parts\n%s\nwhole\n%s", parts, whole)
	}
}

// A tap is valid for two minutes. Then the button is needed.
func TestTapExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := &softkey.Gate{}
		now := time.Now()
		a := newCard(t, applet.Config{Touch: gate, Now: func() time.Time { return now }})
		say(t, a, selectFIDO)
		now = now.Add(applet.TapLifetime - time.Second)
		if got := say(t, a, selection); got != touched {
			t.Errorf("after 119 s: %s", got)
		}
		a.PowerUp()
		say(t, a, selectFIDO)
		now = now.Add(applet.TapLifetime)
		if got := say(t, a, selection); got != waits {
			t.Errorf("after 120 s: %s", got)
		}
		gate.Touch()
		synctest.Wait()
		if got := say(t, a, poll); got != touched {
			t.Errorf("touched: %s", got)
		}
	})
}

// The card does not answer a client that cannot poll until the command is done, as in
// CTAP 2.0.
func TestClientThatCannotPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := &softkey.Gate{}
		a := newCard(t, applet.Config{Touch: gate})
		say(t, a, selectFIDO)
		say(t, a, selection)
		time.AfterFunc(5*time.Second, gate.Touch)
		begun := time.Now()
		if got := say(t, a, "80100000010b00"); got != touched || time.Since(begun) != 5*time.Second {
			t.Errorf("%s after %v", got, time.Since(begun))
		}
	})
}

// After the card left the reader, commands fail, also a running one.
func TestPulled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := &softkey.Gate{}
		a := newCard(t, applet.Config{Touch: gate})
		say(t, a, selectFIDO)
		say(t, a, selection)
		time.AfterFunc(time.Second, a.PowerDown)
		raw, _ := hex.DecodeString("80100000010b00")
		if got, err := a.Transmit(raw); !errors.Is(err, fido.ErrCardPulled) {
			t.Errorf("during a command: %x, %v", got, err)
		}
		if got, err := a.Transmit(raw); !errors.Is(err, fido.ErrCardPulled) {
			t.Errorf("off the reader: %x, %v", got, err)
		}
		if gate.Waiting() {
			t.Error("the key still waits for its button")
		}
		a.PowerUp()
		if got := say(t, a, selection); got != "6985" {
			t.Errorf("back on the reader: %s", got)
		}
	})
}

// A slow key is still running a command when the card is pulled.
type slow struct{ begun chan struct{} }

func (slow) PlugIn()                    {}
func (s slow) Backend() ctaphid.Backend { return s }
func (s slow) CBOR(ctx context.Context, _ []byte, _ func(ctaphid.Status)) ([]byte, error) {
	s.begun <- struct{}{}
	<-ctx.Done()
	return []byte{0x2d}, nil
}

func TestPulledDuringACommand(t *testing.T) {
	t.Parallel()
	a, key := applet.New(applet.Config{}), slow{make(chan struct{})}
	a.Install(key)
	a.PowerUp()
	say(t, a, selectFIDO)
	ended := make(chan error)
	go func() {
		raw, _ := hex.DecodeString(selection)
		_, err := a.Transmit(raw)
		ended <- err
	}()
	<-key.begun
	a.PowerDown()
	if err := <-ended; !errors.Is(err, fido.ErrCardPulled) {
		t.Errorf("%v", err)
	}
}

// FuzzApplet sends arbitrary commands. Each must be answered with a status word, and
// afterwards the application can be selected.
func FuzzApplet(f *testing.F) {
	seed := func(commands ...string) {
		var all []byte
		for _, c := range commands {
			raw, err := hex.DecodeString(c)
			if err != nil {
				f.Fatal(err)
			}
			all = append(all, byte(len(raw)))
			all = append(all, raw...)
		}
		f.Add(all, false)
		f.Add(all, true)
	}
	seed(selectFIDO, "80108000010400", "00c0000000", end)
	seed(selectFIDO, selection, selection, poll, cancel, poll)
	seed(selectFIDO, "901080000106", "80108000010000", "901080000104", "90108100010400")
	seed(selectFIDO, "80100000000001040000", "0003000000", "00010300000000")
	f.Fuzz(func(t *testing.T, script []byte, picky bool) {
		a := newCard(t, applet.Config{NoChains: picky, NoExtended: picky})
		for len(script) > 0 {
			n := min(int(script[0]), len(script)-1)
			command := script[1 : 1+n]
			script = script[1+n:]
			if c, err := apdu.ParseCommand(command); err == nil && c.INS == nfc.Message && c.P1 == 0 {
				command = bytes.Clone(command)
				command[2] = nfc.CanPoll // otherwise it would wait for a touch forever
			}
			answer, err := a.Transmit(command)
			if err != nil || len(answer) < 2 {
				t.Fatalf("%x is answered %x, %v", command, answer, err)
			}
		}
		a.PowerUp()
		if got := say(t, a, selectFIDO); got != "4649444f5f325f309000" {
			t.Errorf("selecting afterwards: %s", got)
		}
		_ = a.Close()
	})
}
