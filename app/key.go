package main

import (
	"context"
	"fmt"
	"net/url"
	"os/signal"
	"path"
	"strings"
	"syscall"

	"nightlatch/fido"
	"nightlatch/server/client"
	"nightlatch/server/origin"
)

const keyHelp = `Usage: nightlatch key VERB [flags]

%s
--device PATH chooses a key; "--device nfc" is the key on an NFC reader. It is needed
only if several keys are plugged in. On Windows, enroll and sign-in open Windows' own
dialog, which finds the key and asks for its PIN.

The session token is read from the environment variable NIGHTLATCH_SESSION or from the file
of --session-file. It is no flag, because other users of this computer can read command lines.

With --server and the address of a lab on this computer, the lab's virtual keys can be
used, too. For enroll and sign-in --server is http://localhost:8440 by default.

At a terminal, passwords and PINs are asked for. Elsewhere flags say where they are:
--password-from, --pin-from and --new-pin-from take - (a line of standard input), fd:N (an
open descriptor) or file:PATH. If two name the same source, the password is on the first
line; the PIN comes before the new one. Without a flag, a line of standard input is the
password, and never a PIN: a wrong PIN costs one of the few tries of the key.
`

// A keyCommand is one run of `nightlatch key`.
type keyCommand struct {
	terminal
	// From the command line. Each verb sets some of these.
	address string // --device: a path, or the address of a key on a reader
	server  string // --server
	labOnly bool   // the server is needed for its lab's keys only
	session string // the token: of --session-file or the environment
	token   string // --session-file
	exposed bool   // a token was given as an argument
	label   string // --label
	user    string // --user
	id      string // --id
	yes     bool   // --yes

	client  *client.Client
	base    string // the server's URL; "" for none
	keys    *fido.Client
	device  fido.Device // the chosen key; the zero value for any
	used    fido.Device // the key that the ceremony uses
	secrets keySecrets
}

// key runs `nightlatch key VERB`.
func (t terminal) key(args []string) error {
	c := &keyCommand{terminal: t, secrets: newKeySecrets()}
	v, help, err := keyVerbs.parse(t, "key", c, args)
	if help {
		fmt.Fprintf(t.out, keyHelp, keyVerbs.help())
	}
	if err != nil || help {
		return err
	}
	keyOrigin := "http://localhost" // verbs without a server use no origin
	if c.server != "" {
		if c.base, keyOrigin, err = checkServer(c.server); err != nil {
			return err
		}
	}
	if err := disableCoreDumps(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	fido.IgnoreHangup()
	if err := c.secrets.begin(ctx, t, v.name, c.token, &c.session); err != nil {
		return err
	}
	c.client = client.New(c.base, nil).WithAgent("nightlatch key").WithDevice(deviceOf(c.base))
	release, err := c.openKeys(ctx, keyOrigin)
	if err != nil {
		return explainKey(c.base, err)
	}
	defer release()
	err = v.run(c, ctx)
	if c.atReader() {
		err = explainReader(ctx, c.keys, err)
	}
	return explainKey(c.base, err)
}

// openKeys makes the client for security keys and finds the key of --device. Call
// release when the keys are no longer needed.
func (c *keyCommand) openKeys(ctx context.Context, keyOrigin string) (release func(), err error) {
	cfg, closeReaders, err := withReaders(connectedKeys(keyOrigin))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			closeReaders()
		}
	}()
	cfg.Open = ownKeys{cfg.Open}
	switch {
	case c.atReader():
		cfg.Devices = atReader(cfg.Devices, c.address)
	case c.address != "":
		known := cfg
		if c.base != "" && path.Dir(c.address) == ptyDirectory { // only virtual keys are there
			if known, err = withLab(ctx, cfg, c.client, c.base, false); err != nil {
				return nil, err
			}
		}
		c.device = listedAt(ctx, known.Devices, c.address)
		cfg.Devices, cfg.Changes, cfg.Reader = fido.Paths(c.address), nil, nil
		cfg.Dialog = nil // this key and no other
	case c.base != "":
		if cfg, err = withLab(ctx, cfg, c.client, c.base, c.labOnly); err != nil {
			return nil, err
		}
	}
	if c.keys, err = fido.New(cfg); err != nil {
		return nil, err
	}
	if c.atReader() {
		if r := c.keys.Reader(ctx); !r.Present() {
			return nil, r.State.Err()
		}
	}
	return closeReaders, nil
}

// atReader reports whether --device means a key on an NFC reader.
func (c *keyCommand) atReader() bool { return isReaderAddress(c.address) }

// checkServer returns the server's URL, and the origin for security keys (W3C
// WebAuthn Level 3, §5.8.1). The origin of a loopback address is localhost, which is
// the default relying-party ID.
func checkServer(server string) (base, keyOrigin string, err error) {
	u, err := url.Parse(server)
	if err == nil && (u.User != nil || u.RawQuery != "") {
		return "", "", usagef("--server takes only a name and a port, because other users of this computer can read command lines. Write it as http://localhost:8440")
	}
	base, err = origin.Parse(server)
	if err != nil { // the URL may contain a secret, so it is not repeated
		return "", "", usagef("--server is not the address of a server; write it as http://localhost:8440, without a path")
	}
	if !isThisComputer(base) {
		if strings.HasPrefix(base, "http:") {
			return "", "", usagef("--server %s is refused: without https, others on the network could read the password", base)
		}
		return base, base, nil
	}
	if u, err = url.Parse(base); err != nil {
		return "", "", err
	}
	keyOrigin = u.Scheme + "://localhost"
	if port := u.Port(); port != "" {
		keyOrigin += ":" + port
	}
	return base, keyOrigin, nil
}
