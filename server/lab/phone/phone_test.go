package phone

import (
	"errors"
	"testing"
	"time"
)

const (
	key    = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // RFC 6238, appendix B
	number = "+12025550143"
)

var at = time.Unix(59, 0)

func signedIn() *Device {
	d := New("d1", number)
	d.App = App{Username: "mara", ID: "a1", Session: "s1", Key: key}
	d.Entries = []Entry{{Issuer: "Nightlatch", Account: "mara", Secret: key}}
	return d
}

// A device in each state refuses what it could not do in life, and nothing else.
func TestStatesRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		state  State
		use    error // by hand
		online error
		shows  bool
	}{
		"on":            {State{}, nil, nil, true},
		"silent":        {State{Silent: true}, nil, nil, false},
		"flight mode":   {State{FlightMode: true}, nil, ErrFlight, false},
		"off":           {State{Off: true}, ErrOff, ErrOff, false},
		"lost":          {State{Lost: true}, ErrLost, ErrLost, false},
		"broken":        {State{Broken: true}, ErrBroken, ErrBroken, false},
		"lost and off":  {State{Lost: true, Off: true}, ErrLost, ErrLost, false},
		"off in flight": {State{Off: true, FlightMode: true}, ErrOff, ErrOff, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := signedIn()
			d.State = c.state
			_, code := d.Code(at)
			for what, err := range map[string]error{
				"use": d.Usable(), "code": code, "back up": d.BackUp(true, at), "enrol": d.Enrol(d.Entries[0]),
			} {
				if !errors.Is(err, c.use) {
					t.Errorf("%s: %v, want %v", what, err, c.use)
				}
			}
			if err := d.Online(); !errors.Is(err, c.online) {
				t.Errorf("online: %v, want %v", err, c.online)
			}
			if shown := d.Push([]byte("{}"), at); shown != c.shows || len(d.Pushes) == 1 != c.shows {
				t.Errorf("push shown: %v (%d on the lock screen), want %v", shown, len(d.Pushes), c.shows)
			}
			d.Backups = []Backup{{}}
			if err := d.Restore(); !errors.Is(err, c.use) {
				t.Errorf("restore: %v, want %v", err, c.use)
			}
			if err := d.Wipe(); !errors.Is(err, c.use) {
				t.Errorf("wipe: %v, want %v", err, c.use)
			}
		})
	}
}

func TestCode(t *testing.T) {
	d := signedIn()
	if code, err := d.Code(at); err != nil || code != "287082" { // RFC 6238, appendix B, its last six digits
		t.Errorf("code %q, %v", code, err)
	}
	d.App.Key = ""
	if _, err := d.Code(at); !errors.Is(err, ErrNoKey) {
		t.Errorf("without an app key: %v", err)
	}
}

// R92: the secrets come back from an encrypted backup, and none of them from a plain one.
func TestBackups(t *testing.T) {
	for _, encrypted := range []bool{true, false} {
		d := signedIn()
		before := d.App
		if err := d.BackUp(encrypted, at); err != nil {
			t.Fatal(err)
		}
		d.Entries[0].Secret = "later" // a change after the backup is not in it
		if err := d.Wipe(); err != nil {
			t.Fatal(err)
		}
		if d.App != (App{}) || d.Entries != nil {
			t.Fatalf("after wipe: %+v", d.Storage)
		}
		n := d.Replace("d2")
		if err := n.Restore(); err != nil {
			t.Fatal(err)
		}
		if encrypted {
			if n.App != before || len(n.Entries) != 1 || n.Entries[0].Secret != key {
				t.Errorf("encrypted: restored %+v", n.Storage)
			}
			n.Entries[0].Secret = "later" // nor does it change the backup
			if err := d.Restore(); err != nil || d.Entries[0].Secret != key {
				t.Errorf("second restore: %v, %+v", err, d.Entries)
			}
			continue
		}
		if n.App != (App{Username: "mara"}) || len(n.Entries) != 0 {
			t.Errorf("plain: restored %+v", n.Storage)
		}
		if _, err := n.Code(at); !errors.Is(err, ErrNoKey) {
			t.Errorf("plain: code: %v", err)
		}
	}
	if err := New("d3", number).Restore(); !errors.Is(err, ErrNoBackup) {
		t.Errorf("restore without a backup: %v", err)
	}
}

// The SIM leaves a device that is lost or broken; what the device keeps stays there.
func TestReplace(t *testing.T) {
	for _, fate := range []func(*Device) error{(*Device).Lose, (*Device).Break} {
		old := signedIn()
		if err := fate(old); err != nil {
			t.Fatal(err)
		}
		if err := fate(old); err == nil {
			t.Error("it happened twice")
		}
		n := old.Replace("d2")
		if n.Number != number || old.Number != "" {
			t.Errorf("numbers: new %q, old %q", n.Number, old.Number)
		}
		if n.App != (App{}) || old.App.Session != "s1" || n.State != (State{}) {
			t.Errorf("new %+v, old %+v", n, old)
		}
	}
}

func TestLostAndFound(t *testing.T) {
	d := signedIn()
	d.State.Silent = true
	if err := d.Find(); !errors.Is(err, ErrNotLost) {
		t.Errorf("find: %v", err)
	}
	if err := errors.Join(d.Lose(), d.Find()); err != nil {
		t.Fatal(err)
	}
	if d.State != (State{Silent: true}) || d.App.Key != key || d.Number != number {
		t.Errorf("found: %+v", d)
	}
}

func TestMoveSIM(t *testing.T) {
	d := signedIn()
	MoveSIM(d, d)
	if d.Number != number {
		t.Error("moved to itself, the number is gone")
	}
	stranger := New("x", "+12025550199")
	MoveSIM(d, stranger)
	if stranger.Number != number || d.Number != "" || d.App.Session == "" || stranger.App.Session != "" {
		t.Errorf("owner %+v, stranger %+v", d, stranger)
	}
}

func TestBounds(t *testing.T) {
	d := New("d1", number)
	for i := range 2 * maxPushes {
		d.Push([]byte{byte(i)}, at)
		if err := d.BackUp(false, at.Add(time.Duration(i))); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.Pushes) != maxPushes || d.Pushes[maxPushes-1].Payload[0] != 2*maxPushes-1 {
		t.Errorf("%d pushes", len(d.Pushes))
	}
	if len(d.Backups) != maxBackups || d.Backups[maxBackups-1].At != at.Add(2*maxPushes-1) {
		t.Errorf("%d backups", len(d.Backups))
	}
	for i := range maxEntries {
		if err := d.Enrol(Entry{Account: string(rune('A' + i)), Secret: key}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Enrol(Entry{Account: "one more", Secret: key}); !errors.Is(err, ErrEntries) {
		t.Errorf("one entry more: %v", err)
	}
	if err := d.Enrol(Entry{Account: "A", Secret: "MZXW6YTBOI"}); err != nil || d.Entries[0].Secret != "MZXW6YTBOI" {
		t.Errorf("replaced entry: %v", err)
	}
	for _, bad := range []string{"", "not base32!"} {
		if err := d.Enrol(Entry{Account: "A", Secret: bad}); !errors.Is(err, ErrSecret) {
			t.Errorf("secret %q: %v", bad, err)
		}
	}
}
