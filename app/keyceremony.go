package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
)

// enroll adds the key to the account of a session (R30–R33), and prints the name
// that it has there.
func (c keyCommand) enroll(ctx context.Context, session, label string) error {
	c.client = c.client.WithToken(session)
	err := c.play(ctx, api.EnrollKey, func(step api.Step) (api.Input, error) {
		switch step := step.(type) {
		case api.Overview:
			return api.Continue{}, nil
		case api.EnterPassword:
			password, err := c.secrets.password()
			return api.Password{Password: password}, err
		case api.EnterEmail, api.EnterCode:
			return nil, refuse(nil, "This account has no confirmed email address yet. Confirm one in the console, then enroll the key.")
		case api.UseSecurityKey:
			response, err := c.keys.Create(ctx, c.device, json.RawMessage(step.Create), c)
			return api.KeyResponse{Response: response}, err
		case api.NameKey:
			if label == "" {
				label = step.Suggested
			}
			return api.Label{Label: label}, nil
		case api.SaveBackupCode:
			fmt.Fprintf(c.out, "backup code %d: %s\n", step.Number, step.Code)
			return api.Continue{}, nil
		}
		return nil, unknownStep(step)
	})
	if err == nil {
		fmt.Fprintf(c.out, "enrolled as %s\n", label)
	}
	return err
}

// signIn signs in with password and key, and prints the session token.
func (c keyCommand) signIn(ctx context.Context, user string) error {
	return c.play(ctx, api.SignIn, func(step api.Step) (api.Input, error) {
		switch step := step.(type) {
		case api.EnterCredentials:
			password, err := c.secrets.password()
			return api.Credentials{Username: user, Password: password}, err
		case api.UseSecurityKey:
			response, err := c.keys.Get(ctx, c.device, json.RawMessage(step.Get), c)
			if there := step.Elsewhere; errors.Is(err, fido.ErrNotEnrolled) && len(there) > 0 {
				return nil, refuse(err, "This security key holds nothing for this server's name. If it is %q: that one was set up for %s, and a key answers only to the name it was set up for. Use another one.",
					there[0].Label, there[0].RPID)
			}
			return api.KeyResponse{Response: response}, err
		case api.EnterCode:
			return chooseKey(step.Alternatives)
		case api.EnterBackupCode:
			return chooseKey(step.Alternatives)
		}
		return nil, unknownStep(step)
	})
}

// chooseKey asks for the key where another method comes first (R40).
func chooseKey(alternatives []api.Method) (api.Input, error) {
	for _, m := range alternatives {
		if m == api.SecurityKey {
			return api.ChooseMethod{Method: m}, nil
		}
	}
	return nil, refuse(nil, "This account has no security key. Enroll one with nightlatch key enroll, or sign in in the console.")
}

func unknownStep(step api.Step) error {
	return refuse(nil, "The server asks for something this program cannot answer (%s). Use the console.", step.StepType())
}

// play answers the steps of a ceremony until it is finished. What ends it before
// that cancels it.
func (c keyCommand) play(ctx context.Context, kind api.Kind, answer func(api.Step) (api.Input, error)) error {
	view, err := c.client.Begin(ctx, api.Begin{Kind: kind})
	if err != nil {
		return err
	}
	for {
		switch step := view.Step.(type) {
		case api.Finished:
			return nil
		case api.SignedIn:
			fmt.Fprintln(c.out, step.SessionToken)
			return nil
		}
		if no := view.Refusal; no != nil {
			c.cancel(view.ID)
			return refuse(nil, "%s", oneLine(no.Title, no.Detail)+fromNow(no.RetryAt, view.Now))
		}
		input, err := answer(view.Step)
		if err == nil {
			id := view.ID
			if view, err = c.client.Answer(ctx, id, view.Rev, input); err == nil {
				continue
			}
			view.ID = id
		}
		c.cancel(view.ID)
		return err
	}
}

// cancel ends a ceremony that will not be finished, even after an interrupt.
func (c keyCommand) cancel(id string) {
	ctx, done := context.WithTimeout(context.Background(), 2*time.Second)
	defer done()
	_ = c.client.Cancel(ctx, id) // it expires by itself
}

// Show tells the person at a terminal what the key waits for (fido.Interaction).
func (c keyCommand) Show(p fido.Prompt) {
	if !isTerminal(c.err) {
		return // standard error has room for a refusal only
	}
	switch p.Kind {
	case fido.Insert:
		fmt.Fprintln(c.err, "Plug in your security key.")
	case fido.Touch:
		c.showTouch(p.Device)
	case fido.Tap:
		if p.Device.Path == "" {
			fmt.Fprintln(c.err, "Hold your security key to the reader and leave it there, or plug it in.")
		} else {
			fmt.Fprintln(c.err, "Leave your security key on the reader.")
		}
	}
}

// PIN reads the key's PIN (fido.Interaction). A wrong one is not tried again:
// each costs one of few tries.
func (c keyCommand) PIN(_ context.Context, triesLeft int, previousWrong bool) (string, error) {
	if previousWrong {
		return "", &fido.WrongPINError{TriesLeft: triesLeft}
	}
	pin, err := c.secrets.pin()
	if err != nil {
		return "", errors.Join(fido.ErrPINRequired, err)
	}
	return pin, nil
}
