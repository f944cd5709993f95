package nfc_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
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

func silent(ctaphid.Status) {}

// An echo is an authenticator that answers with "done" and the request. It waits for a
// touch before it answers a request that begins with "wait".
type echo struct{ touch applet.Touch }

func (echo) PlugIn()                    {}
func (e echo) Backend() ctaphid.Backend { return e }

func (e echo) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	if bytes.HasPrefix(request, []byte("wait")) {
		status(ctaphid.UserPresence)
		if e.touch.Wait(ctx) != nil {
			return []byte{0x2d}, nil
		}
	}
	return append([]byte("done"), request...), nil
}

// Both an authenticator and a U2F key.
type both struct{ echo }

func (b both) Backend() ctaphid.Backend { return b }

func (b both) CBOR(_ context.Context, request []byte, _ func(ctaphid.Status)) ([]byte, error) {
	return append([]byte{0, 0xa0}, request...), nil // like an answer to getInfo
}

func (both) Msg(_ context.Context, command []byte) ([]byte, error) {
	c, err := apdu.ParseCommand(command)
	if err != nil || !c.Extended {
		return nil, errors.New("not a U2F command in the form of USB")
	}
	return apdu.Response{Data: append([]byte{c.INS}, c.Data...), Status: apdu.OK}.Bytes(), nil
}

// Only U2F.
type only struct{ both }

func (o only) Backend() ctaphid.Backend { return o }

func (only) CBOR(context.Context, []byte, func(ctaphid.Status)) ([]byte, error) {
	return nil, errors.New("CTAP2 is not supported")
}

// newCard returns a card with an echo on a reader, with the tap used up.
func newCard(t testing.TB, cfg applet.Config) *applet.Applet {
	t.Helper()
	a := applet.New(cfg)
	a.Install(echo{touch: a})
	a.PowerUp()
	_ = a.Wait(t.Context())
	return a
}

func open(t testing.TB, c nfc.Card) *nfc.Key {
	t.Helper()
	k, err := nfc.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A log is a card that records commands.
type log struct {
	nfc.Card
	sent []string
}

func (l *log) Transmit(command []byte) ([]byte, error) {
	l.sent = append(l.sent, hex.EncodeToString(command))
	return l.Card.Transmit(command)
}

// Requests and answers of every length work with each form of commands.
func TestLengths(t *testing.T) {
	t.Parallel()
	for _, cfg := range []applet.Config{{}, {NoChains: true}, {NoExtended: true}} {
		card := &log{Card: newCard(t, cfg)}
		k := open(t, card)
		for _, n := range []int{0, 1, 250, 251, 252, 253, 255, 256, 257, 508, 510, 511, 1200, 2048, ctaphid.MaxPayload} {
			request := bytes.Repeat([]byte{0xa5}, n)
			got, err := k.CBOR(t.Context(), request, silent)
			if err != nil || !bytes.Equal(got, append([]byte("done"), request...)) {
				t.Errorf("%+v: %d bytes: %d came back, %v", cfg, n, len(got), err)
			}
		}
		chained := slices.ContainsFunc(card.sent, func(s string) bool { return strings.HasPrefix(s, "90108000ff") })
		extended := slices.ContainsFunc(card.sent, func(s string) bool { return len(s) > 530 && s[:2] == "80" })
		if !chained || extended != cfg.NoChains {
			t.Errorf("%+v: chains %v, extended %v", cfg, chained, extended)
		}
		tried := 0
		for _, sent := range card.sent {
			if sent[:2] == "90" {
				tried++
			}
		}
		if cfg.NoChains && tried != 1 {
			t.Errorf("a card without support for chains got %d of them", tried)
		}
	}
}

// The exact commands that are sent (CTAP section 11.3).
func TestExactCommands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		card := &log{Card: newCard(t, applet.Config{})}
		k := open(t, card)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(150*time.Millisecond, cancel)
		got, err := k.CBOR(ctx, []byte("wait"), silent)
		if err != nil || !bytes.Equal(got, []byte{0x2d}) {
			t.Errorf("cancelled: %x, %v", got, err)
		}
		if _, err := k.CBOR(t.Context(), make([]byte, 300), silent); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"00a4040008a0000006472f000100",
			"80108000047761697400", // a command
			"8011000000",           // progress
			"8011110000",           // cancel it
			"90108000ff" + strings.Repeat("00", 255),
			"801080002d" + strings.Repeat("00", 45) + "00",
			"00c0000030", // the remaining 48 bytes
		}
		if !slices.Equal(card.sent, want) {
			t.Errorf("sent\n%s\nwant\n%s", strings.Join(card.sent, "\n"), strings.Join(want, "\n"))
		}
	})
}

// A key that waits for its button reports it until the button is pressed.
func TestWaitsForTouch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := &softkey.Gate{}
		k := open(t, newCard(t, applet.Config{Touch: gate}))
		time.AfterFunc(time.Second, gate.Touch)
		var seen int
		begun := time.Now()
		got, err := k.CBOR(t.Context(), []byte("wait for it"), func(s ctaphid.Status) {
			if s != ctaphid.UserPresence {
				t.Errorf("status %d", s)
			}
			seen++
		})
		if err != nil || string(got) != "donewait for it" {
			t.Errorf("%q, %v", got, err)
		}
		if waited := time.Since(begun); waited > 1100*time.Millisecond || seen < 9 || seen > 11 {
			t.Errorf("%v, %d status reports", waited, seen)
		}
	})
}

// A deaf card answers "still running" to every command except SELECT.
type deaf struct{ nfc.Card }

func (d deaf) Transmit(command []byte) ([]byte, error) {
	if command[1] == nfc.Select {
		return d.Card.Transmit(command)
	}
	return []byte{byte(ctaphid.Processing), 0x91, 0x00}, nil
}

// A command that ignores the cancel is abandoned soon, and does not disturb the next.
func TestCancelIsIgnored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		card := newCard(t, applet.Config{})
		gone := &log{Card: deaf{card}}
		k := open(t, gone)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begun := time.Now()
		got, err := k.CBOR(ctx, []byte("wait"), silent)
		if waited := time.Since(begun) - time.Minute; err != nil || !bytes.Equal(got, []byte{0x2d}) || waited > time.Second {
			t.Errorf("%x, %v, %v after the cancel", got, err, waited)
		}
		gone.Card = card
		got, err = k.CBOR(t.Context(), []byte("next"), silent)
		if err != nil || string(got) != "donenext" {
			t.Errorf("the next command: %q, %v", got, err)
		}
		if n := len(gone.sent); !strings.HasPrefix(gone.sent[n-2], "00a404") {
			t.Errorf("not selected again: %v", gone.sent[n-2:])
		}
	})
}

func TestCancelledBefore(t *testing.T) {
	t.Parallel()
	card := &log{Card: newCard(t, applet.Config{})}
	k := open(t, card)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := k.CBOR(ctx, []byte("wait"), silent); err != nil || !bytes.Equal(got, []byte{0x2d}) || len(card.sent) != 1 {
		t.Errorf("%x, %v, sent %v", got, err, card.sent)
	}
}

// A pulled card is removed at its nth command.
type pulled struct {
	nfc.Card
	left int
	last byte // the instruction of that command
}

func (p *pulled) Transmit(command []byte) ([]byte, error) {
	if p.left--; p.left == -1 {
		p.last = command[1]
		_ = p.Card.Close()
	}
	return p.Card.Transmit(command)
}

// The card is removed at each step: at SELECT, within a chain, within an answer, while it
// waits, and at the cancel.
func TestPulledAtEveryStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		everything := func(c nfc.Card) error {
			k, err := nfc.Open(c)
			if err != nil {
				return err
			}
			if _, err := k.CBOR(t.Context(), make([]byte, 600), silent); err != nil {
				return err
			}
			ctx, stop := context.WithTimeout(t.Context(), 250*time.Millisecond)
			defer stop()
			if _, err := k.CBOR(ctx, []byte("wait"), silent); err != nil {
				return err
			}
			return k.Select()
		}
		var steps []byte
		for n := 0; ; n++ {
			card := &pulled{Card: newCard(t, applet.Config{}), left: n}
			err := everything(card)
			if err == nil {
				break
			}
			steps = append(steps, card.last)
			if !errors.Is(err, fido.ErrCardPulled) || !errors.Is(err, fido.ErrRemoved) {
				t.Errorf("pulled at step %d, instruction %02x: %v", n, card.last, err)
			}
		}
		want := []byte{
			nfc.Select, nfc.Message, nfc.Message, nfc.Message, nfc.GetResponse, nfc.GetResponse,
			nfc.Message, nfc.Progress, nfc.Progress, nfc.Progress, nfc.Select,
		}
		if !bytes.Equal(steps, want) {
			t.Errorf("steps %x, want %x", steps, want)
		}
	})
}

// A scripted card returns answers in order and repeats the last one.
type scripted struct{ answers []string }

func (s *scripted) Close() error { return nil }
func (s *scripted) Transmit([]byte) ([]byte, error) {
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	return hex.DecodeString(a)
}

func TestOpen(t *testing.T) {
	t.Parallel()
	const u2f, fido2 = "5532465f5632" + "9000", "4649444f5f325f30" + "9000"
	for _, tt := range []struct {
		name    string
		answers []string
		want    error
	}{
		{"a key", []string{fido2}, nil},
		{"a U2F key", []string{u2f, "6d00"}, nil},
		{"a key with both protocols", []string{u2f, "00a09000"}, nil},
		{"an application without a version", []string{"9000", "00a09000"}, nil},
		{"a bank card", []string{"6a82"}, fido.ErrNotFIDOCard},
		{"a travel card", []string{"6d00"}, fido.ErrNotFIDOCard},
		{"another application", []string{"6f00" + "9000", "6e00"}, fido.ErrNotFIDOCard},
		{"half an answer", []string{"90"}, apdu.ErrMalformed},
		{"an endless answer", []string{"016101"}, nfc.ErrEndless},
		{"an endless empty answer", []string{"6101"}, nfc.ErrEndless},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := nfc.Open(&scripted{answers: tt.answers})
			if !errors.Is(err, tt.want) {
				t.Errorf("Open: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const fido2 = "4649444f5f325f30" + "9000"
	k := open(t, &scripted{answers: []string{fido2, "6985"}})
	var refused *nfc.StatusError
	if _, err := k.CBOR(t.Context(), []byte{4}, silent); !errors.As(err, &refused) || refused.Status != apdu.NotAllowed {
		t.Errorf("%v", err)
	}
	for name, answers := range map[string][]string{
		"an early card without progress": {fido2, "6a86", "00aa9000"},
		"a card that reports the length": {fido2, "6c02", "00aa9000"},
	} {
		card := &log{Card: &scripted{answers: answers}}
		got, err := open(t, card).CBOR(t.Context(), []byte{4}, silent)
		if err != nil || !bytes.Equal(got, []byte{0, 0xaa}) {
			t.Errorf("%s: %x, %v; sent %v", name, got, err, card.sent)
		}
	}
}

func TestU2F(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		key  applet.Key
		cbor []byte
	}{{both{}, []byte{0, 0xa0, 4}}, {only{}, []byte{1}}} {
		a := applet.New(applet.Config{})
		a.Install(tt.key)
		a.PowerUp()
		k := open(t, a)
		backend, ok := k.Backend().(ctaphid.U2FBackend)
		if !ok {
			t.Fatalf("%T: no U2F", tt.key)
		}
		for _, n := range []int{0, 64, 255, 256, 400} {
			data := bytes.Repeat([]byte{9}, n)
			raw := apdu.Command{INS: 3, Data: data, Expect: apdu.ExtendedAnswer, Extended: true}.Bytes()
			got, err := backend.Msg(t.Context(), raw)
			if want := slices.Concat([]byte{3}, data, []byte{0x90, 0}); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%T: %d bytes: %x, %v", tt.key, n, got, err)
			}
		}
		if got, err := backend.CBOR(t.Context(), []byte{4}, silent); err != nil || !bytes.Equal(got, tt.cbor) {
			t.Errorf("%T: CBOR %x, %v; want %x", tt.key, got, err, tt.cbor)
		}
		if got, err := backend.Msg(t.Context(), []byte{1}); err != nil || !bytes.Equal(got, []byte{0x67, 0}) {
			t.Errorf("%T: half a command: %x, %v", tt.key, got, err)
		}
	}
	if _, ok := open(t, newCard(t, applet.Config{})).Backend().(ctaphid.U2FBackend); ok {
		t.Error("a key without U2F has a U2F backend")
	}
}

// FuzzCard checks that commands end with any answers of the card.
func FuzzCard(f *testing.F) {
	seed := func(answers ...string) {
		var all []byte
		for _, a := range answers {
			raw, err := hex.DecodeString(a)
			if err != nil {
				f.Fatal(err)
			}
			all = append(all, byte(len(raw)))
			all = append(all, raw...)
		}
		f.Add(all)
	}
	seed("4649444f5f325f309000", "00a09000")
	seed("5532465f56329000", "00a09000", "0102036103", "0405069000", "6d00")
	seed("4649444f5f325f309000", "029100", "019100", "00a09000", "2d9000")
	seed("4649444f5f325f309000", "6884", "6a86", "6c10", "9000", "6100", "6100")
	seed("6a82")
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) {
			k, err := nfc.Open(&dealer{script: script})
			if err != nil {
				return
			}
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			for _, n := range []int{1, 600} {
				_, _ = k.CBOR(ctx, make([]byte, n), silent)
				_, _ = k.Msg(ctx, make([]byte, n))
			}
		})
	})
}

// A dealer returns the parts of a script as answers, then 9100 forever.
type dealer struct{ script []byte }

func (d *dealer) Close() error { return nil }
func (d *dealer) Transmit(command []byte) ([]byte, error) {
	if _, err := apdu.ParseCommand(command); err != nil {
		panic(fmt.Sprintf("sent %x", command))
	}
	if len(d.script) == 0 {
		return []byte{0x91, 0}, nil
	}
	n := min(int(d.script[0]), len(d.script)-1)
	answer := d.script[1 : 1+n]
	d.script = d.script[1+n:]
	return answer, nil
}
