package assets

import (
	_ "embed" // the rule
	"strings"
)

//go:embed packaging/70-nightlatch.rules
var udevRule string

// udevRulePath is where a rule goes that a person installs by hand; a package
// puts the same one below /usr/lib.
const udevRulePath = "/etc/udev/rules.d/70-nightlatch.rules"

// UdevRule is the rule for udev (Linux) that lets whoever sits at the computer
// open security keys. Most desktops have such a rule from systemd 244 on.
func UdevRule() string { return udevRule }

// UdevCommand is the line for a shell that installs the rule and applies it to
// the keys that are plugged in. It needs no network. program is the path of
// nightlatch, which prints the rule; "" means that the shell finds it.
func UdevCommand(program string) string {
	if program == "" {
		program = "nightlatch"
	}
	return shellWord(program) + " admin udev-rule | sudo tee " + udevRulePath + " >/dev/null" +
		" && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=hidraw"
}

// shellWord is s as one word of any POSIX shell.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+,:@", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
