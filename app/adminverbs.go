package main

import (
	"flag"

	"nightlatch/server/delivery"
	"nightlatch/server/signup"
)

// adminVerbs are the verbs of `nightlatch admin`. To add one, add an element here: flags
// that fill c.request, and an operation.
var adminVerbs = verbs[adminCommand]{
	{
		name: "verify", synopsis: "[--data DIR] [FILE]", help: "check the database and every account's audit chain, or those of a backup",
		flags: (*adminCommand).openFlags,
		file:  (*adminCommand).fileArgument, fileOptional: true,
		here:      (*adminCommand).verifyBackup,
		operation: (*operator).verify, reads: true,
	},
	{
		name: "backup", synopsis: "[--data DIR] [--force] [--passphrase-from SOURCE | --recovery-key | --recipient RECIPIENT] FILE",
		help: "write one file that opens on another computer, with a passphrase or a recovery key",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			c.backups.passphrase = backupPassphrase("Passphrase of the backup")
			from(f, &c.backups.passphrase, "the passphrase")
			f.BoolVar(&c.backups.recoveryKey, "recovery-key", false, "make a recovery key, print it once, and use it instead of a passphrase")
			f.StringVar(&c.backups.recipient, "recipient", "", "use the public half of an existing recovery `key`: age1…")
			f.BoolVar(&c.backups.force, "force", false, "replace an existing file")
		},
		file:  (*adminCommand).fileArgument,
		needs: (*adminCommand).oneKey,
		run:   (*adminCommand).backup,
	},
	{
		name: "restore", synopsis: "[--data DIR] [--passphrase-from SOURCE] FILE", help: "replace the data by a backup; the old data are kept",
		flags: (*adminCommand).openFlags,
		file:  (*adminCommand).fileArgument,
		run:   (*adminCommand).restore,
	},
	{
		name: "set-backups", synopsis: "[--data DIR] [--folder DIR] [--recovery-key | --recipient RECIPIENT] [--off]",
		help: "let the server make a backup every day; the last seven are kept",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			pathVar(f, &c.request.Folder, "folder", "existing `directory` for the backups, on another disk if possible")
			f.BoolVar(&c.backups.recoveryKey, "recovery-key", false, "make a new recovery key for future backups, and print it once")
			f.StringVar(&c.request.Recipient, "recipient", "", "use the public half of an existing recovery `key`: age1…")
			f.BoolVar(&c.request.Off, "off", false, "make no more daily backups")
		},
		needs:     (*adminCommand).checkBackups,
		operation: (*operator).setBackups, finish: (*adminCommand).printRecoveryKey,
	},
	{
		name: "set-mail", synopsis: "[--data DIR] --addr HOST:PORT --from ADDRESS [--tls MODE] [--user NAME]",
		help: "set the mail server that sends messages",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			f.StringVar(&c.request.Mail.Addr, "addr", "", "mail server, as `host:port`")
			f.StringVar((*string)(&c.request.Mail.TLS), "tls", string(delivery.StartTLS), "`mode`: starttls, tls, or none, which is allowed for this computer only")
			choices(f, "tls", string(delivery.StartTLS), string(delivery.Implicit), string(delivery.NoTLS))
			f.StringVar(&c.request.Mail.From, "from", "", "the sender's `address`")
			f.StringVar(&c.request.Mail.Username, "user", "", "user `name`; type its password at a terminal, or send it to standard input")
			f.Var((*sourceFlag)(&c.from), "password-from", "where the password is: `-`, fd:N or file:PATH")
			f.BoolVar(&c.request.Off, "off", false, "stop sending mail")
		},
		needs: (*adminCommand).checkMail, ask: (*adminCommand).askMailPassword,
		operation: (*operator).setMail, creates: true,
	},
	{
		name: "set-text-gateway", synopsis: "[--data DIR] --url URL",
		help: "set the HTTP gateway that sends text messages",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			f.StringVar(&c.request.Text.URL, "url", "", "`URL` that accepts {\"to\",\"body\"}; type its bearer token at a terminal, or send it to standard input")
			f.Var((*sourceFlag)(&c.urlFrom), "url-from", "where the URL is, if it contains a secret: `-`, fd:N or file:PATH")
			f.Var((*sourceFlag)(&c.from), "token-from", "where the token is: `-`, fd:N or file:PATH")
			f.BoolVar(&c.request.Off, "off", false, "stop sending text messages")
		},
		needs: (*adminCommand).checkText, ask: (*adminCommand).askTextToken,
		operation: (*operator).setText, creates: true,
	},
	{
		name: "set-owner", synopsis: "[--data DIR] --user NAME",
		help:      "hand the owner's role to an account; the owner controls who may sign up and how messages are sent",
		flags:     (*adminCommand).accountFlags,
		needs:     needUser("set-owner"),
		operation: (*operator).setOwner,
	},
	{
		name: "create-owner", synopsis: "[--data DIR] --user NAME",
		help: "make the account that owns the server, if it has no owner",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			f.StringVar(&c.request.User, "user", "", "user `name` of the new account; type its password at a terminal, or send it to standard input")
			f.Var((*sourceFlag)(&c.from), "password-from", "where the password is: `-`, fd:N or file:PATH")
		},
		needs: (*adminCommand).checkNewOwner, ask: (*adminCommand).askOwnerPassword,
		operation: (*operator).createOwner, creates: true,
	},
	{
		name: "invite", synopsis: "[--data DIR] --address ADDRESS",
		help: "invite somebody to make an account, and print the code",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			f.StringVar(&c.request.Address, "address", "", "email `address` of the person")
		},
		needs: func(c *adminCommand) error {
			if c.request.Address == "" {
				return usagef("invite needs an address: --address NAME@EXAMPLE.ORG")
			}
			return nil
		},
		operation: (*operator).invite,
	},
	{
		name: "sign-up", synopsis: "[--data DIR] --mode MODE",
		help: "set who may sign up",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.dataFlag(f)
			f.StringVar(&c.request.SignUp, "mode", "", "`mode`: open, invite or closed")
			choices(f, "mode", string(signup.Open), string(signup.Invite), string(signup.Closed))
		},
		needs: func(c *adminCommand) error {
			if _, err := signup.ParseMode(c.request.SignUp); err != nil {
				return usagef("sign-up needs --mode open, invite or closed")
			}
			return nil
		},
		operation: (*operator).signUp,
	},
	{
		name: "unlock", synopsis: "[--data DIR] --user NAME",
		help:      "unlock an account that was locked after too many wrong tries",
		flags:     (*adminCommand).accountFlags,
		needs:     needUser("unlock"),
		operation: (*operator).unlock,
	},
	{
		name: "end-sessions", synopsis: "[--data DIR] --user NAME",
		help:      "sign an account out everywhere, if somebody else may have its session",
		flags:     (*adminCommand).accountFlags,
		needs:     needUser("end-sessions"),
		operation: (*operator).endSessions,
	},
	{
		name: "reset-two-factor", synopsis: "[--data DIR] --user NAME --yes",
		help: "turn two-factor authentication off for a user who lost every second step",
		flags: func(c *adminCommand, f *flag.FlagSet) {
			c.accountFlags(f)
			f.BoolVar(&c.yes, "yes", false, "confirm that every second step, backup code and temporary password is deleted")
		},
		needs: func(c *adminCommand) error {
			if err := needUser("reset-two-factor")(c); err != nil {
				return err
			}
			if !c.yes {
				return usagef("reset-two-factor needs --yes: it deletes every second step, backup code and temporary password of %s, who then signs in with the password alone", c.request.User)
			}
			return nil
		},
		operation: (*operator).resetTwoFactor,
	},
	{
		name: "udev-rule", help: "print the udev rule that lets users open security keys",
		flags: func(*adminCommand, *flag.FlagSet) {},
		run:   (*adminCommand).udevRule,
	},
}

func (c *adminCommand) dataFlag(f *flag.FlagSet) {
	c.needsData = true
	pathVar(f, &c.dir, "data", "data `directory`. "+withoutData(adminDirectory))
}

// accountFlags are those of a verb that changes one account.
func (c *adminCommand) accountFlags(f *flag.FlagSet) {
	c.dataFlag(f)
	f.StringVar(&c.request.User, "user", "", "user `name` of the account")
}

func (c *adminCommand) fileArgument() *string { return &c.file }

// needUser returns a check that --user was given.
func needUser(verb string) func(*adminCommand) error {
	return func(c *adminCommand) error {
		if c.request.User == "" {
			return usagef("%s needs a user name: --user NAME", verb)
		}
		return nil
	}
}

// openFlags adds --data and the flag for the source of a backup's key.
func (c *adminCommand) openFlags(f *flag.FlagSet) {
	c.dataFlag(f)
	c.backups.passphrase = backupPassphrase("Passphrase or recovery key of the backup")
	from(f, &c.backups.passphrase, "the passphrase or recovery key of the backup")
}

// oneKey refuses two kinds of keys for one backup.
func (c *adminCommand) oneKey() error {
	n := 0
	for _, given := range []bool{c.backups.passphrase.From != "", c.backups.recoveryKey, c.backups.recipient != ""} {
		if given {
			n++
		}
	}
	if n > 1 {
		return usagef("backup takes one of --passphrase-from, --recovery-key and --recipient")
	}
	return nil
}
