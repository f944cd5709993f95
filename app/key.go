package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// key runs `nightlatch key VERB`.
func (t terminal) key(args []string) error {
	if len(args) == 0 {
		return usagef("key needs a verb: list, enroll or sign-in")
	}
	verb, args := args[0], args[1:]
	f := t.flags("key "+verb, "key "+verb+" [flags]")
	device := f.String("device", "", "`path` of the security key; without it, the one that is plugged in")
	server := f.String("server", "http://localhost:8440", "`URL` of the server")
	var session, label, user string
	switch verb {
	case "list":
	case "enroll":
		f.StringVar(&session, "session", "", "session `token` of the account")
		f.StringVar(&label, "label", "", "`name` of the key; without it, its model's")
	case "sign-in":
		f.StringVar(&user, "user", "", "user `name`")
	case "-h", "-help", "--help":
		fmt.Fprint(t.out, usage)
		return nil
	default:
		return usagef("key has no verb %q: it has list, enroll and sign-in", verb)
	}
	if err := parse(f, args); err != nil {
		return err
	}
	if why := lacking(securityKeys); why != "" {
		return refuse(nil, "%s", why)
	}
	if verb == "enroll" && session == "" {
		return usagef("key enroll needs --session, the token that a sign-in printed")
	}
	if verb == "sign-in" && user == "" {
		return usagef("key sign-in needs --user")
	}
	base, origin, err := checkServer(*server)
	if err != nil {
		return err
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	fido.IgnoreHangup()
	cfg := fido.Config{Open: libfido2.Backend{}, Devices: libfido2.Devices, Changes: libfido2.Changes, Origin: origin}
	if *device != "" {
		cfg.Devices, cfg.Changes = fido.Paths(*device), nil
	}
	keys, err := fido.New(cfg)
	if err != nil {
		return err
	}
	c := keyCommand{
		terminal: t,
		client:   client.New(base, nil).WithAgent("nightlatch key"),
		keys:     keys,
		device:   fido.Device{Path: *device, Transport: fido.USB},
		secrets:  newSecrets(t),
	}
	switch verb {
	case "enroll":
		err = c.enroll(ctx, session, label)
	case "sign-in":
		err = c.signIn(ctx, user)
	default:
		err = c.list(ctx)
	}
	return explainKey(base, err)
}

// checkServer returns the server's address and the origin that a security key
// is told. Loopback is called localhost there: it is the relying party's ID.
func checkServer(server string) (base, origin string, err error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", "", usagef("--server %s is no address; write it as http://localhost:8440", server)
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	if host == "localhost" || err == nil && ip.IsLoopback() {
		host = "localhost"
	} else if u.Scheme == "http" {
		return "", "", usagef("--server %s is refused: without https others could read the password on the way", server)
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + u.Host, u.Scheme + "://" + host, nil
}

// A keyCommand is one run of `nightlatch key`.
type keyCommand struct {
	terminal
	client  *client.Client
	keys    *fido.Client
	device  fido.Device
	secrets *secrets
}

// list prints a line for each key: path, transport and product, with tabs between.
func (c keyCommand) list(ctx context.Context) error {
	devices, err := c.keys.Devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range devices {
		fmt.Fprintf(c.out, "%s\t%s\t%s\n", d.Path, d.Transport, strings.TrimSpace(d.Manufacturer+" "+d.Product))
	}
	return nil
}

// enroll adds the key to the account of a session (R30–R33).
func (c keyCommand) enroll(ctx context.Context, session, label string) error {
	c.client = c.client.WithToken(session)
	return c.play(ctx, api.EnrollKey, func(step api.Step) (api.Input, error) {
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
			return refuse(nil, "%s", oneLine(no.Title, no.Detail))
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
		fmt.Fprintln(c.err, "Touch your security key.")
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
