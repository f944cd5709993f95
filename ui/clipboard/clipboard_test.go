package clipboard

import (
	"testing"
	"time"
)

type board struct {
	text string
	read int
}

func (b *board) Content() string     { b.read++; return b.text }
func (b *board) SetContent(s string) { b.text = s }

type owner struct{ other bool }

func (o *owner) Note()      { o.other = false }
func (o *owner) Ours() bool { return !o.other }

func keeper() (*Keeper, *board, *owner, func(time.Duration)) {
	b, o, now := &board{}, &owner{}, time.Unix(1_800_000_000, 0)
	return New(b, o, func() time.Time { return now }), b, o, func(d time.Duration) { now = now.Add(d) }
}

func TestSecretIsClearedAfterAMinute(t *testing.T) {
	t.Parallel()
	k, b, _, pass := keeper()
	k.CopySecret("YMEV-CNKF-THEJ-TT95")
	pass(59 * time.Second)
	if !k.Check() || b.text == "" {
		t.Fatalf("after 59 s: %q", b.text)
	}
	pass(time.Second)
	if k.Check() || b.text != "" || !k.Until().IsZero() {
		t.Fatalf("after 60 s: %q", b.text)
	}
	k.CopySecret("once more")
	pass(-time.Hour)
	if k.Check() || b.text != "" {
		t.Errorf("after the clock was set back: %q", b.text)
	}
}

// What is on the clipboard by then may be somebody else's.
func TestOnlyOurSecretIsCleared(t *testing.T) {
	t.Parallel()
	for name, replace := range map[string]func(*Keeper, *board){
		"by an ordinary text":    func(k *Keeper, b *board) { k.Copy("localhost:8440") },
		"in a field of ours":     func(k *Keeper, b *board) { b.text = "localhost:8440" },
		"by a program unnoticed": func(k *Keeper, b *board) { b.text = "localhost:8440" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, b, _, pass := keeper()
			k.CopySecret("YMEV-CNKF-THEJ-TT95")
			replace(k, b)
			if !k.Until().IsZero() {
				t.Error("a countdown for a text that is not ours")
			}
			pass(time.Minute)
			k.Check()
			k.Clear()
			if b.text != "localhost:8440" {
				t.Errorf("the clipboard is %q", b.text)
			}
		})
	}
}

// A program that has stopped answering would block whoever reads its text.
func TestTextOfAnotherProgramIsNotRead(t *testing.T) {
	t.Parallel()
	k, b, o, pass := keeper()
	k.CopySecret("YMEV-CNKF-THEJ-TT95")
	b.text, b.read, o.other = "theirs", 0, true
	pass(2 * time.Minute)
	if k.Check() || k.Until() != (time.Time{}) {
		t.Error("still ours")
	}
	k.Clear()
	if b.read != 0 || b.text != "theirs" {
		t.Errorf("read %d times, now %q", b.read, b.text)
	}
}

func TestClearNow(t *testing.T) {
	t.Parallel()
	k, b, _, _ := keeper()
	k.Clear()
	k.CopySecret("YMEV-CNKF-THEJ-TT95")
	k.Clear()
	if b.text != "" || k.Check() {
		t.Errorf("after Clear: %q", b.text)
	}
}
