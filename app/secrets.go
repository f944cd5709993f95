package main

import (
	"context"
	"errors"
	"flag"
	"os"

	"nightlatch/app/secret"
	"nightlatch/server/rawtext"
)

// keySecrets are the secrets that `nightlatch key` may need.
type keySecrets struct {
	password, pin, newPIN secret.Secret

	get func(context.Context, *secret.Secret) (string, error)
}

func newKeySecrets() keySecrets {
	return keySecrets{
		password: secret.Secret{Name: "Password of your account", Flag: "--password-from", Plain: true},
		pin:      secret.Secret{Name: "PIN of the security key", Flag: "--pin-from"},
		newPIN:   secret.Secret{Name: "New PIN of the security key", Flag: "--new-pin-from"},
	}
}

// begin checks the flags of a verb. It reads the session token if the verb needs one.
func (k *keySecrets) begin(ctx context.Context, t terminal, verb, file string, session *string) error {
	read, err := newSecrets(t, &k.password, &k.pin, &k.newPIN)
	if err != nil {
		return err
	}
	k.get = read
	if verb != "enroll" {
		return nil
	}
	*session = os.Getenv("NIGHTLATCH_SESSION")
	if file != "" {
		if *session, err = secret.File(ctx, file); err != nil {
			return explainSecret(&secret.Secret{Name: "session token", Flag: "--session-file"}, err)
		}
	}
	if *session == "" {
		return usagef("key enroll needs the token that sign-in printed: in the environment variable NIGHTLATCH_SESSION, or in a file that --session-file names")
	}
	return nil
}

// newSecrets returns a function that reads a command's secrets and explains errors.
func newSecrets(t terminal, all ...*secret.Secret) (func(context.Context, *secret.Secret) (string, error), error) {
	for _, s := range all {
		if err := s.From.Check(); err != nil {
			return nil, usagef("%s takes - (a line of standard input), fd:N or file:PATH", s.Flag)
		}
	}
	r := secret.NewReader(t.in, t.err, all...)
	return func(ctx context.Context, s *secret.Secret) (string, error) {
		got, err := r.Read(ctx, s)
		return got, explainSecret(s, err)
	}, nil
}

// readSecret reads the only secret of a command.
func readSecret(ctx context.Context, t terminal, s *secret.Secret) (string, error) {
	read, err := newSecrets(t, s)
	if err != nil {
		return "", err
	}
	return read(ctx, s)
}

// explainSecret turns an error of reading a secret into a refusal.
func explainSecret(s *secret.Secret, err error) error {
	var encoding *rawtext.FileError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return refuse(err, "Cancelled. Nothing was changed.")
	case errors.Is(err, secret.ErrUnnamed):
		return refuse(err, "This needs a secret: %s. Name its source with %s (- for a line of standard input, fd:N or file:PATH), or run this at a terminal. Nothing was changed.", s.Name, s.Flag)
	case errors.Is(err, secret.ErrEnded) && s.From == "":
		return refuse(err, "Nothing was typed (%s). Nothing was changed; try again.", s.Name)
	case errors.Is(err, secret.ErrEnded):
		return refuse(err, "A line is missing: %s. Write it there, on a line by itself, or name another source with %s. Nothing was changed.", s.Name, s.Flag)
	case errors.As(err, &encoding):
		return refuse(err, "The source of %s cannot be used: %v. Nothing was changed.", s.Flag, encoding)
	case errors.Is(err, secret.ErrTooLong):
		return refuse(err, "The source of %s has a line that is too long for a secret. Check that it is the right source.", s.Flag)
	}
	return refuse(err, "The source of %s cannot be read (%s). Check it and try again; nothing was changed.", s.Flag, reason(err))
}

// from adds the flag for the source of a secret.
func from(f *flag.FlagSet, s *secret.Secret, what string) {
	f.Var((*sourceFlag)(&s.From), s.Flag[len("--"):], "where "+what+" is: `-` (a line of standard input), fd:N or file:PATH")
}
