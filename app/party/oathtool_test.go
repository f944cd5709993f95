package party

import (
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// oathtool returns the code for a secret at a time.
func oathtool(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	out, err := harness.Run(within(t, time.Minute), secret, "oathtool",
		"--totp", "--base32", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"), "-")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// R20–R22: the secret works in another program. One code enrols, the next one signs in, and
// a used code is refused.
func TestOathtoolEnrolsAndSignsIn(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, time.Minute)
	p := harness.NewPerson(s.Client, "robin")
	if err := p.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	now, err := s.Client.Clock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var secret, enrolling string
	byOathtool := func(at time.Time) func(api.View) (api.Input, error) {
		return func(v api.View) (api.Input, error) {
			switch step := v.Step.(type) {
			case api.ScanQR:
				secret = step.Secret
				if !strings.Contains(step.URI, "secret="+secret) || strings.Count(step.URI, "Nightlatch") != 2 {
					t.Errorf("the URI is %s", step.URI)
				}
			case api.EnterCode:
				if step.Channel == api.ByApp {
					enrolling = oathtool(t, secret, at)
					return api.Code{Code: enrolling}, nil
				}
			}
			return nil, nil
		}
	}
	if _, err := p.Play(ctx, api.Begin{Kind: api.EnrollApp}, byOathtool(now)); err != nil {
		t.Fatal(err)
	}
	used := enrolling

	view, err := p.Client.WithToken("").Begin(ctx, api.Begin{Kind: api.SignIn})
	if err != nil {
		t.Fatal(err)
	}
	answer := func(in api.Input) {
		t.Helper()
		id := view.ID
		if view, err = s.Client.Answer(ctx, id, view.Rev, in); err != nil {
			t.Fatal(err)
		}
	}
	answer(api.Credentials{Username: p.Name, Password: p.Password})
	answer(api.Code{Code: used})
	if view.Refusal == nil || view.Refusal.Code != api.CodeUsed || view.Refusal.Rule != "R22" {
		t.Errorf("the enrolling code again: %+v", view.Refusal)
	}
	later, err := s.Client.AdvanceClock(ctx, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	answer(api.Code{Code: oathtool(t, secret, later)})
	if _, ok := view.Step.(api.SignedIn); !ok {
		t.Errorf("a fresh code: %T %+v", view.Step, view.Refusal)
	}
}

// R23: the refusal says that the code belongs to another time.
func TestOathtoolWithAWrongClock(t *testing.T) {
	s := serve(t, built.plain)
	p := protect(t, s, "robin", "+12025550111")
	ctx := within(t, time.Minute)
	now, err := s.Client.Clock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	view, err := s.Client.Begin(ctx, api.Begin{Kind: api.SignIn})
	for _, in := range []api.Input{
		api.Credentials{Username: p.Name, Password: p.Password},
		api.ChooseMethod{Method: api.App},
		api.Code{Code: oathtool(t, p.AppSecret, now.Add(4*time.Minute))},
	} {
		if _, already := in.(api.ChooseMethod); already && err == nil {
			if step, ok := view.Step.(api.EnterCode); ok && step.Channel == api.ByApp {
				continue
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		view, err = s.Client.Answer(ctx, view.ID, view.Rev, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	if no := view.Refusal; no == nil || no.Code != api.ClockDrift || no.Drift == nil || *no.Drift < 200 || *no.Drift > 280 {
		t.Errorf("refusal %+v", view.Refusal)
	}
}
