package virtual_test

import (
	"bytes"
	"context"
	"os/exec"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

func layCard(t *testing.T, b *virtual.Bench, kind softkey.Kind) virtual.Key {
	t.Helper()
	k, err := b.PlugNew(virtual.Spec{Name: "card", Transport: fido.NFC, Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Putting a card on the reader counts as a touch for one credential. For the next it
// must be touched, or lifted and put down again.
func TestCardIsTapped(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.U2F} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			k := layCard(t, b, kind)
			in := file(t, random64(), "localhost", "alice", random64())
			tool(t, nil, "fido2-cred", "-M", "-i", in, k.Path)

			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			cmd := exec.CommandContext(ctx, "fido2-cred", "-M", "-i", in, k.Path)
			var complaint bytes.Buffer
			cmd.Stderr = &complaint
			changed := b.Changed()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for !see(t, b, k.ID).WaitingForTouch {
				select {
				case <-changed:
					changed = b.Changed()
				case <-ctx.Done():
					t.Fatalf("it never waits for a touch: %s", &complaint)
				}
			}
			if err := b.Touch(k.ID); err != nil {
				t.Error(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("touched: %v: %s", err, &complaint)
			}

			if err := b.Unplug(k.ID); err != nil {
				t.Fatal(err)
			}
			k, err := b.Replug(k.ID)
			if err != nil {
				t.Fatal(err)
			}
			tool(t, nil, "fido2-cred", "-M", "-i", in, k.Path)
		})
	}
}

// A card can be unplugged while it waits for a touch. Then it does not wait any more.
func TestCardIsPulled(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.U2F} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			k := layCard(t, b, kind)
			if err := b.PullOnTouch(k.ID, true); err != nil {
				t.Fatal(err)
			}
			fails(t, "fido2-cred: ", nil, "fido2-cred", "-M", "-i", file(t, random64(), "localhost", "alice", random64()), k.Path)
			seen := see(t, b, k.ID)
			for changed := b.Changed(); seen.PullOnTouch; changed = b.Changed() {
				<-changed
				seen = see(t, b, k.ID)
			}
			if seen.Plugged() || seen.WaitingForTouch {
				t.Errorf("afterwards %+v", seen)
			}
		})
	}
}
