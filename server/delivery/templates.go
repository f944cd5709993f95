package delivery

import (
	"errors"
	"fmt"
	"strings"
	"text/template"

	"nightlatch/server/api"
	"nightlatch/server/rawtext"
)

// The templates that are not notices, with their arguments.
const (
	SignInCode        = "sign-in-code"       // code, valid (Duration): the second step of a sign-in (R14)
	PhoneCode         = "phone-code"         // code, valid: confirms a phone number (R11, R16)
	EmailCode         = "email-code"         // code, valid: confirms an address (R4)
	TemporaryPassword = "temporary-password" // password, until (clock time and zone) (R82)
	TestMail          = "test-mail"          // shows that the mail server works
	TextsWanted       = "texts-wanted"       // the answer to GO (R18)
	Summary           = "summary"            // username, count, since, kind1 to kind5: notices that were merged
	LoginRequest      = "login-request"      // id, username, client, place: a sign-in to approve, to a phone (R50)
	Invitation        = "invitation"         // code, until, by: to a person without an account (R7)
)

// noticePrefix begins the name of every notice; an audit event's type follows.
const noticePrefix = "notice-"

// Notice returns the template that announces an audit event (R4, R6, R16). All
// notices take the optional arguments username, client, place and at; some also take
// label, number, method, address, until or short_code. An argument may come from an
// attacker (a client's name), so Render turns each into one short line.
func Notice(event api.EventType) string { return noticePrefix + string(event) }

// HasNotice reports whether an audit event has a notice.
func HasNotice(event api.EventType) bool {
	_, ok := templates[Notice(event)]
	return ok
}

// A wording is the text of a template for each channel. A text message has one
// segment (R15); a mail also says what to do next.
type wording struct {
	subject, mail, text string
	code                bool // the text ends in the origin-bound line (R15)
	several             *several
}

// several are the subject and the text if the arguments have "last": it happened to several.
type several struct{ subject, text string }

// or returns w with the words for several.
func (w wording) or(subject, text string) wording {
	w.several = &several{subject, text + " Not you? Change your password now."}
	return w
}

// notice makes the wording of a security notice: what happened, and what to do if
// the account's owner did not do it.
func notice(subject, happened, text string) wording {
	return wording{
		subject: subject,
		mail: "Hello{{with .username}} {{.}}{{end}},\n\n" + happened + "\n" +
			"{{with .at}}\nWhen: {{.}}{{end}}{{with .client}}\nClient: {{.}}{{end}}{{with .place}}\nPlace: {{.}}{{end}}\n\n" +
			"If this was you, there is nothing to do.\n" +
			"If it was not, change your password now, end all other sessions and look at\n" +
			"Security and account access > Security > Two-factor authentication.\n",
		text: text + " Not you? Change your password now.",
	}
}

// locked announces that signing in is locked after too many wrong tries (R43). With the
// argument protocol, only programs that send a user name and a password are locked out.
var locked = wording{
	subject: "Signing in is locked after too many wrong tries",
	mail: "Hello{{with .username}} {{.}}{{end}},\n\n" +
		"{{if .protocol}}A program tried too many wrong passwords in a row for your account. Programs that use only\n" +
		"a user name and a password are now locked out. You can still sign in,\n" +
		"and temporary passwords still work.\n" +
		"{{else}}There were {{with .failures}}{{.}}{{else}}too many{{end}} wrong tries in a row to sign in to your account: wrong passwords or\n" +
		"wrong codes. No one can sign in to it now, except on a device that has signed in before. Open\n" +
		"sessions stay open.\n{{end}}" +
		"\nThe last try:{{with .at}}\nWhen: {{.}}{{end}}{{with .client}}\nClient: {{.}}{{end}}{{with .place}}\nPlace: {{.}}{{end}}\n\n" +
		"{{if .protocol}}To let programs in again, sign in and enter your password once more where Nightlatch asks for\n" +
		"it, or wait until no one has tried for a day.\n" +
		"{{else}}To unlock it, enter your password in an open session, where Nightlatch asks for it before a change.\n" +
		"Without one, the operator of this server can: on your own computer that is you: nightlatch admin unlock.\n" +
		"\nIf you did not make these tries, someone is guessing. If there were wrong codes among them (see the\n" +
		"activity list), they know your password: change it after the account is unlocked.\n{{end}}",
	text: "Nightlatch: signing in is locked after too many wrong tries. Enter your password in an open session to unlock it.",
}

// backupFailed tells the owner of the server that a daily backup failed.
var backupFailed = wording{
	subject: "The daily backup failed",
	mail: "Hello{{with .username}} {{.}}{{end}},\n\n" +
		"The daily backup of your server could not be made{{with .at}} ({{.}}){{end}}:\n" +
		"{{if eq .reason \"no_key\"}}there is no recovery key yet." +
		"{{else if eq .reason \"no_folder\"}}its folder does not exist. Is the disk connected?" +
		"{{else if eq .reason \"denied\"}}its folder cannot be written to." +
		"{{else if eq .reason \"full\"}}no space is left in its folder." +
		"{{else if eq .reason \"data\"}}the database could not be read. Run nightlatch admin verify." +
		"{{else}}the file could not be written, or could not be opened again.{{end}}\n\n" +
		"The backups that are there were kept. It is tried again every hour; you get no further mail until\n" +
		"it has worked once. Look at Settings > Backup.\n",
	text: "Nightlatch: the daily backup of your server failed. Look at Settings, Backup.",
}

// restored tells the owner of an account which old data a restore may have brought back.
var restored = wording{
	subject: "Your account was put back to an earlier state",
	mail: "Hello{{with .username}} {{.}}{{end}},\n\n" +
		"The operator of this server restored its data from a backup{{with .made}} of {{.}}{{end}}. What you changed\n" +
		"since then is gone. These may be as they were before:\n\n" +
		"- your password: an old one may work again, and the new one not\n" +
		"- backup codes: ones that you have used may work again, and newer ones not\n" +
		"- security keys, the authenticator app and the phone number: ones that you removed may be back\n" +
		"- the email address\n\n" +
		"You are signed out everywhere, and temporary passwords are revoked.\n{{with .at}}\nWhen: {{.}}{{end}}\n\n" +
		"Sign in and look at Security and account access > Security > Two-factor authentication. Remove what\n" +
		"is not yours any more, and replace your backup codes.\n",
	text: "Nightlatch: your account was restored from a backup. An old password, codes and keys may work again. Sign in and check them.",
}

const codeWarning = "No one from Nightlatch will ask you for it. If you did not request it, someone\n" +
	"else may know your password: change it.\n"

var templates = map[string]wording{
	SignInCode: {
		subject: "Your sign-in code",
		mail:    "Hello,\n\n{{.code}} is your code to sign in. It{{with .valid}} is valid for {{.}} and{{end}} works once.\n\n" + codeWarning,
		text:    "{{.code}} is your Nightlatch sign-in code. Don't share it.",
		code:    true,
	},
	PhoneCode: {
		subject: "Your confirmation code",
		mail:    "Hello,\n\n{{.code}} is your code to confirm this phone number.{{with .valid}} It is valid for {{.}}.{{end}}\n\n" + codeWarning,
		text:    "{{.code}} is your Nightlatch code to confirm this phone. Don't share it.",
		code:    true,
	},
	EmailCode: {
		subject: "Your confirmation code",
		mail: "Hello,\n\n{{.code}} is your code to confirm this email address.{{with .valid}} It is valid for {{.}}.{{end}}\n\n" +
			"Security notices about your account will come to this address. If you did not\n" +
			"request this, someone typed your address by mistake: do nothing.\n",
		text: "{{.code}} is your Nightlatch code to confirm your email address. Don't share it.",
		code: true,
	},
	TemporaryPassword: {
		subject: "A temporary password",
		mail: "Hello,\n\n{{.password}} is your temporary password{{with .until}}, valid until {{.}}{{end}}. It is for programs\n" +
			"that know only a user name and a password.\n\n" +
			"If you did not just sign in from one, someone else knows your password: change it.\n",
		text: "{{.password}} is your Nightlatch temporary password{{with .until}} until {{.}}{{end}}. Not you? Change your password.",
	},
	TestMail: {
		subject: "A test mail from Nightlatch",
		mail: "Hello,\n\nThis mail shows that the mail server of your Nightlatch works. Codes and security\n" +
			"notices will be sent in the same way.\n",
		text: "Nightlatch: a test.",
	},
	Invitation: {
		subject: "An invitation to Nightlatch",
		mail: "Hello,\n\n{{with .by}}{{.}} invites you{{else}}You are invited{{end}} to make an account on a Nightlatch server. Your invitation code:\n\n" +
			"{{.code}}\n\nEnter it where you create the account. It works once{{with .until}}, until {{.}}{{end}}. Do not pass it on: it\n" +
			"also shows that this address is yours. If you do not know who invites you, do nothing.\n",
		text: "Nightlatch: {{.code}} is your invitation code.",
	},
	LoginRequest: {
		subject: "Is this you?",
		mail: "{{with .client}}{{.}}{{else}}A program{{end}}{{with .place}} at {{.}}{{end}} wants to sign in{{with .username}} to {{.}}{{end}}.\n" +
			"Approve it only if that is you.\n",
		text: "Nightlatch: a sign-in waits for your answer on your phone.",
	},
	TextsWanted: {
		subject: "Your phone receives text messages again",
		mail:    "Hello,\n\nYour phone opted in to text messages and receives them from now on.\n",
		text:    "Nightlatch: this phone receives text messages from now on. To stop them, reply STOP.",
	},
	Summary: {
		subject: "More changes to your account",
		mail: "Hello{{with .username}} {{.}}{{end}},\n\n" +
			"There were{{with .count}} {{.}}{{end}} more notices about your account{{with .since}} since {{.}}{{end}}. They are together in this\n" +
			"mail, because there were so many:\n" +
			"{{with .kind1}}\n{{.}}{{end}}{{with .kind2}}\n{{.}}{{end}}{{with .kind3}}\n{{.}}{{end}}{{with .kind4}}\n{{.}}{{end}}{{with .kind5}}\n{{.}}{{end}}\n\n" +
			"Activity lists each of them, with its time and client.\n\n" +
			"If this was you, there is nothing to do.\n" +
			"If it was not, change your password now, end all other sessions and look at\n" +
			"Security and account access > Security > Two-factor authentication.\n",
		text: "Nightlatch:{{with .count}} {{.}}{{end}} more notices about your account. Its activity list has them. Not you? Change your password now.",
	},

	Notice(api.EventAccountCreated): notice("Welcome to Nightlatch",
		"Your account was created.", "Nightlatch: your account was created."),
	Notice(api.EventPasswordChanged): notice("Your password was changed",
		"The password of your account was changed.", "Nightlatch: your password was changed."),
	Notice(api.EventEmailConfirmed): notice("Your email address was confirmed",
		"This address was confirmed. Security notices about your account come here from now on.",
		"Nightlatch: your email address was confirmed."),
	Notice(api.EventEmailChanged): notice("Your email address was changed",
		"The email address of your account was changed{{with .address}} to {{.}}{{end}}. Security notices go there from now on.",
		"Nightlatch: your email address was changed."),
	Notice(api.EventPhoneChanged): notice("Your phone number was changed",
		"The phone number of your account was changed{{with .number}} to {{.}}{{end}}. Codes go there from now on.",
		"Nightlatch: this is no longer the phone number of your account."),
	Notice(api.EventPhoneDeleted): notice("Your phone number was deleted",
		"The phone number of your account was deleted. No codes are sent to it any more.",
		"Nightlatch: this phone number was deleted from your account."),
	Notice(api.EventSignUpChanged): notice("Who may sign up was changed",
		"You own this server, and who may sign up was changed{{with .sign_up}} to: {{.}}{{end}}.",
		"Nightlatch: who may sign up on your server was changed."),
	Notice(api.EventInvited): notice("Somebody was invited",
		"You own this server, and an invitation{{with .address}} for {{.}}{{end}} was made.",
		"Nightlatch: somebody was invited to your server."),
	Notice(api.EventInviteUsed): notice("An invitation was used",
		"An account{{with .account}}, {{.}},{{end}} was made with your invitation{{with .address}} for {{.}}{{end}}.",
		"Nightlatch: an invitation of yours was used."),
	Notice(api.EventOwnerMade): notice("You own this Nightlatch server",
		"Your account owns this server now: it says who may sign up and how messages are sent.",
		"Nightlatch: your account owns this server now."),
	Notice(api.EventOwnerHandedOn): notice("You no longer own this Nightlatch server",
		"The owner's role was handed on{{with .account}} to {{.}}{{end}}.",
		"Nightlatch: your account no longer owns this server."),
	Notice(api.EventCarrierOptIn): notice("Your phone opted in to text messages",
		"Your phone{{with .number}}, {{.}},{{end}} sent us GO. Codes and notices are sent to it.",
		"Nightlatch: this phone receives text messages from now on."),
	Notice(api.EventCarrierOptOut): notice("Your phone opted out of text messages",
		"Your phone{{with .number}}, {{.}},{{end}} sent us STOP. Nothing is texted to it any more, not even codes to sign in.\n"+
			"Text GO{{with .short_code}} to {{.}}{{end}} from that phone, or set up another second step.",
		"Nightlatch: this phone receives no more text messages."),
	Notice(api.EventTextEnabled): notice("Text message codes are on",
		"Signing in can now be confirmed with a code by text message{{with .number}} to {{.}}{{end}}.",
		"Nightlatch: sign-in codes by text are now on."),
	Notice(api.EventAppEnabled): notice("An authenticator app was added",
		"Signing in can now be confirmed with a code from an authenticator app.",
		"Nightlatch: an authenticator app was added to your account."),
	Notice(api.EventKeyAdded): notice("A security key was added",
		"A security key was added to your account{{with .label}}: {{.}}{{end}}.",
		"Nightlatch: a security key was added to your account."),
	Notice(api.EventKeyRenamed): notice("A security key was renamed",
		"A security key of your account was renamed{{with .label}} to {{.}}{{end}}.",
		"Nightlatch: a security key of your account was renamed."),
	Notice(api.EventKeyDeleted): notice("A security key was deleted",
		"A security key was deleted from your account{{with .label}}: {{.}}{{end}}.",
		"Nightlatch: a security key was deleted from your account."),
	Notice(api.EventKeyPossiblyCopied): notice("A security key may have been copied",
		"The signature counter of a security key of your account{{with .label}}, {{.}},{{end}} did not grow. A copy of\n"+
			"the key may be in use. Delete it under Manage security keys, unless you know the reason.",
		"Nightlatch: one of your security keys may have been copied."),
	Notice(api.EventPhoneAppAdded): notice("A phone was added to your account",
		"A phone was registered as the app of your account{{with .label}}: {{.}}{{end}}. It can show login codes, and approve sign-ins.",
		"Nightlatch: a phone was added to your account."),
	Notice(api.EventPhoneRestored): notice("A phone signed in with a temporary password",
		"A phone that was restored without its app key signed in to your account with a temporary password. That\n"+
			"password is used up.",
		"Nightlatch: a phone signed in with a temporary password."),
	Notice(api.EventPhoneAppRemoved): notice("A phone was removed from your account",
		"A phone is no longer the app of your account{{with .label}}: {{.}}{{end}}. It can't show login codes or approve sign-ins any more.",
		"Nightlatch: a phone was removed from your account."),
	Notice(api.EventRequestReported): notice("A sign-in to your account was denied and reported",
		"Somebody who knows your password tried to sign in{{with .requester}} with {{.}}{{end}}{{with .address}} from {{.}}{{end}}. It was denied on {{with .label}}{{.}}{{else}}a phone{{end}}.\n"+
			"For an hour, nothing is pushed to your phones; requests are in the list only. Change your password.",
		"Nightlatch: a sign-in to your account was denied and reported."),
	Notice(api.EventMethodOff): notice("A way to sign in was turned off",
		"A second step for signing in was turned off{{with .method}}: {{.}}{{end}}.",
		"Nightlatch: a second step for signing in was turned off."),
	Notice(api.EventMethodDisabled): locked,
	Notice(api.EventTwoFactorOn): notice("Two-factor authentication is on",
		"Two-factor authentication was turned on. Signing in takes your password and a second step.",
		"Nightlatch: two-factor authentication was turned on."),
	Notice(api.EventTwoFactorOff): notice("Two-factor authentication is off",
		"Two-factor authentication was turned off. Your password alone is enough to sign in. Backup\n"+
			"codes and temporary passwords are void.{{with .deleted}}\n{{.}} was deleted from your account.{{end}}",
		"Nightlatch: two-factor authentication was turned off."),
	Notice(api.EventTwoFactorReset): notice("Two-factor authentication was reset",
		"The operator of this server turned your two-factor authentication off. Your password alone is\n"+
			"enough to sign in. Backup codes and temporary passwords are void. Set it up again soon.",
		"Nightlatch: your two-factor authentication was reset."),
	Notice(api.EventUnlocked): notice("Your account was unlocked",
		"It was locked, or slowed down, after wrong tries to sign in. The operator of this server\n"+
			"unlocked it, or the password was entered in an open session.",
		"Nightlatch: your account was unlocked."),
	Notice(api.EventRestored): restored,
	Notice(api.EventDeliveryChanged): notice("The way your server sends messages was changed",
		"The way your server sends mail and texts was changed.{{with .mail}} Mail server: {{.}}.{{end}}{{with .text}} Text gateway: {{.}}.{{end}}",
		"Nightlatch: the way your server sends messages was changed."),
	Notice(api.EventBackupsChanged): notice("The daily backups were changed",
		"The daily backups of your server were changed{{with .on}}: they are {{.}}{{end}}{{with .folder}}, in {{.}}{{end}}{{with .key}}, with a new recovery key{{end}}.\n"+
			"A backup holds the data of every account.",
		"Nightlatch: the daily backups of your server were changed."),
	Notice(api.EventBackupFailed): backupFailed,
	Notice(api.EventBackupCodeIssued): notice("A new backup code was made",
		"{{if .last}}{{.count}} backup codes were made for your account: numbers {{.number}} to {{.last}}."+
			"{{else}}A backup code was made for your account{{with .number}}: number {{.}}{{end}}.{{end}}",
		"Nightlatch: a new backup code was made.").or("New backup codes were made", "Nightlatch: new backup codes were made."),
	Notice(api.EventBackupCodeUsed): notice("A backup code was used",
		"Backup code{{with .number}} number {{.}}{{end}} was used to sign in to your account.",
		"Nightlatch: a backup code was used to sign in."),
	Notice(api.EventBackupCodesVoided): notice("Your backup codes are void",
		"A backup code was used out of order, so every code made so far is void. Make a new one under\n"+
			"Security > Backup codes.",
		"Nightlatch: your backup codes are void."),
	Notice(api.EventBackupCodesReplaced): notice("Your backup codes were replaced",
		"All backup codes made so far are void{{if .last}}, and {{.count}} new ones were made{{else}}, and a new one was made{{end}}.",
		"Nightlatch: your backup codes were replaced."),
	Notice(api.EventTemporaryPasswordMade): notice("A temporary password was made",
		"A temporary password was made for your account{{with .label}}: {{.}}{{end}}.{{with .until}} It is valid until {{.}}.{{end}}",
		"Nightlatch: a temporary password was made."),
	Notice(api.EventTemporaryPasswordTexted): notice("A temporary password was texted",
		"A program tried your account password and was refused. A temporary password for it was sent to your phone.",
		"Nightlatch: a temporary password was sent to your phone."),
	Notice(api.EventTemporaryPasswordRevoked): notice("A temporary password was revoked",
		"A temporary password of your account was revoked{{with .label}}: {{.}}{{end}}.",
		"Nightlatch: a temporary password was revoked."),
	Notice(api.EventTemporaryPasswordsRevoked): notice("Your temporary passwords were revoked",
		"All temporary passwords of your account were revoked.",
		"Nightlatch: your temporary passwords were revoked."),
	Notice(api.EventSessionsEnded): notice("Your other sessions were ended",
		"{{if .all}}All sessions of your account were ended. Sign in again.{{else}}All sessions of your account but one were ended.{{end}}",
		"Nightlatch: your other sessions were ended."),
}

// ErrTooLong reports a text message that does not fit one segment.
var ErrTooLong = errors.New("delivery: the text does not fit one segment")

// Render returns the subject and body of a message. A text message has no subject and
// fits one segment of 160 septets (R15).
func Render(m Message, rpID string) (subject, body string, err error) {
	w, ok := templates[m.Template]
	if !ok {
		return "", "", fmt.Errorf("delivery: template %q", m.Template)
	}
	if w.code && m.Args["code"] == "" || m.Template == TemporaryPassword && m.Args["password"] == "" {
		return "", "", fmt.Errorf("delivery: template %q lacks its argument", m.Template)
	}
	if w.several != nil && m.Args["last"] != "" {
		w.subject, w.text = w.several.subject, w.several.text
	}
	if m.Channel == api.ByEmail || m.Channel == api.ByPush {
		body, err = execute(w.mail, m.Args)
		return w.subject, body, err
	}
	body, err = execute(w.text, m.Args)
	if err != nil {
		return "", "", err
	}
	if w.code {
		bound := "\n\n@" + rpID + " #" + m.Args["code"]
		if Septets(body+bound) > segment { // a long host name: keep this line and drop the sentence
			body = m.Args["code"]
		}
		body += bound
	}
	if n := Septets(body); n < 0 || n > segment {
		return "", "", ErrTooLong
	}
	return "", body, nil
}

func execute(text string, args map[string]string) (string, error) {
	t, err := template.New("").Parse(text)
	if err != nil {
		return "", fmt.Errorf("delivery: %w", err)
	}
	safe := make(map[string]string, len(args))
	for name, value := range args {
		safe[name] = shown(name, value)
	}
	var b strings.Builder
	if err := t.Execute(&b, safe); err != nil {
		return "", errors.New("delivery: a template does not fit its arguments") // never quote them
	}
	return b.String(), nil
}

// argLimit is the number of characters of an argument that are shown.
const argLimit = 100

// ours lists the arguments whose values this program made. Other people choose all other
// values: the name of a client, the label of a key, the name of another account. Those are
// quoted and shortened and contain no links, so that they cannot look like our own text.
var ours = map[string]bool{
	"code": true, "password": true, "valid": true, "until": true, "at": true, "since": true, "short_code": true,
	"number": true, "address": true, "deleted": true, "place": true, "username": true, // username is the reader's own
	"protocol": true, "method": true, "failures": true, "count": true, "last": true, "sign_up": true,
	"kind1": true, "kind2": true, "kind3": true, "kind4": true, "kind5": true,
}

// shown returns an argument in the form for a message.
func shown(name, value string) string {
	if ours[name] {
		return rawtext.Visible(value, argLimit)
	}
	return rawtext.Quote(value)
}
