package tour

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// scan reads the QR code in a picture of the screen and returns the secret in it (Key URI
// format).
func (x *tour) scan() string {
	x.t.Helper()
	picture, out := filepath.Join(x.home, "camera.png"), ""
	x.until("a QR code that zbarimg reads", func() (bool, error) {
		p, err := x.display.Screen.Picture()
		if err == nil {
			err = harness.SavePNG(picture, p)
		}
		if err != nil {
			return false, err
		}
		out, err = harness.Run(x.ctx, "", "zbarimg", "--quiet", "--raw", picture)
		return err == nil, nil // the code may not be drawn yet
	})
	u, err := url.Parse(strings.TrimSpace(out))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("issuer") != "Nightlatch" ||
		!strings.HasPrefix(strings.TrimPrefix(u.Path, "/"), "Nightlatch:") || u.Query().Get("secret") == "" {
		x.t.Fatalf("the QR code contains %q", out)
	}
	return u.Query().Get("secret")
}

// oathtool computes the app's code. A code works once (R22), so it moves the lab's clock on
// first.
func (x *tour) oathtool() string {
	x.t.Helper()
	now, err := x.lab.AdvanceClock(x.ctx, appStep)
	x.must(err)
	out, err := harness.Run(x.ctx, x.p.AppSecret, "oathtool", "--totp", "--base32",
		"--now", now.UTC().Format("2006-01-02 15:04:05 UTC"), "-")
	x.must(err)
	return strings.TrimSpace(out)
}

// curl requests /api/v1/me with a password and returns the status. The password is passed on
// standard input, because others can read arguments.
func (x *tour) curl(secret string) string {
	x.t.Helper()
	out, err := harness.Run(x.ctx, `user = "`+x.p.Name+":"+secret+`"`, "curl", "--config", "-",
		"--silent", "--show-error", "--output", os.DevNull, "--write-out", "%{http_code}", x.url+"/api/v1/me")
	x.must(err)
	return out
}

// awaitTouch waits until the virtual key waits for a touch.
func (x *tour) awaitTouch() {
	x.t.Helper()
	x.until("the key to wait for a touch", func() (bool, error) {
		keys, err := x.lab.LabKeys(x.ctx)
		return len(keys) == 1 && keys[0].WaitingForTouch, err
	})
}

func (x *tour) touch() {
	x.t.Helper()
	x.must(x.lab.TouchKey(x.ctx, x.key.ID))
}

// second returns the method of the second step that a sign-in now asks for, which is the one
// used last (R40), and the others in the order in which they are offered.
func (x *tour) second() (asked api.Method, others []api.Method) {
	x.t.Helper()
	v, err := x.lab.Begin(x.ctx, api.Begin{Kind: api.SignIn})
	x.must(err)
	v, err = x.lab.Answer(x.ctx, v.ID, v.Rev, api.Credentials{Username: x.p.Name, Password: x.p.Password})
	x.must(err)
	x.must(x.lab.Cancel(x.ctx, v.ID))
	switch step := v.Step.(type) {
	case api.EnterCode:
		others = step.Alternatives
	case api.UseSecurityKey:
		others = step.Alternatives
	}
	return harness.Asks(v.Step), others
}

// signedIn waits until the user has signed in once more, with a method.
func (x *tour) signedIn(m api.Method) {
	x.t.Helper()
	x.signIns++
	x.until("a sign-in by "+string(m), func() (bool, error) {
		a, err := x.p.Client.Account(x.ctx)
		return x.count(api.EventSignedIn) >= x.signIns && a.LastMethod == m, err
	})
}

// count returns the number of the account's audit events of a type.
func (x *tour) count(kind api.EventType) int {
	x.t.Helper()
	list, err := x.p.Client.Activity(x.ctx, "", 200)
	x.must(err)
	n := 0
	for _, e := range list {
		if e.Type == kind {
			n++
		}
	}
	return n
}
