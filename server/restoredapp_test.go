package server_test

import (
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/otp"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// R22: the backup does not know which codes of the app were used after it was made. None of
// those that could be entered before the restore is accepted again; the step says so, and
// until when.
func TestRestoreBringsNoUsedAppCodeBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		at     time.Duration // the restore, after the clock's present time
		offset int           // of the phone, in steps
		want   bool          // the code is refused as perhaps used
	}{
		{"the code that was used", 0, 0, true},
		{"that of a phone that is behind", 0, -1, true},
		{"that of a phone that is ahead", 0, 1, true},
		{"restored some minutes ago", -5 * time.Minute, 0, false},
		{"restored while the clock was ahead", time.Hour, 0, false},
	} {
		w := servertest.New(t)
		advance(t, w)
		w.SignIn("cyd")
		id := w.Account("cyd").ID
		err := w.Store.Update(t.Context(), func(tx store.Tx) error { // as in the backup
			app, err := account.App(tx, id)
			if err != nil {
				return err
			}
			app.LastStep = 1
			return account.SetApp(tx, id, app)
		})
		if err == nil {
			err = server.BeginRestored(t.Context(), w.Store, w.Clock.Now().Add(tt.at), w.Clock.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
		after := w.Restart()
		v := after.Answer(after.Client, after.Begin(after.Client, api.SignIn), api.Credentials{Username: "cyd", Password: servertest.Password})
		if said := v.Notice != nil && v.Notice.Reason == "restored"; said != tt.want {
			t.Errorf("%s: the step says %+v", tt.name, v.Notice)
		}
		code := func() api.Code {
			text, err := otp.Code(servertest.AppSecret, w.Clock.Now().Add(time.Duration(tt.offset)*otp.Period))
			if err != nil {
				t.Fatal(err)
			}
			return api.Code{Code: text}
		}
		v = after.Answer(after.Client, v, code())
		if tt.want {
			if v.Refusal == nil || v.Refusal.Reason != "restored" || v.Refusal.RetryAt == nil {
				t.Errorf("%s: %+v, %+v", tt.name, v.Step, v.Refusal)
				continue
			}
			tt.offset = 0
			if err := w.Clock.Advance(v.Refusal.RetryAt.Sub(w.Clock.Now())); err != nil {
				t.Fatal(err)
			}
			v = after.Answer(after.Client, v, code())
		}
		if _, ok := v.Step.(api.SignedIn); !ok {
			t.Errorf("%s: %+v, %+v", tt.name, v.Step, v.Refusal)
		}
	}
}
