package enroll_test

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// ahead is how far the clock was ahead before it was set back.
var ahead = []time.Duration{2 * time.Minute, time.Hour, 3 * 365 * 24 * time.Hour}

// R86: the clock was ahead and was set back. Codes, sessions and proofs from that time have
// expired, and no wait lasts until that time.
func TestWhatWasMadeInTheFutureHasExpired(t *testing.T) {
	t.Parallel()
	for _, by := range ahead {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		ada.EnrollText(number)
		w.Clock.Advance(time.Hour)
		now := w.Clock.Now()

		w.Clock.Advance(by)
		here := by < w.Policy.SessionLife // else her session has expired, too
		if here {
			ada.Begin(api.Reauthenticate).Answer(api.Password{Password: Password}).In("finished")
		}
		late := ada.SignIn().In("text-code")
		var open *Walk
		if here {
			open = ada.TurnOff(api.Text).In("confirm")
		}
		w.Deliver()
		code := w.Texts.LastCode(number)
		password := w.TemporaryPassword("ada")
		phone := w.Anonymous()
		phone.Token = ada.SignInWith(api.Text).SessionToken
		for range 8 {
			w.Anonymous().Begin(api.SignIn).Answer(api.Credentials{Username: "ada", Password: "not the password"})
			w.Clock.Advance(time.Hour)
		}
		w.Clock.Set(now)

		late.Gone()
		if here {
			open.Gone()
		}
		if phone.Caller().Session != nil {
			t.Errorf("%s: a session of the future is live", by)
		}
		if _, recent := w.Sessions.RecentlyAuthenticated(*ada.Caller().Session, now); recent {
			t.Errorf("%s: a proof of the future counts", by)
		}
		if outcome := w.FindTemporaryPassword("ada", password); outcome != temppassword.Expired {
			t.Errorf("%s: a temporary password of the future is %s", by, outcome)
		}
		again := ada.SignIn().In("text-code") // not throttled
		if step := again.View.Step.(api.EnterCode); step.CodeExpires.Sub(now) != 10*time.Minute || step.ResendAt.Sub(now) != 2*time.Minute {
			t.Errorf("%s: %+v", by, step)
		}
		w.Deliver()
		again.Answer(api.Code{Code: w.Texts.LastCode(number)}).SignedIn()
		ada.SignIn().In("text-code").Answer(api.Code{Code: code}).Refused(api.WrongCode)
	}
}

// A code that was sent before the clock went ahead and repeated while it was can be sent
// again at once after it was set back.
func TestSendAgainDoesNotWaitForTheFuture(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.EnrollApp).Answer(api.Continue{}).Answer(api.Email{Address: ada.Address()})
	now := w.Clock.Now()
	w.Clock.Advance(20 * time.Minute)
	walk.Answer(api.Resend{}).In("email-code")
	w.Clock.Set(now)
	walk = ada.Begin(api.EnrollApp).Answer(api.Continue{}).Answer(api.Email{Address: ada.Address()}).In("email-code")
	if at := walk.View.Step.(api.EnterCode).ResendAt; at.Sub(now) > 2*time.Minute {
		t.Errorf("send again at %s", at)
	}
}

// R22, R86: after the clock was set back, codes of the app stay used until the time that it
// showed. The refusal gives that reason and costs no try, and its advice works.
func TestAppCodesAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	for _, by := range ahead {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		secret, backup := ada.EnrollApp()
		now := w.Clock.Now()
		w.Clock.Advance(by)
		ada.SignIn().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
		w.Clock.Set(now)

		walk := ada.SignIn().In("app-code")
		if n := walk.Noticed(api.CodeUsed); n.Reason != "clock_set_back" {
			t.Errorf("%s: notice %+v", by, n)
		}
		until := now.Add(by).Truncate(30 * time.Second).Add(30 * time.Second).UTC().Format("2 January 2006, 15:04 UTC")
		for range 120 { // the account is not locked
			r := walk.Answer(api.Code{Code: w.AppCode(secret)}).Refused(api.CodeUsed)
			if r.Reason != "clock_set_back" || !strings.Contains(r.Detail, until) {
				t.Fatalf("%s: %+v", by, r)
			}
		}
		walk.Answer(api.Code{Code: OtherCode(w.AppCode(secret))}).Refused(api.WrongCode)
		ada.Token = walk.Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: backup}).SignedIn().SessionToken
		secret, _ = ada.EnrollApp()
		ada.SignIn().In("app-code").Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
	}
}

// A record is valid from its creation to its expiry, with a tolerance of one minute for
// transactions that read the clock in another order.
func TestValid(t *testing.T) {
	t.Parallel()
	at := Start
	for _, c := range []struct {
		made, expires time.Duration
		want          bool
	}{
		{-time.Minute, time.Minute, true},
		{0, time.Nanosecond, true},
		{0, 0, false},
		{-time.Hour, -time.Second, false},
		{time.Minute, time.Hour, true},
		{time.Minute + 1, time.Hour, false},
	} {
		if got := store.Valid(at, at.Add(c.made), at.Add(c.expires)); got != c.want {
			t.Errorf("made %s, expires %s: %v", c.made, c.expires, got)
		}
	}
}

// R23: if a clock is off by hours, the refusal has the hours and names both clocks, during
// enrolment and at sign-in, and the code is used up. Before the right password, no refusal
// reveals this.
func TestHoursOfDriftAreTold(t *testing.T) {
	t.Parallel()
	for hours, says := range map[float64]string{2: "2 hours ahead of", -1: "1 hour behind", 5.5: "5.5 hours ahead of", -14: "14 hours behind"} {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		off := time.Duration(hours * float64(time.Hour))
		check := func(walk *Walk, secret string) {
			t.Helper()
			now := w.Clock.Now()
			w.Clock.Set(now.Add(off))
			code := w.AppCode(secret)
			w.Clock.Set(now)
			r := walk.Answer(api.Code{Code: code}).Refused(api.ClockDrift)
			if !strings.HasPrefix(r.Detail, "The code fits if ") || !strings.Contains(r.Detail, "mistyped") {
				t.Errorf("claims what a wrong code that happens to fit would show too: %s", r.Detail)
			}
			if r.DriftHours == nil || *r.DriftHours != hours || r.Drift == nil || *r.Drift != int(off/time.Second) || r.Reason != "time_zone" ||
				!strings.Contains(r.Detail, says+" this server's clock, which shows "+now.UTC().Format("15:04:05 UTC")) {
				t.Errorf("%v: %+v", hours, r)
			}
		}
		walk := ada.Prelude(api.EnrollApp).In("scan-qr")
		secret := walk.View.Step.(api.ScanQR).Secret
		check(walk.Answer(api.Continue{}), secret)
		walk.Answer(api.Code{Code: w.AppCode(secret)}).Save()
		w.Clock.Advance(30 * time.Second)
		check(ada.SignIn().In("app-code"), secret)
		if off > 0 { // burned: the refusal disclosed when it will be valid
			w.Clock.Advance(off)
			ada.SignIn().In("app-code").Answer(api.Code{Code: w.AppCode(secret)}).Refused(api.CodeUsed)
		}
	}
}
