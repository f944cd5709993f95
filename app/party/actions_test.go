package party

import (
	"context"
	"errors"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// live performs one action after the other until the server is gone.
func (s *witness) live(ctx context.Context) {
	for ctx.Err() == nil {
		action, do := s.choose()
		if err := do(ctx); err != nil {
			var refused *harness.RefusedError
			var no *api.Problem
			if errors.As(err, &refused) && refused.Refusal.Code == api.Throttled && action != "sign-in" {
				s.view = nil
				continue // kills leave codes that nobody enters, and a number gets ten of them
			}
			if ctx.Err() == nil && (errors.As(err, &refused) || errors.As(err, &no)) {
				s.t.Errorf("%s: %s: %v", s.name, action, err)
			}
			return // the connection was lost: the outcome of this action is unknown
		}
		s.done[action]++
		s.view = nil
	}
}

// expect records a possible state of the account while an action is running.
func (s *witness) expect(b state) { s.possible = append(s.possible, b) }

// confirm records the acknowledged state of the account.
func (s *witness) confirm(b state) { s.known, s.possible = b, nil }

// choose chooses the next action.
func (s *witness) choose() (action string, do func(context.Context) error) {
	k := s.known
	on := k.text || k.app
	switch n := s.chance.IntN(7); {
	case !k.exists:
		return "sign-up", s.signUp
	case !k.text && n < 3:
		return "enroll-text", s.enroll(api.EnrollText, func(b *state) { b.text = true })
	case !k.app && n < 5:
		return "enroll-app", s.enroll(api.EnrollApp, func(b *state) { b.app = true })
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

func (s *witness) signUp(ctx context.Context) error {
	s.expect(state{exists: true})
	if err := s.p.SignUp(ctx); err != nil {
		return err
	}
	s.confirm(state{exists: true})
	return nil
}

func (s *witness) enroll(k api.Kind, change func(*state)) func(context.Context) error {
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

func (s *witness) turnOff(ctx context.Context) error {
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

// play completes a ceremony and records the last acknowledged view.
func (s *witness) play(ctx context.Context, b api.Begin) error {
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

// late returns a new code if the last one was refused for one of two reasons: it was
// from an earlier ceremony, because its message arrived only after a restart; or
// another person moved the clock after an app code was computed.
func (s *witness) late(ctx context.Context, v api.View) (api.Input, error) {
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

// tick moves the lab's clock on, because an app code works once (R22).
func (s *witness) tick(ctx context.Context) error {
	_, err := s.p.Client.AdvanceClock(ctx, 31*time.Second)
	return err
}

// enter signs in. It keeps the old session until the new one is acknowledged.
func (s *witness) enter(ctx context.Context, m api.Method) error {
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
func (s *witness) redeem(ctx context.Context) error {
	a, err := s.p.Client.Account(ctx)
	if err != nil {
		return err
	}
	code := s.p.BackupCodes[a.BackupCodes.Next]
	if code == "" { // issued, but the answer was lost
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

// replace replaces codes whose answers were lost.
func (s *witness) replace(ctx context.Context) error {
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

func (s *witness) issue(ctx context.Context) error {
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

func (s *witness) temporary(ctx context.Context) error {
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
