package delivery

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"nightlatch/server/api"
)

// hostile is a name with a sentence, a link, a second line and a terminal command.
const hostile = "Nightlatch -Open-it-again-now-at:https://evil.example/x call +1 900 555 0143 or me@evil.example\r\n\x1b]8;;http://evil.example\x07\u202e\u2066"

var argument = regexp.MustCompile(`\.([a-z_0-9]+)`)

// Every argument of a message that another person chose is quoted and shortened, and contains
// no link.
func TestStrangersTextInMessages(t *testing.T) {
	t.Parallel()
	found := 0
	for name, w := range templates {
		args := map[string]string{}
		for _, action := range regexp.MustCompile(`\{\{[^}]*\}\}`).FindAllString(w.mail+w.text, -1) {
			for _, m := range argument.FindAllStringSubmatch(action, -1) {
				args[m[1]] = hostile
				if ours[m[1]] {
					args[m[1]] = "123456"
					continue
				}
				found++
				if strings.Contains(w.text, action) {
					t.Errorf("%s: a text message has %s, which a stranger chooses", name, action)
				}
			}
		}
		if w.code && args["code"] == "" || name == TemporaryPassword {
			args["code"], args["password"] = "123456", "7kmq-2xwd-9hfz-3r8n"
		}
		_, body, err := Render(Message{Channel: api.ByEmail, To: "ann@example.org", Template: name, Args: args}, "localhost")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, bad := range []string{"evil.example", "https:", "http:", "@evil", "900 555", "\x1b", "\u202e", "\u2066", "\r"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s has %q:\n%s", name, bad, body)
			}
		}
		for _, quoted := range regexp.MustCompile(`“[^”]*”`).FindAllString(body, -1) {
			if n := len([]rune(quoted)); n > 42 {
				t.Errorf("%s quotes %d characters: %s", name, n, quoted)
			}
		}
		if strings.ContainsFunc(body, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("%s has a control character: %q", name, body)
		}
	}
	if found < 20 {
		t.Errorf("only %d such arguments", found)
	}
}
