package main

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"path"
	"syscall"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/server/client"
)

const keyVerbs = "list, info, enroll, sign-in, set-pin, credentials, delete and reset"

const keyUsage = `Usage: nightlatch key VERB [flags]

  list                      the keys that are here: path, transport, name
  info                      what a key says of itself
  enroll --session TOKEN    add a key to the account of a session
  sign-in --user NAME       sign in with a key, and print the session token
  set-pin                   set a key's first PIN, or change it
  credentials               what is kept on a key: ID, site, user name
  delete --id ID            delete something that is kept on a key
  reset --yes               make a key as new

The session's token may stand in the environment instead, as NIGHTLATCH_SESSION:
other people on this computer can read command lines.

With the --server of a lab on this computer the keys that are plugged in there
count, too. enroll and sign-in have one in any case: http://localhost:8440.

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
	case "enroll", "sign-in":
		f.StringVar(&server, "server", "http://localhost:8440", "`URL` of the server; the keys of its lab, if it is one, count, too")
	default:
		f.StringVar(&server, "server", "", "`URL` of a lab's server, whose keys count, too")
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

	if err := disableCoreDumps(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	fido.IgnoreHangup()
	theServer := client.New(base, nil).WithAgent("nightlatch key")
	cfg, release, err := withReaders(fido.Config{Open: libfido2.Backend{}, Devices: libfido2.Devices, Changes: libfido2.Changes, Origin: origin})
	if err != nil {
		return err
	}
	defer release()
	target := fido.Device{}
	switch {
	case isReaderAddress(*device):
		cfg.Devices = atReader(cfg.Devices, *device)
	case *device != "":
		known := cfg
		if base != "" && path.Dir(*device) == ptyDirectory { // any other key is no business of the server's
			if known, err = withLab(ctx, cfg, theServer, base, false); err != nil {
				return explainKey(base, err)
			}
		}
		target = fido.Device{Path: *device, Transport: transportOf(ctx, known.Devices, *device)}
		cfg.Devices, cfg.Changes, cfg.Reader = fido.Paths(*device), nil, nil
	case base != "":
		needed := verb != "enroll" && verb != "sign-in"
		if cfg, err = withLab(ctx, cfg, theServer, base, needed); err != nil {
			return explainKey(base, err)
		}
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
		client:   theServer,
		base:     base,
		keys:     keys,
		device:   target,
		atReader: isReaderAddress(*device),
		secrets:  newSecrets(t),
	}
	switch verb {
	case "enroll":
		err = c.enroll(ctx, session, label)
	case "sign-in":
		err = c.signIn(ctx, user)
	case "info":
		err = c.withKey(ctx, c.info)
	case "set-pin":
		err = c.withKey(ctx, c.setPIN)
	case "credentials":
		err = c.withKey(ctx, c.credentials)
	case "delete":
		err = c.delete(ctx, id)
	case "reset":
		err = c.withKey(ctx, c.reset)
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
	base    string // the server's address; "" for none
	keys    *fido.Client
	device  fido.Device
	secrets *secrets

	atReader bool // the key is one on a reader
}
