package assets

import (
	_ "embed" // for udevRule
	"strings"
)

//go:embed packaging/70-nightlatch.rules
var udevRule string

// udevRulePath is the place for a rule installed by hand. Packages install the same rule
// under /usr/lib.
const udevRulePath = "/etc/udev/rules.d/70-nightlatch.rules"

// UdevRule returns the udev rule (Linux) that lets the user who is logged in locally
// open security keys. Since systemd 244 most desktops have such a rule.
func UdevRule() string { return udevRule }

// UdevCommand returns the shell command that installs the rule and applies it to the
// connected keys. It needs no network. program is the path of nightlatch, which prints
// the rule; "" means that it is in PATH.
func UdevCommand(program string) string {
	if program == "" {
		program = "nightlatch"
	}
	return shellWord(program) + " admin udev-rule | sudo tee " + udevRulePath + " >/dev/null" +
		" && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=hidraw"
}

// shellWord quotes s for a POSIX shell if necessary.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
