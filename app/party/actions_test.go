package party

import (
	"context"
	"errors"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// live does one deed after the other until the server is gone.
func (s *survivor) live(ctx context.Context) {
	for ctx.Err() == nil {
		deed, do := s.choose()
		if err := do(ctx); err != nil {
			var refused *harness.RefusedError
			var no *api.Problem
			if ctx.Err() == nil && (errors.As(err, &refused) || errors.As(err, &no)) {
				s.t.Errorf("%s: %s: %v", s.name, deed, err)
			}
			return // the connection broke: what was under way stays in doubt
		}
		s.done[deed]++
		s.view = nil
	}
}

// expect says what the account may be from now on, if the deed gets that far.
func (s *survivor) expect(b belief) { s.doubt = append(s.doubt, b) }

// confirm says what the account is: it was acknowledged.
func (s *survivor) confirm(b belief) { s.known, s.doubt = b, nil }

// choose picks the next deed.
func (s *survivor) choose() (deed string, do func(context.Context) error) {
	k := s.known
	on := k.text || k.app
	switch n := s.chance.IntN(7); {
	case !k.exists:
		return "sign-up", s.signUp
	case !k.text && n < 3:
		return "enroll-text", s.enroll(api.EnrollText, func(b *belief) { b.text = true })
	case !k.app && n < 5:
		return "enroll-app", s.enroll(api.EnrollApp, func(b *belief) { b.app = true })
	case k.codes > 0 && n == 3:
		return "redeem", s.redeem
	case on && k.codes < 5 && n == 4:
		return "backup-code", s.issue
	case on && n == 5:
		return "temporary-password", s.temporary
	case k.text && k.app && n == 6:
		return "turn-off", s.turnOff
	}
	return "sign-in", func(ctx context.Context) error { return s.enter(ctx, "") }
}

func (s *survivor) signUp(ctx context.Context) error {
	s.expect(belief{exists: true})
	if err := s.p.SignUp(ctx); err != nil {
		return err
	}
	s.confirm(belief{exists: true})
	return nil
}

func (s *survivor) enroll(k api.Kind, change func(*belief)) func(context.Context) error {
	return func(ctx context.Context) error {
		after := s.known
		change(&after)
		if !s.known.text && !s.known.app {
			after.codes++ // R70
		}
		s.expect(after)
		if err := s.play(ctx, api.Begin{Kind: k}); err != nil {
			return err
		}
		s.confirm(after)
		return nil
	}
}

func (s *survivor) turnOff(ctx context.Context) error {
	after, method := s.known, api.Text
	if after.text = s.chance.IntN(2) == 0; after.text {
		after.app, method = false, api.App
	}
	s.expect(after)
	if err := s.play(ctx, api.Begin{Kind: api.TurnOff, Method: method}); err != nil {
		return err
	}
	s.confirm(after)
	return nil
}

// play plays a ceremony and notes how far it was acknowledged.
func (s *survivor) play(ctx context.Context, b api.Begin) error {
	if err := s.tick(ctx); err != nil {
		return err
	}
	_, err := s.p.Play(ctx, b, func(v api.View) (api.Input, error) {
		s.view, s.sent = &v, true
		return s.late(ctx, v)
	})
	s.view = nil
	return err
}

// late answers again where a code of an earlier ceremony arrived only now, after
// a restart, and where the others moved the clock on while an app's code was
// being typed.
func (s *survivor) late(ctx context.Context, v api.View) (api.Input, error) {
	step, ok := v.Step.(api.EnterCode)
	if !ok || v.Refusal == nil {
		return nil, nil
	}
	again := v.Refusal.Code == api.WrongCode
	if step.Channel == api.ByApp {
		again = v.Refusal.Code == api.ClockDrift
	}
	if !again {
		return nil, nil
	}
	code, err := s.p.Code(ctx, step.Channel)
	return api.Code{Code: code}, err
}

// tick moves the lab's clock on: a code of an app works once (R22).
func (s *survivor) tick(ctx context.Context) error {
	_, err := s.p.Client.AdvanceClock(ctx, 31*time.Second)
	return err
}

// enter signs in. The old session stays until the new one is acknowledged.
func (s *survivor) enter(ctx context.Context, m api.Method) error {
	if err := s.tick(ctx); err != nil {
		return err
	}
	p := *s.p
	p.Client = p.Client.WithToken("")
	view, err := p.Play(ctx, api.Begin{Kind: api.SignIn}, func(v api.View) (api.Input, error) {
		if m != "" && harness.Asks(v.Step) != "" && harness.Asks(v.Step) != m {
			return api.ChooseMethod{Method: m}, nil
		}
		return s.late(ctx, v)
	})
	if err != nil {
		return err
	}
	if in, ok := view.Step.(api.SignedIn); ok {
		s.p.Client = s.p.Client.WithToken(in.SessionToken)
	}
	return nil
}

// redeem signs in with the next backup code.
func (s *survivor) redeem(ctx context.Context) error {
	a, err := s.p.Client.Account(ctx)
	if err != nil {
		return err
	}
	code := s.p.BackupCodes[a.BackupCodes.Next]
	if code == "" { // issued, but the answer never came: nobody has it
		return s.replace(ctx)
	}
	after := s.known
	after.codes--
	s.expect(after)
	if err := s.enter(ctx, api.BackupCode); err != nil {
		return err
	}
	s.used = code
	s.confirm(after)
	return nil
}

// replace voids codes that nobody has.
func (s *survivor) replace(ctx context.Context) error {
	if err := s.play(ctx, api.Begin{Kind: api.Reauthenticate}); err != nil { // R6
		return err
	}
	after := s.known
	after.codes = 1
	s.expect(after)
	made, err := s.p.Client.ReplaceBackupCodes(ctx)
	if err != nil {
		return err
	}
	s.p.BackupCodes[made.Number] = made.Code
	s.confirm(after)
	return nil
}

func (s *survivor) issue(ctx context.Context) error {
	if err := s.play(ctx, api.Begin{Kind: api.Reauthenticate}); err != nil { // R6
		return err
	}
	after := s.known
	after.codes++
	s.expect(after)
	made, err := s.p.Client.NewBackupCode(ctx)
	if err != nil {
		return err
	}
	s.p.BackupCodes[made.Number] = made.Code
	s.confirm(after)
	return nil
}

func (s *survivor) temporary(ctx context.Context) error {
	if err := s.play(ctx, api.Begin{Kind: api.Reauthenticate}); err != nil { // R6
		return err
	}
	made, err := s.p.Client.NewTemporaryPassword(ctx, "after the kill", "")
	var full *api.Problem
	if errors.As(err, &full) && full.Code == api.TemporaryPasswordsFull {
		s.temp = api.NewTemporaryPassword{}
		return s.p.Client.RevokeTemporaryPasswords(ctx)
	}
	if err != nil {
		return err
	}
	s.temp = made
	return nil
}
