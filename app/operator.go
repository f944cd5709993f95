package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/store"
)

// An adminRequest has the arguments of one admin verb. It is sent to the running server as
// JSON. It can contain secrets, so it is never logged.
type adminRequest struct {
	User string `json:"user,omitempty"`
	Off  bool   `json:"off,omitempty"`

	Folder    string `json:"folder,omitempty"`    // of the daily backups
	Recipient string `json:"recipient,omitempty"` // their key's public half

	Password string `json:"password,omitempty"` // create-owner
	Address  string `json:"address,omitempty"`  // invite
	SignUp   string `json:"sign_up,omitempty"`

	Mail mailRequest
	Text textRequest
}

// An operation does the work of one admin verb on an open database. The same function runs in
// the running server or, if there is none, in this process.
type operation func(o *operator, ctx context.Context, r adminRequest) error

// An operator runs operations on an instance.
type operator struct {
	*instance
	running bool // the instance serves requests and sends messages now
	report  reporter
}

// A reporter receives the messages of an operation for its user.
type reporter struct {
	say      func(line string)                    // a line for standard output
	progress func(what string, done, total int64) // total is 0 if it is unknown
}

// needDatabase refuses a data directory without a database.
func needDatabase(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, databaseName)); errors.Is(err, fs.ErrNotExist) {
		return refuse(err, "There is no database in %s. Give its directory with --data.", shortened(dir))
	}
	return nil
}

// startLimit is how long admin waits for a server that is starting or stopping: it uses the
// data and does not answer.
const startLimit = 5 * time.Second

// operate runs an operation in the server that uses c.dir, or here if none runs.
func (c *adminCommand) operate(ctx context.Context, v *verb[adminCommand]) error {
	for began := time.Now(); ; {
		asked, err := c.askServer(ctx, v.name)
		if asked || err != nil {
			return err
		}
		err = c.operateHere(ctx, v)
		if !errors.Is(err, store.ErrInUse) || ctx.Err() != nil {
			return err
		}
		if time.Since(began) > startLimit { // opening waits for the lock, so this loop does not spin
			return refuse(err, "Another Nightlatch uses the data in %s and does not answer. It may be starting or stopping, or may have an older version. Wait a moment and try again, or stop it first.", shortened(c.dir))
		}
	}
}

// operateHere runs an operation in this process.
func (c *adminCommand) operateHere(ctx context.Context, v *verb[adminCommand]) error {
	if !v.creates {
		if err := needDatabase(c.dir); err != nil {
			return err
		}
	}
	if v.reads {
		return c.readHere(ctx, v)
	}
	inst, err := openInstance(ctx, instanceConfig{
		dir: c.dir, maintenance: true, policy: account.Classic(), keepMail: true,
		log:        slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
		converting: c.converting(nil),
	})
	if err != nil {
		return err
	}
	report, done := c.reporter()
	err = v.operation(&operator{instance: inst, report: report}, ctx, c.request)
	done()
	return explainData(c.dir, errors.Join(explainAccount(c.request.User, err), inst.close()))
}

// readHere runs an operation that changes nothing, in this process.
func (c *adminCommand) readHere(ctx context.Context, v *verb[adminCommand]) error {
	inst, err := c.openForReading(ctx, c.dir)
	if err != nil {
		return explainData(c.dir, err)
	}
	report, done := c.reporter()
	err = v.operation(&operator{instance: inst, report: report}, ctx, c.request)
	done()
	return explainData(c.dir, errors.Join(err, inst.close()))
}

// explainAccount turns an error of finding an account into a refusal.
func explainAccount(user string, err error) error {
	if errors.Is(err, account.ErrNotFound) {
		return refuse(err, "There is no account named %s. Check the name; upper and lower case do not matter.", user)
	}
	return err
}

// when returns the end of a sentence about a message. Messages are sent only while a server
// runs.
func (o *operator) when() string {
	switch {
	case o.running:
		return ""
	case o.forLab:
		return " when the lab runs next"
	}
	return " when the server runs next"
}

// told returns a sentence about how the owner of an account is notified of a change. It is
// true with and without a running server, and for a lab.
func (o *operator) told(t server.Told) string {
	when := o.when()
	switch {
	case t.Mail && t.Text:
		return "A mail and a text message about it are sent to the user" + when + "."
	case t.Mail:
		return "A mail about it is sent to the user" + when + "."
	case t.Text:
		return "A text message about it is sent to the user" + when + "."
	case t.Kept:
		return "No mail server is set up, so a mail about it is kept on this computer for the user" + when + "."
	}
	return "The user gets no message about it, because no message can be sent to a confirmed address or a phone of the account. " +
		"The change is in the account's activity list. Tell the user yourself."
}
