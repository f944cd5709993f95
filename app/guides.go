package main

import "nightlatch/app/commandline"

// A guide is what a manual page says beside flags: paragraphs, examples, variables, files.
type guide struct {
	about       []string
	examples    []commandline.Example
	environment []commandline.Entry
	files       []commandline.Entry
}

func example(text, command string) commandline.Example {
	return commandline.Example{Text: text, Command: command}
}

var (
	dataVariables = []commandline.Entry{
		{Name: "XDG_DATA_HOME", Text: "The directory above the default data directory, instead of ~/.local/share."},
		{Name: "HOME", Text: "The home directory, for which ~ stands in paths."},
	}
	serverVariables = []commandline.Entry{
		{Name: "GOMEMLIMIT", Text: "Memory that the server tries not to exceed, such as 200MiB. The number of connections follows from it."},
		{Name: "NOTIFY_SOCKET", Text: "Socket of a service manager, which is told when clients can connect (sd_notify)."},
		{Name: "DBUS_SESSION_BUS_ADDRESS", Text: "The session bus. If a keyring is there, it holds the key of the data; otherwise a file does."},
	}
	keyVariables = []commandline.Entry{
		{Name: "XDG_CONFIG_HOME", Text: "The directory above nightlatch/devices, instead of ~/.config. A file there has the token by which a server recognises this computer."},
	}
	sessionVariable = commandline.Entry{Name: "NIGHTLATCH_SESSION", Text: "The session token that nightlatch key sign-in printed."}

	filesOfData = []commandline.Entry{
		{Name: "~/.local/share/nightlatch", Text: "The data directory, for its owner only."},
		{Name: "nightlatch.db", Text: "In the data directory: the database."},
		{Name: "master.key", Text: "In the data directory: the key that seals the secrets in the database, or where the keyring has it. Without it the database cannot be opened."},
	}
	filesOfService = []commandline.Entry{
		{Name: "/var/lib/nightlatch", Text: "The data directory of the service that the package nightlatch-server installs. nightlatch admin uses it without --data if it is run by root or by the user nightlatch."},
		{Name: "/etc/nightlatch/server.env", Text: "The flags of that service."},
	}
)

// keyGuide is a guide to a verb of `nightlatch key`.
func keyGuide(about string, examples ...commandline.Example) guide {
	return guide{environment: keyVariables, examples: examples, about: []string{
		about,
		"If several keys are there, --device chooses one: a path that nightlatch key list prints, or nfc for the key on a reader. With --server and the address of a lab on this computer, the virtual keys of the lab can be used, too.",
	}}
}

// secretsOfKeys is how verbs of `nightlatch key` read secrets.
const secretsOfKeys = "At a terminal, passwords and PINs are asked for. Elsewhere flags say where they are. If two name the same source, the password is on the first line; the PIN comes before the new one. Without a flag, a line of standard input is the password, and never a PIN: a wrong PIN costs one of the few tries of the key."

func (g guide) reading(what string) guide { g.about = append(g.about, what); return g }

func (g guide) with(e ...commandline.Entry) guide {
	g.environment = append(e, g.environment...)
	return g
}

// adminGuide is a guide to a verb of `nightlatch admin` that works on the data.
func adminGuide(about string, examples ...commandline.Example) guide {
	return guide{environment: dataVariables, files: append(filesOfData[:1:1], filesOfService[0]), examples: examples, about: []string{
		about,
		"If Nightlatch runs with the data, it does the work. Otherwise this command opens them itself, and no server can start meanwhile. Only the owner of the data directory can use it, and root while a server runs.",
	}}
}

// guides are the guides to all commands, by the words after the program's name.
var guides = map[string]guide{
	"": {
		about: []string{
			"Nightlatch protects accounts with a second step: text messages, an authenticator app, security keys. It opens a window over an account server that is part of the program, for the person at this computer and for programs that sign in over HTTP. It needs no internet.",
			"Without a command it opens the window. With --lab it uses a temporary lab, which simulates phones, the carrier, the mailbox, the clock and security keys, and has demo accounts. A second start with the same data brings the window forward.",
			"The server listens on this computer only, at http://localhost:8440, or at a free port if that is taken.",
		},
		environment: append([]commandline.Entry{
			{Name: "DISPLAY", Text: "The X11 display. Without a display, --lab serves the lab, and everything else is refused."},
			{Name: "WAYLAND_DISPLAY", Text: "The Wayland display."},
			{Name: "XDG_RUNTIME_DIR", Text: "The directory of the Wayland display and of the session bus."},
			{Name: "LANG", Text: "The region, for the clock, dates and paper. LC_ALL, LC_TIME and LC_PAPER count before it."},
		}, append(dataVariables, serverVariables[0], serverVariables[2])...),
		files: append(filesOfData, commandline.Entry{Name: "~/.config/fyne/org.nightlatch.Nightlatch", Text: "Preferences of the window: size, appearance."}),
		examples: []commandline.Example{
			example("Look around, with demo accounts and simulated phones:", "nightlatch --lab"),
			example("Use data on another disk:", "nightlatch --data /media/ada/accounts"),
		},
	},
	"serve": {
		about: []string{
			"This is the account server alone. When clients can connect, it prints one line of JSON to standard output: ready, url, lab. It logs lines of JSON to standard error, and ends on SIGTERM and SIGINT.",
			"It begins without an account. Make the owner's account with nightlatch admin create-owner, or sign up with the set-up code that is in its log while there is no owner.",
			"It listens on this computer only, because it has no TLS. Other computers reach it through a proxy with a certificate on this computer, and --rp-id and --origin say by which name.",
		},
		environment: append(dataVariables[:2:2], serverVariables...),
		files:       append(filesOfData[:3:3], filesOfService...),
		examples: []commandline.Example{
			example("A server for tests, with a free port and accounts of a file:", "nightlatch serve --lab --listen 127.0.0.1:0 --seed accounts.json"),
			example("A server behind a proxy:", "nightlatch serve --rp-id example.org --origin https://login.example.org"),
		},
	},
	"version": {
		about:    []string{"It prints the version, the features of this build on this system, and for each that is missing the reason and what helps."},
		examples: []commandline.Example{example("Is there a window?", "nightlatch version")},
	},
	licensesCommand: {
		about:    []string{"It prints which modules, fonts and tables of others are in the program, their licences, and the texts of these. Nightlatch itself is under the Apache License 2.0."},
		examples: []commandline.Example{example("Read them:", "nightlatch licenses | less")},
	},
	completionCommand: {
		about: []string{"It prints a script that lets a shell complete the commands and flags of Nightlatch with the Tab key: verbs, flags, values of a closed list, files and directories. SHELL is bash, zsh or fish. The packages install the scripts already."},
		examples: []commandline.Example{
			example("For bash, which needs the package bash-completion:", "nightlatch completion bash > ~/.local/share/bash-completion/completions/nightlatch"),
			example("For zsh, with ~/.zfunc in fpath:", "nightlatch completion zsh > ~/.zfunc/_nightlatch"),
			example("For fish:", "nightlatch completion fish > ~/.config/fish/completions/nightlatch.fish"),
		},
	},
	manualCommand: {
		about:    []string{"It writes the manual pages into a directory, for packagers."},
		examples: []commandline.Example{example("With a date that does not depend on the day:", "SOURCE_DATE_EPOCH=1767225600 nightlatch man build")},
	},

	"key": {
		about: []string{
			"The verbs use security keys over USB and NFC. The keys of a lab work as well: give the lab's address with --server.",
			"The session token is read from the environment variable NIGHTLATCH_SESSION or from the file of --session-file. It is no flag, because other users of this computer can read command lines.",
			secretsOfKeys,
		},
		environment: append([]commandline.Entry{sessionVariable}, keyVariables...),
		examples:    []commandline.Example{example("Which keys are here?", "nightlatch key list")},
	},
	"key list": keyGuide("It prints a line for each security key: path, transport, name.",
		example("The keys of this computer:", "nightlatch key list"),
		example("Those of a lab, too:", "nightlatch key list --server http://localhost:8440")),
	"key info": keyGuide("It prints what a key reports about itself: model, versions, features, whether it has a PIN.",
		example("The key on a reader:", "nightlatch key info --device nfc")),
	"key enroll": keyGuide("It adds a security key to the account of a session. The key must be touched.",
		example("Add a key, and name it:", "NIGHTLATCH_SESSION=$(nightlatch key sign-in --user ada) nightlatch key enroll --label \"blue key\""),
		example("With a password from a file, in a script:", "nightlatch key enroll --session-file session --password-from file:password")).reading(secretsOfKeys).with(sessionVariable),
	"key sign-in": keyGuide("It signs in with the password and a security key, and prints the session token. Whoever has the token can use the account.",
		example("Sign in:", "nightlatch key sign-in --user ada")).reading(secretsOfKeys),
	"key set-pin": keyGuide("It sets the PIN of a security key, or changes it.",
		example("Set a PIN from a script: the old one, if there is one, and the new one are two lines of a file.", "nightlatch key set-pin --pin-from file:pins --new-pin-from file:pins")).reading(secretsOfKeys),
	"key credentials": keyGuide("It lists the credentials that are stored on a security key: ID, site, user name. Credentials that are not stored on the key cannot be listed.",
		example("The credentials of the only key:", "nightlatch key credentials")).reading(secretsOfKeys),
	"key delete": keyGuide("It deletes a credential that is stored on a security key. The account is then no longer opened by this key.",
		example("Delete the credential that nightlatch key credentials printed:", "nightlatch key delete --id dGhlIGNyZWRlbnRpYWw")).reading(secretsOfKeys),
	"key reset": keyGuide("It resets a security key to its factory settings. Its PIN and all its credentials are deleted, so it no longer signs in to any account. Most keys allow this only in the first seconds after they were plugged in.",
		example("Reset the only key:", "nightlatch key reset --yes")),

	"admin": {
		about: []string{
			"The verbs are for the person who operates the server of this computer. Access to the files of its data directory is the only authorisation that they need.",
			"If Nightlatch runs with the data, with or without a window, it does the work. Otherwise this command opens them itself, and no server can start meanwhile.",
		},
		environment: dataVariables,
		files:       append(filesOfData[:3:3], filesOfService...),
		examples: []commandline.Example{
			example("Check the data:", "nightlatch admin verify"),
			example("The service that the package nightlatch-server installs:", "sudo nightlatch admin create-owner --user ada"),
		},
	},
	"admin verify": adminGuide("It checks the database, and that nobody changed the activity lists of accounts: each event has a checksum of those before it. With FILE it checks a backup: it opens, its database is intact, and its key fits.",
		example("The data of this computer:", "nightlatch admin verify"),
		example("A backup:", "nightlatch admin verify nightlatch.backup")),
	"admin backup": adminGuide("It writes an encrypted file with the database and its key, which opens on any computer. The file opens with a passphrase, or with a recovery key. It is read back and checked before the command ends. The program age opens it as well.",
		example("With a passphrase, which is asked for:", "nightlatch admin backup nightlatch.backup"),
		example("With a recovery key, which is printed once:", "nightlatch admin backup --recovery-key nightlatch.backup")),
	"admin restore": adminGuide("It replaces the data by those of a backup. The backup is checked first, and the old data are kept beside the new ones. All sessions, temporary passwords, sent codes and invitations end, and every account is notified. Stop the server first.",
		example("With a passphrase in a file:", "nightlatch admin restore --passphrase-from file:passphrase nightlatch.backup")),
	"admin set-backups": adminGuide("It lets the server make a backup every day in a folder, and keeps the last seven. They open with a recovery key.",
		example("On another disk, with a new recovery key:", "nightlatch admin set-backups --folder /mnt/backups --recovery-key"),
		example("No more:", "nightlatch admin set-backups --off")),
	"admin set-mail": adminGuide("It sets the mail server that sends codes and notices. The password is asked for at a terminal; elsewhere --password-from says where it is.",
		example("A server with a user name:", "nightlatch admin set-mail --addr mail.example.org:587 --from accounts@example.org --user accounts")),
	"admin set-text-gateway": adminGuide("It sets the HTTP gateway that sends text messages. The gateway accepts a POST request with a JSON object that has the fields to and body. Its bearer token is asked for at a terminal; elsewhere --token-from says where it is.",
		example("Set the gateway:", "nightlatch admin set-text-gateway --url https://sms.example.org/send")),
	"admin set-owner": adminGuide("It hands the owner's role to an account. The owner controls who may sign up and how messages are sent.",
		example("Make bob the owner:", "nightlatch admin set-owner --user bob")),
	"admin create-owner": adminGuide("It makes the account that owns the server, if it has no owner. The password is asked for at a terminal; elsewhere --password-from says where it is.",
		example("The first account:", "nightlatch admin create-owner --user ada")),
	"admin invite": adminGuide("It makes an invitation and prints its code, which makes one account within 72 hours. If a mail server is set up, the invitation is mailed as well.",
		example("Invite Bob:", "nightlatch admin invite --address bob@example.org")),
	"admin sign-up": adminGuide("It sets who may make an account: everybody (open), who has an invitation (invite), or nobody (closed).",
		example("Nobody:", "nightlatch admin sign-up --mode closed")),
	"admin unlock": adminGuide("It unlocks an account that was locked after too many wrong tries.",
		example("Let bob try again:", "nightlatch admin unlock --user bob")),
	"admin end-sessions": adminGuide("It signs an account out everywhere, if somebody else may have one of its sessions.",
		example("Sign bob out:", "nightlatch admin end-sessions --user bob")),
	"admin reset-two-factor": adminGuide("It turns two-factor authentication off for a user who lost every second step. Every second step, backup code and temporary password is deleted, and the account is notified. The user then signs in with the password alone.",
		example("For bob, after you made sure that it is he:", "nightlatch admin reset-two-factor --user bob --yes")),
	"admin udev-rule": {
		about:    []string{"It prints the rule by which udev lets the person at this computer open security keys. The packages install it already; since systemd 244 most systems have such a rule. At a terminal it also prints the command that installs the rule."},
		files:    []commandline.Entry{{Name: "/etc/udev/rules.d/70-nightlatch.rules", Text: "The place for a rule that is installed by hand."}},
		examples: []commandline.Example{example("Install the rule:", "nightlatch admin udev-rule |\n  sudo tee /etc/udev/rules.d/70-nightlatch.rules\nsudo udevadm control --reload")},
	},
}
