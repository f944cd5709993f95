package harness

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// A Person is a user of a lab: it answers ceremonies over HTTP with codes from the lab's
// phone, mailbox and an authenticator app.
type Person struct {
	Name, Password string
	Email, Phone   string
	AppSecret      string         // base32, once enrolled
	BackupCodes    map[int]string // by number, as printed
	Client         *client.Client // with the session, once signed in

	used map[api.Channel]int // number of messages with codes read so far
}

// NewPerson returns a person without an account.
func NewPerson(c *client.Client, name string) *Person {
	return &Person{
		Name: name, Password: "a brass night latch", Email: name + "@example.org",
		BackupCodes: map[int]string{}, Client: c, used: map[api.Channel]int{},
	}
}

// A RefusedError is an unexpected refusal.
type RefusedError struct{ Refusal *api.Refusal }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("harness: refused: %s: %s", e.Refusal.Code, e.Refusal.Title)
}

// Play begins a ceremony and answers its steps until it ends. extra may answer a step; if
// it returns nil, the person answers. A refusal ends Play with a RefusedError.
func (p *Person) Play(ctx context.Context, b api.Begin, extra func(api.View) (api.Input, error)) (api.View, error) {
	view, err := p.Client.Begin(ctx, b)
	for err == nil {
		switch view.Step.(type) {
		case api.Finished, api.SignedIn:
			return view, nil
		}
		var input api.Input
		if step, ok := view.Step.(api.UseSecurityKey); ok && step.Create == nil && step.Get == nil && view.Notice != nil {
			return view, &RefusedError{view.Notice} // no key of the account can answer
		}
		if extra != nil {
			input, err = extra(view)
		}
		if view.Refusal != nil && input == nil && err == nil {
			err = &RefusedError{view.Refusal}
		}
		if input == nil && err == nil {
			input, err = p.answer(ctx, view)
		}
		if err != nil {
			return view, err
		}
		id, rev := view.ID, view.Rev
		view, err = p.Client.Answer(ctx, id, rev, input)
	}
	return view, err
}

func (p *Person) answer(ctx context.Context, view api.View) (api.Input, error) {
	switch step := view.Step.(type) {
	case api.ChooseCredentials, api.EnterCredentials:
		return api.Credentials{Username: p.Name, Password: p.Password}, nil
	case api.EnterPassword:
		return api.Password{Password: p.Password}, nil
	case api.Overview:
		return api.Continue{}, nil
	case api.EnterEmail:
		return api.Email{Address: p.Email}, nil
	case api.EnterPhone:
		return api.Phone{Number: p.Phone}, nil
	case api.ScanQR:
		p.AppSecret = step.Secret
		return api.Continue{}, nil
	case api.EnterCode:
		code, err := p.Code(ctx, step.Channel)
		return api.Code{Code: code}, err
	case api.EnterBackupCode:
		return api.Code{Code: p.BackupCodes[step.Number]}, nil
	case api.SaveBackupCode:
		p.BackupCodes[step.Number] = step.Code
		return api.Continue{}, nil
	case api.NameKey:
		return api.Label{Label: "Key of " + p.Name}, nil
	case api.Confirm:
		return api.ConfirmInput{}, nil
	}
	return nil, fmt.Errorf("harness: %s has no answer to the step %s", p.Name, view.Step.StepType())
}

// SignUp creates the account and signs in.
func (p *Person) SignUp(ctx context.Context) error { return p.enter(ctx, api.SignUp, nil) }

// SignIn signs in with a method. "" takes the method that the server asks for, or none
// without two-factor authentication.
func (p *Person) SignIn(ctx context.Context, m api.Method) error {
	return p.enter(ctx, api.SignIn, func(v api.View) (api.Input, error) {
		if m != "" && Asks(v.Step) != "" && Asks(v.Step) != m {
			return api.ChooseMethod{Method: m}, nil
		}
		return nil, nil
	})
}

func (p *Person) enter(ctx context.Context, k api.Kind, extra func(api.View) (api.Input, error)) error {
	p.Client = p.Client.WithToken("")
	view, err := p.Play(ctx, api.Begin{Kind: k}, extra)
	if err != nil {
		return fmt.Errorf("harness: %s of %s: %w", k, p.Name, err)
	}
	in, ok := view.Step.(api.SignedIn)
	if !ok {
		return fmt.Errorf("harness: %s of %s ended with %s", k, p.Name, view.Step.StepType())
	}
	p.Client = p.Client.WithToken(in.SessionToken)
	return nil
}

// Asks returns the method of a second step, "" for any other step.
func Asks(s api.Step) api.Method {
	switch s := s.(type) {
	case api.EnterCode:
		return map[api.Channel]api.Method{api.ByText: api.Text, api.ByApp: api.App}[s.Channel]
	case api.UseSecurityKey:
		return api.SecurityKey
	case api.EnterBackupCode:
		return api.BackupCode
	case api.AwaitApproval:
		return api.LoginRequest
	}
	return ""
}

// Enroll completes enroll-text or enroll-app.
func (p *Person) Enroll(ctx context.Context, k api.Kind) error {
	if _, err := p.Play(ctx, api.Begin{Kind: k}, nil); err != nil {
		return fmt.Errorf("harness: %s of %s: %w", k, p.Name, err)
	}
	return nil
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// Code returns the next code of a channel: it waits for it at the lab's phone or mailbox,
// or computes it as an authenticator app does.
func (p *Person) Code(ctx context.Context, by api.Channel) (string, error) {
	if by == api.ByApp {
		now, err := p.Client.Clock(ctx)
		if err != nil {
			return "", err
		}
		return AppCode(p.AppSecret, now)
	}
	code := ""
	err := Within(ctx, 20*time.Second, "a code by "+string(by), func() (bool, error) {
		codes, err := p.codes(ctx, by)
		if err != nil || len(codes) <= p.used[by] {
			return false, err
		}
		p.used[by], code = len(codes), codes[len(codes)-1]
		return true, nil
	})
	return code, err
}

// codes returns all codes received by text or mail, oldest first.
func (p *Person) codes(ctx context.Context, by api.Channel) ([]string, error) {
	var bodies []string
	if by == api.ByText {
		texts, err := p.Client.PhoneMessages(ctx, p.Phone)
		if err != nil {
			return nil, err
		}
		for _, t := range texts {
			bodies = append(bodies, t.Body)
		}
	} else {
		mails, err := p.Client.Mail(ctx, p.Email)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			bodies = append(bodies, m.Text)
		}
	}
	var codes []string
	for _, b := range bodies {
		if code := sixDigits.FindString(b); code != "" {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

// AppCode returns the code that an authenticator app shows (RFC 6238).
func AppCode(secret string, at time.Time) (string, error) {
	if secret == "" {
		return "", errors.New("harness: no authenticator app is set up")
	}
	return totp.GenerateCodeCustom(strings.ToUpper(secret), at, totp.ValidateOpts{
		Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
}
