package fido

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// When the key is removed while the user types the PIN, the prompt ends at
// once and the PIN is not sent.
func TestRemovedWhileThePINIsTyped(t *testing.T) {
	t.Parallel()
	for transport, want := range map[string]error{USB: ErrRemoved, NFC: ErrCardPulled} {
		synctest.Test(t, func(t *testing.T) {
			k := newFake(t)
			k.info.Options["clientPin"], k.pin = true, "123456"
			c, err := New(Config{Open: k, Devices: k.devices, Origin: testOrigin})
			if err != nil {
				t.Fatal(err)
			}
			var typed typing = func(ctx context.Context) (string, error) {
				k.gone.Store(true)
				<-ctx.Done() // nobody presses Enter
				return "", ErrCancelled
			}
			opt := creationJSON(t, obj{"authenticatorSelection": obj{"userVerification": "required"}})
			_, err = c.Create(t.Context(), Device{Path: "fake", Transport: transport}, opt, typed)
			if !errors.Is(err, want) || errors.Is(err, ErrCancelled) || len(k.made) > 0 {
				t.Errorf("%s: Create = %v, want %v", transport, err, want)
			}
			err = c.WhilePresent(t.Context(), Device{Path: "fake", Transport: transport}, func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
			if !errors.Is(err, want) {
				t.Errorf("%s: WhilePresent = %v, want %v", transport, err, want)
			}
		})
	}
}

// A typing answers the PIN prompt like a user.
type typing func(ctx context.Context) (string, error)

func (typing) Show(Prompt)                                              {}
func (p typing) PIN(ctx context.Context, _ int, _ bool) (string, error) { return p(ctx) }
