package signin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
)

// R11: a code belongs to the account and the number. Another sign-in sends the
// same code again while it is valid for two minutes or more. No sign-in voids
// it.
func TestAnotherSignInVoidsNoCode(t *testing.T) {
	t.Parallel()
	for age := time.Duration(0); age < 10*time.Minute; age += 30 * time.Second {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		ada.EnrollText(number)
		w.Clock.Advance(time.Hour)
		one := ada.SignIn().In("text-code")
		w.Deliver()
		code := w.Texts.LastCode(number)
		w.Clock.Advance(age)
		two := ada.SignIn().In("text-code")
		w.Deliver()
		left := 10*time.Minute - age
		again := w.Texts.LastCode(number)
		if (again == code) != (left >= 2*time.Minute) {
			t.Errorf("with %s left, %s became %s", left, code, again)
		}
		if tries := *two.View.Step.(api.EnterCode).TriesLeft; tries != 5 {
			t.Errorf("with %s left: %d tries", left, tries)
		}
		if age%time.Minute == 0 {
			one.Answer(api.Code{Code: code}).SignedIn()
			if again != code { // the end of one voids no code of the other
				two.Answer(api.Code{Code: again}).SignedIn()
			}
			continue
		}
		two.Answer(api.Code{Code: again}).SignedIn()
		if again == code {
			one.Answer(api.Code{Code: code}).Refused(api.CodeUsed)
			continue
		}
		step := one.Look().View.Step.(api.EnterCode)
		if until := step.CodeExpires.Sub(w.Clock.Now()); until != left || w.Clock.Now().Before(*step.ResendAt) {
			t.Errorf("with %s left: the step says %s, and a new code after %s", left, until, step.ResendAt.Sub(w.Clock.Now()))
		}
		if left < time.Minute { // a third code keeps it good, too
			one.Answer(api.Resend{}).In("text-code")
			w.Deliver()
		}
		one.Answer(api.Code{Code: code}).SignedIn()
	}
}

// An earlier version stored the code of an account under another key. Sending
// the next code deletes it.
func TestCodeOfAnOlderVersionIsDeleted(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	old := "acct/" + w.Account("ada").ID + "/text-code"
	w.Update(func(tx store.Tx) error { return tx.Put(old, []byte("an old code")) })
	ada.SignIn().In("text-code")
	w.View(func(tx store.Tx) error {
		if _, err := tx.Get(old); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v", err)
		}
		return nil
	})
}

// R12: at every moment of a sign-in, either a code is valid or a new one can
// be sent at once. The times in the step are correct.
func TestThereIsAlwaysACodeToBeHad(t *testing.T) {
	t.Parallel()
	for repeat := 2 * time.Minute; repeat < 13*time.Minute; repeat += 10 * time.Second {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		ada.EnrollText(number)
		w.Clock.Advance(time.Hour)
		walk := ada.SignIn().In("text-code")
		w.Clock.Advance(repeat)
		walk.Answer(api.Resend{}).In("text-code")
		for range 16 * 6 {
			w.Deliver()
			step := walk.Look().View.Step.(api.EnterCode)
			now := w.Clock.Now()
			good, had := now.Before(*step.CodeExpires), !now.Before(*step.ResendAt)
			if !good && !had {
				t.Fatalf("repeated after %s: %s after the last send no code is good, and none can be had until %s",
					repeat, now.Sub(*step.SentAt), step.ResendAt)
			}
			w.Clock.Advance(10 * time.Second)
		}
	}
	// The same holds after the last try, and after the code was used
	// elsewhere.
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	w.Clock.Advance(time.Hour)
	one, two := ada.SignIn(), ada.SignIn()
	w.Deliver()
	code := w.Texts.LastCode(number)
	two.Answer(api.Code{Code: code}).SignedIn()
	one.Answer(api.Code{Code: code}).Refused(api.CodeUsed)
	one.Answer(api.Resend{}).In("text-code")
	w.Deliver()
	code = w.Texts.LastCode(number)
	for range 5 {
		one.Answer(api.Code{Code: OtherCode(code)}).Refused(api.WrongCode)
	}
	one.Answer(api.Code{Code: code}).Refused(api.TooManyTries)
	one.Answer(api.Resend{}).In("text-code")
}

// R12: a mail states how long its code is valid from the time of sending. A
// code that has expired by then is not sent.
func TestMailTellsWhatIsLeft(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.EnrollApp).Answer(api.Continue{}).Answer(api.Email{Address: ada.Address()})
	w.Deliver()
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{0, "for 1 hour."}, {20 * time.Minute, "for 40 minutes."}, {35 * time.Minute, "for 5 minutes."}, {4 * time.Minute, "for 1 hour."}} {
		if c.after > 0 {
			w.Clock.Advance(c.after)
			walk.Answer(api.Resend{}).In("email-code")
			w.Deliver()
		}
		if body := w.Mails.Last(ada.Address()).Body; !strings.Contains(body, c.want) {
			t.Errorf("after %s: no %q in\n%s", c.after, c.want, body)
		}
	}
	w.Clock.Advance(10 * time.Minute)
	walk.Answer(api.Resend{}).In("email-code")
	w.Clock.Advance(30 * time.Minute) // the mail server was out of reach
	before := len(w.Mails.To(ada.Address()))
	w.Deliver()
	if body := w.Mails.Last(ada.Address()).Body; !strings.Contains(body, "for 20 minutes.") {
		t.Errorf("a late mail:\n%s", body)
	}
	w.Clock.Advance(10 * time.Minute)
	walk.Answer(api.Resend{}).In("email-code")
	w.Clock.Advance(10 * time.Minute)
	w.Deliver()
	if n := len(w.Mails.To(ada.Address())); n != before+1 {
		t.Errorf("%d mails, want %d: an expired code was sent", n, before+1)
	}
}
