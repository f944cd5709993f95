package main

import (
	"context"
	"flag"
)

// keyVerbs are the verbs of `nightlatch key`.
var keyVerbs = verbs[keyCommand]{
	{
		name: "list", help: "list the security keys: path, transport, name",
		flags: (*keyCommand).labFlags,
		run:   (*keyCommand).list,
	},
	{
		name: "info", help: "show what a key reports about itself",
		flags: (*keyCommand).labFlags,
		run:   withKey((*keyCommand).info),
	},
	{
		name: "enroll", synopsis: "[--session-file PATH] [--label NAME]", help: "add a key to the account of a session",
		flags: func(c *keyCommand, f *flag.FlagSet) {
			c.serverFlags(f)
			pathVar(f, &c.token, "session-file", "`file` with the session token of the account (default the environment variable NIGHTLATCH_SESSION)")
			f.Var(refusedFlag{&c.exposed}, "session", "not accepted, because others can read command lines")
			f.StringVar(&c.label, "label", "", "`name` for the key (default the name of its model)")
		},
		needs: func(c *keyCommand) error {
			if c.exposed {
				return usagef("--session is not accepted, because other users of this computer can read command lines. They may have read this token, so end that session. Give the token in the environment variable NIGHTLATCH_SESSION, or in a file with --session-file")
			}
			return nil
		},
		run: (*keyCommand).enroll,
	},
	{
		name: "sign-in", synopsis: "--user NAME", help: "sign in with a key, and print the session token",
		flags: func(c *keyCommand, f *flag.FlagSet) {
			c.serverFlags(f)
			f.StringVar(&c.user, "user", "", "user `name`")
		},
		needs: func(c *keyCommand) error {
			if c.user == "" {
				return usagef("key sign-in needs --user")
			}
			return nil
		},
		run: (*keyCommand).signIn,
	},
	{
		name: "set-pin", help: "set or change the PIN of a key",
		flags: func(c *keyCommand, f *flag.FlagSet) {
			c.pinFlags(f)
			from(f, &c.secrets.newPIN, "the new PIN")
		},
		run: withKey((*keyCommand).setPIN),
	},
	{
		name: "credentials", help: "list the credentials stored on a key: ID, site, user name",
		flags: (*keyCommand).pinFlags,
		run:   withKey((*keyCommand).credentials),
	},
	{
		name: "delete", synopsis: "--id ID", help: "delete a credential stored on a key",
		flags: func(c *keyCommand, f *flag.FlagSet) {
			c.pinFlags(f)
			f.StringVar(&c.id, "id", "", "`ID` that key credentials printed")
		},
		needs: func(c *keyCommand) error {
			if c.id == "" {
				return usagef("key delete needs --id: an ID that key credentials printed")
			}
			return nil
		},
		run: (*keyCommand).delete,
	},
	{
		name: "reset", synopsis: "--yes", help: "reset a key to its factory settings",
		flags: func(c *keyCommand, f *flag.FlagSet) {
			c.labFlags(f)
			f.BoolVar(&c.yes, "yes", false, "confirm that the key loses its PIN and all credentials")
		},
		needs: func(c *keyCommand) error {
			if !c.yes {
				return usagef("key reset needs --yes: the key loses its PIN and its credentials, and no longer signs in to any account")
			}
			return nil
		},
		run: withKey((*keyCommand).reset),
	},
}

// labFlags adds the flags of verbs that need no server, but can use the virtual keys of
// a lab.
func (c *keyCommand) labFlags(f *flag.FlagSet) {
	c.labOnly = true
	f.StringVar(&c.server, "server", "", "`URL` of a lab on this computer, to use its virtual keys, too")
	c.deviceFlag(f)
}

// serverFlags adds the flags of verbs that run a ceremony with a server.
func (c *keyCommand) serverFlags(f *flag.FlagSet) {
	f.StringVar(&c.server, "server", "http://localhost:8440", "`URL` of the server; if it is a lab on this computer, its virtual keys can be used, too")
	c.deviceFlag(f)
	from(f, &c.secrets.password, "the account's password")
	from(f, &c.secrets.pin, "the key's PIN")
}

// pinFlags adds the flags of verbs that need the key's PIN, but no server.
func (c *keyCommand) pinFlags(f *flag.FlagSet) {
	c.labFlags(f)
	from(f, &c.secrets.pin, "the key's PIN")
}

func (c *keyCommand) deviceFlag(f *flag.FlagSet) {
	pathVar(f, &c.address, "device", "`path` of the security key, or nfc for the one on a reader (default the only one)")
}

// withKey returns a run function that fails at once if no key is plugged in. These
// verbs do not wait for one: a key that is plugged in later may be another one than
// the user meant.
func withKey(run func(*keyCommand, context.Context) error) func(*keyCommand, context.Context) error {
	return func(c *keyCommand, ctx context.Context) error {
		if err := c.needKey(ctx); err != nil {
			return err
		}
		return run(c, ctx)
	}
}
