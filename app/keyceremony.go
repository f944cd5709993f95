package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nightlatch/app/secret"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/server/rawtext"
)

// enroll adds the key to the account of a session (R30–R33), and prints its name.
func (c *keyCommand) enroll(ctx context.Context) error {
	c.client = c.client.WithToken(c.session)
	label := c.label
	err := c.perform(ctx, api.EnrollKey, func(step api.Step) (api.Input, error) {
		switch step := step.(type) {
		case api.Overview:
			return api.Continue{}, nil
		case api.EnterPassword:
			password, err := c.secrets.get(ctx, &c.secrets.password)
			return api.Password{Password: password}, err
		case api.EnterEmail:
			if step.Kept {
				return nil, refuse(nil, "This account has no email address yet. Set one in the console, then enroll the key.")
			}
			return nil, refuse(nil, "This account has no confirmed email address yet. Confirm one in the console, then enroll the key.")
		case api.UseSecurityKey:
			c.used = c.device
			response, err := c.keys.Create(ctx, c.device, json.RawMessage(step.Create), c)
			return api.KeyResponse{Response: response, Product: c.used.ProductName()}, err
		case api.NameKey:
			if label == "" {
				label = step.Suggested
			}
			return api.Label{Label: label}, nil
		case api.SaveBackupCode:
			fmt.Fprintf(c.out, "backup code %d: %s\n", step.Number, rawtext.Visible(step.Code, nameLimit))
			return api.Continue{}, nil
		}
		return nil, unknownStep(step)
	})
	if err == nil {
		fmt.Fprintf(c.out, "enrolled as %s\n", rawtext.Visible(label, nameLimit))
	}
	return err
}

// signIn signs in with password and key, and prints the session token.
func (c *keyCommand) signIn(ctx context.Context) error {
	return c.perform(ctx, api.SignIn, func(step api.Step) (api.Input, error) {
		switch step := step.(type) {
		case api.EnterCredentials:
			password, err := c.secrets.get(ctx, &c.secrets.password)
			return api.Credentials{Username: c.user, Password: password}, err
		case api.UseSecurityKey:
			response, err := c.keys.Get(ctx, c.device, json.RawMessage(step.Get), c)
			if there := step.ForeignRP; errors.Is(err, fido.ErrNotEnrolled) && len(there) > 0 {
				return nil, refuse(err, "This security key has no credential for this server's host name. If it is %q, it was set up for %s, and works with that host name only. Use another key.",
					there[0].Label, there[0].RPID)
			}
			return api.KeyResponse{Response: response}, err
		case api.EnterCode:
			return chooseKey(step.Alternatives)
		case api.EnterBackupCode:
			return chooseKey(step.Alternatives)
		case api.AwaitApproval:
			return chooseKey(step.Alternatives)
		}
		return nil, unknownStep(step)
	})
}

// chooseKey chooses the key if the server offers another method first (R40).
func chooseKey(alternatives []api.Method) (api.Input, error) {
	for _, m := range alternatives {
		if m == api.SecurityKey {
			return api.ChooseMethod{Method: m}, nil
		}
	}
	return nil, refuse(nil, "This account has no security key. Enroll one with nightlatch key enroll, or sign in with the console.")
}

func unknownStep(step api.Step) error {
	return refuse(nil, "The server asks for a step that this command does not support (%s). Use the console.", step.StepType())
}

// perform runs a ceremony: answer returns the input for each step. After an error or a
// refusal it cancels the ceremony.
func (c *keyCommand) perform(ctx context.Context, kind api.Kind, answer func(api.Step) (api.Input, error)) error {
	view, err := c.client.Begin(ctx, api.Begin{Kind: kind})
	if err != nil {
		return err
	}
	for {
		switch step := view.Step.(type) {
		case api.Finished:
			return nil
		case api.SignedIn:
			fmt.Fprintln(c.out, rawtext.Visible(step.SessionToken, sentenceLimit))
			return nil
		}
		if no := view.Refusal; no != nil {
			c.cancel(view.ID)
			return refuse(nil, "%s", oneLine(no.Title, no.Detail)+fromNow(no.RetryAt, view.Now))
		}
		if n := view.Notice; n != nil {
			if key, ok := view.Step.(api.UseSecurityKey); ok && len(key.Create)+len(key.Get) == 0 {
				c.cancel(view.ID) // no key of the account can be used here
				return refuse(nil, "%s", oneLine(n.Title, n.Detail))
			}
			if secret.IsTerminal(c.err) {
				fmt.Fprintln(c.err, oneLine(n.Title, n.Detail))
			}
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

// cancel cancels a ceremony, even after an interrupt.
func (c *keyCommand) cancel(id string) {
	ctx, done := context.WithTimeout(context.Background(), 2*time.Second)
	defer done()
	_ = c.client.Cancel(ctx, id) // an uncancelled ceremony expires
}

// Show prints what the user has to do (fido.Interaction).
func (c *keyCommand) Show(p fido.Prompt) {
	if p.Device.Path != "" {
		c.used = p.Device
	}
	if !secret.IsTerminal(c.err) {
		return // scripts expect nothing but a refusal on standard error
	}
	switch p.Kind {
	case fido.Insert:
		fmt.Fprintln(c.err, "Plug in your security key.")
	case fido.SystemDialog:
		fmt.Fprintln(c.err, "Windows asks for your security key, in a window of its own.")
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

// PIN reads the key's PIN (fido.Interaction). It reads it once: after a wrong PIN it
// fails, because the key allows few tries.
func (c *keyCommand) PIN(ctx context.Context, triesLeft int, previousWrong bool) (string, error) {
	if previousWrong {
		return "", &fido.WrongPINError{TriesLeft: triesLeft}
	}
	return c.secrets.get(ctx, &c.secrets.pin)
}
