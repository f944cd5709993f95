package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

const keyVerbs = "list, info, enroll, sign-in, set-pin, credentials, delete and reset"

const keyUsage = `Usage: nightlatch key VERB [flags]

  list                      the keys that are here: path, transport, name
  info                      what a key says of itself
  enroll --session TOKEN    add a key to the account of a session
  sign-in --user NAME       sign in with a key, and print the session token
  set-pin                   set a key's first PIN, or change it
  credentials               what is kept on a key: ID, site, user
  delete --id ID            delete something that is kept on a key
  reset --yes               make a key as new

The session's token may stand in the environment instead, as NIGHTLATCH_SESSION:
other people on this computer can read command lines.

A key's PIN, and a password, are read from standard input, a line each: the
password first; for set-pin the PIN that the key has, then the new one.
`

// key runs `nightlatch key VERB`.
func (t terminal) key(args []string) error {
	if len(args) == 0 {
		return usagef("key needs a verb: %s", keyVerbs)
	}
	verb, args := args[0], args[1:]
	f := t.flags("key "+verb, "key "+verb+" [flags]")
	device := f.String("device", "", "`path` of the security key, or nfc for the one on a reader; without it, the one that is there")
	var server, session, label, user, id string
	var yes bool
	switch verb {
	case "list", "enroll", "sign-in":
		f.StringVar(&server, "server", "http://localhost:8440", "`URL` of the server")
	}
	switch verb {
	case "list", "info", "set-pin", "credentials":
	case "enroll":
		f.StringVar(&session, "session", "", "session `token` of the account")
		f.StringVar(&label, "label", "", "`name` of the key; without it, its model's")
	case "sign-in":
		f.StringVar(&user, "user", "", "user `name`")
	case "delete":
		f.StringVar(&id, "id", "", "`ID` that key credentials printed")
	case "reset":
		f.BoolVar(&yes, "yes", false, "it may lose everything")
	case "help", "-h", "-help", "--help":
		fmt.Fprint(t.out, keyUsage)
		return nil
	default:
		return usagef("key has no verb %q: it has %s", verb, keyVerbs)
	}
	if err := parse(f, args); err != nil {
		return err
	}
	if session == "" { // no default of the flag, which -h would print
		session = os.Getenv("NIGHTLATCH_SESSION")
	}
	switch {
	case verb == "enroll" && session == "":
		return usagef("key enroll needs --session or NIGHTLATCH_SESSION, the token that a sign-in printed")
	case verb == "sign-in" && user == "":
		return usagef("key sign-in needs --user")
	case verb == "delete" && id == "":
		return usagef("key delete needs --id, one of those that key credentials prints")
	case verb == "reset" && !yes:
		return usagef("key reset needs --yes: the key loses its PIN, what is kept on it, and every account that it opens")
	}
	base, origin := "", "http://localhost" // what needs no server needs no origin of one
	if server != "" {
		var err error
		if base, origin, err = checkServer(server); err != nil {
			return err
		}
	}

	if err := hardened(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	fido.IgnoreHangup()
	cfg, letGo, err := withReaders(fido.Config{Open: libfido2.Backend{}, Devices: libfido2.Devices, Changes: libfido2.Changes, Origin: origin})
	if err != nil {
		return err
	}
	defer letGo()
	target := fido.Device{}
	switch {
	case isReaderAddress(*device):
		cfg.Devices = atReader(cfg.Devices, *device)
	case *device != "":
		cfg.Devices, cfg.Changes, cfg.Reader = fido.Paths(*device), nil, nil
		target = fido.Device{Path: *device, Transport: fido.USB}
	}
	keys, err := fido.New(cfg)
	if err != nil {
		return err
	}
	if isReaderAddress(*device) {
		if r := keys.Reader(ctx); !r.Present() {
			return explainKey(base, r.State.Err())
		}
	}
	c := keyCommand{
		terminal: t,
		client:   client.New(base, nil).WithAgent("nightlatch key"),
		keys:     keys,
		device:   target,
		secrets:  newSecrets(t),
	}
	switch verb {
	case "enroll":
		err = c.enroll(ctx, session, label)
	case "sign-in":
		err = c.signIn(ctx, user)
	case "info":
		err = c.info(ctx)
	case "set-pin":
		err = c.setPIN(ctx)
	case "credentials":
		err = c.credentials(ctx)
	case "delete":
		err = c.delete(ctx, id)
	case "reset":
		err = c.keys.Reset(ctx, c.device, c)
	default:
		err = c.list(ctx)
	}
	if isReaderAddress(*device) {
		err = insteadOfKey(ctx, keys, err)
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

// list prints a line for each key: path, transport and product, with tabs between,
// and "locked" behind one that this person may not open, "LAB" behind a virtual one.
func (c keyCommand) list(ctx context.Context) error {
	devices, err := c.keys.Devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if c.device.Path != "" { // of a path that was named nothing is known
			d = c.recognise(ctx, d)
		}
		fields := []string{addressOf(d), d.Transport, strings.TrimSpace(d.Manufacturer + " " + d.Product)}
		if d.Locked {
			fields = append(fields, "locked")
		}
		if d.Virtual {
			fields = append(fields, "LAB")
		}
		fmt.Fprintln(c.out, strings.Join(fields, "\t"))
	}
	return nil
}

// recognise asks a device what it is. One that does not say stays what it was.
func (c keyCommand) recognise(ctx context.Context, d fido.Device) fido.Device {
	p, err := c.keys.Look(ctx, d)
	if err != nil {
		return d
	}
	if d = p.Device; d.Product == "" {
		d.Product = p.Model
	}
	return d
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
