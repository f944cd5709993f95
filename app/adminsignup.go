package main

import (
	"context"
	"errors"
	"fmt"

	"nightlatch/app/secret"
	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/signup"
)

// checkNewOwner refuses an invalid user name. It runs before the user types a password.
func (c *adminCommand) checkNewOwner() error {
	if err := needUser("create-owner")(c); err != nil {
		return err
	}
	c.request.User = account.ParseUsername(c.request.User)
	if account.CheckUsername(c.request.User) != nil {
		return usagef("create-owner: a user name has 3 to 32 letters a to z, digits, dots or underscores")
	}
	return nil
}

// askOwnerPassword reads the password of the new account.
func (c *adminCommand) askOwnerPassword(ctx context.Context) (err error) {
	c.request.Password, err = readSecret(ctx, c.terminal, &secret.Secret{
		Name: "Password of the new account", Flag: "--password-from", From: c.from, Plain: true,
	})
	return err
}

// createOwner makes the owner's account (R7).
func (o *operator) createOwner(ctx context.Context, r adminRequest) error {
	err := o.server.CreateOwner(ctx, r.User, r.Password)
	var password *account.PasswordError
	switch {
	case errors.As(err, &password):
		if advice := password.Advice(); advice != "" {
			return refuse(err, "That password is easy to guess. %s", advice)
		}
		return refuse(err, "That password cannot be used: %s. Choose another one, such as several unrelated words.", passwordReason(password.Reason))
	case errors.Is(err, account.ErrUsernameTaken):
		return refuse(err, "There is an account named %s already. Choose another name, or hand the role to it with nightlatch admin set-owner.", r.User)
	case errors.Is(err, server.ErrOwned):
		return refuse(err, "This server has an owner already. Hand the role on with nightlatch admin set-owner.")
	case err != nil:
		return err
	}
	o.report.say(r.User + " owns this server. Sign in, and set up a second step soon.")
	return nil
}

func passwordReason(r account.PasswordReason) string {
	switch r {
	case account.PasswordTooShort:
		return "it is too short; it needs 8 characters, 15 under the hardened policy"
	case account.PasswordTooLong:
		return "it has more than 128 characters"
	case account.PasswordControl:
		return "it has a control character, or is not UTF-8"
	case account.PasswordContainsUsername:
		return "it is too similar to the user name"
	}
	return "attackers try it first"
}

// invite makes an invitation in the owner's name.
func (o *operator) invite(ctx context.Context, r adminRequest) error {
	made, err := o.server.Invite(ctx, r.Address)
	switch {
	case errors.Is(err, account.ErrEmail):
		return refuse(err, "The address %q cannot be invited. %s", r.Address, account.Advise(err, "An address looks like name@example.org.").Detail)
	case errors.Is(err, signup.ErrClosed):
		return refuse(err, "Sign-up is closed, so an invitation could not be used. Run nightlatch admin sign-up --mode invite first.")
	case errors.Is(err, signup.ErrFull):
		return refuse(err, "There are %d open invitations, and no more are possible. Take some back, or wait until they expire.", signup.InvitationsMax)
	case err != nil:
		return err
	}
	o.report.say(made.Code)
	o.report.say(fmt.Sprintf("This code creates one account for %s and works until %s. It is shown only now. Pass it on safely.", made.Address, made.Expires.Format("2006-01-02 15:04 UTC")))
	if made.Mailed {
		o.report.say("A second code is mailed to the address" + o.when() + ". Using one of the two codes uses up both.")
	}
	return nil
}

// signUp changes the owner's setting of who may sign up.
func (o *operator) signUp(ctx context.Context, r adminRequest) error {
	mode, err := signup.ParseMode(r.SignUp)
	if err == nil {
		err = o.server.SetSignUp(ctx, mode)
	}
	switch {
	case errors.Is(err, signup.ErrFixed):
		return refuse(err, "The running server was started with --sign-up, which overrides the setting. Start it without that flag, then try again.")
	case err != nil:
		return err
	}
	o.report.say("who may sign up: " + map[signup.Mode]string{
		signup.Open: "everybody", signup.Invite: "people with an invitation", signup.Closed: "nobody",
	}[mode])
	return nil
}

// setOwner hands the owner's role to an account.
func (o *operator) setOwner(ctx context.Context, r adminRequest) error {
	told, err := o.server.SetOwner(ctx, r.User)
	return o.changed(err, told,
		fmt.Sprintf("%s owns this server now. The owner controls who may sign up, and how mail and text messages are sent.", r.User),
		fmt.Sprintf("%s owns this server already: nothing was changed.", r.User))
}
