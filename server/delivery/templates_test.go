package delivery

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"nightlatch/server/api"
)

var full = map[string]string{
	"code": "123456", "password": "abcd-efgh-jkmn-pqrs", "until": "23:59 UTC", "username": strings.Repeat("w", 32),
	"client": "Firefox on Linux", "place": "127.0.0.1", "at": "Tue, 14 Nov 2023 22:13:20 UTC", "label": "Blue key",
	"number": "+14155550123", "method": "text", "address": "ann@example.org",
}

func render(t *testing.T, channel api.Channel, template, rpID string, args map[string]string) (subject, body string) {
	t.Helper()
	subject, body, err := Render(Message{Channel: channel, Template: template, Args: args}, rpID)
	if err != nil {
		t.Errorf("%s by %s: %v", template, channel, err)
	}
	return subject, body
}

func TestEveryTemplateRenders(t *testing.T) {
	t.Parallel()
	for name, w := range templates {
		bare := map[string]string{"code": "123456", "password": "x"}
		for _, args := range []map[string]string{full, bare} {
			subject, body := render(t, api.ByEmail, name, "localhost", args)
			if subject == "" || len(subject) > 60 || !strings.HasSuffix(body, "\n") || strings.Contains(body, "<no value>") {
				t.Errorf("%s: mail %q\n%s", name, subject, body)
			}
			for line := range strings.Lines(body) {
				if len(line) > 120 {
					t.Errorf("%s: a line of %d characters: %s", name, len(line), line)
				}
			}
			_, text := render(t, api.ByText, name, "localhost", args)
			if n := Septets(text); n <= 0 || n > 160 || strings.Contains(text, "<no value>") {
				t.Errorf("%s: a text of %d septets: %s", name, n, text)
			}
			if w.code != strings.HasSuffix(text, "\n@localhost #123456") {
				t.Errorf("%s: the text ends in %q", name, text)
			}
		}
	}
}

// TestR15OriginBoundLine: the origin-bound line is the last one, however long the
// host name is. A text that does not fit is an error and not two segments.
func TestR15OriginBoundLine(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 60, 90, 120, 143, 144, 200} {
		rpID := strings.Repeat("a", n)
		_, body, err := Render(Message{Channel: api.ByText, Template: SignInCode, Args: full}, rpID)
		if n > 143 {
			if !errors.Is(err, ErrTooLong) || body != "" {
				t.Errorf("a name of %d: %q, %v; want ErrTooLong", n, body, err)
			}
			continue
		}
		lines := strings.Split(body, "\n")
		if err != nil || Septets(body) > 160 || lines[len(lines)-1] != "@"+rpID+" #123456" || !strings.HasPrefix(body, "123456") {
			t.Errorf("a name of %d: %q, %v", n, body, err)
		}
	}
}

func TestRenderWithoutItsArgument(t *testing.T) {
	t.Parallel()
	for _, name := range []string{SignInCode, PhoneCode, EmailCode, TemporaryPassword, "nothing"} {
		for _, channel := range []api.Channel{api.ByEmail, api.ByText} {
			if _, body, err := Render(Message{Channel: channel, Template: name}, "localhost"); err == nil {
				t.Errorf("%s by %s: %q", name, channel, body)
			}
		}
	}
}

// TestArgumentsStayOneLine, since a client chooses its own name.
func TestArgumentsStayOneLine(t *testing.T) {
	t.Parallel()
	evil := "curl\r\n\r\nCall us at +1 900 now!\u2028\u202e\x00{{.username}}" + strings.Repeat("x", 5000)
	_, plain := render(t, api.ByEmail, Notice(api.EventPasswordChanged), "localhost", map[string]string{"client": "curl"})
	_, body := render(t, api.ByEmail, Notice(api.EventPasswordChanged), "localhost", map[string]string{"client": evil, "username": "\xff"})
	if got, want := strings.Count(body, "\n"), strings.Count(plain, "\n"); got != want {
		t.Errorf("%d lines, want %d:\n%s", got, want, body)
	}
	if len(body) > len(plain)+200 || strings.ContainsAny(body, "\u2028\u202e\x00\r") || !utf8.ValidString(body) || strings.Contains(body, "{{") {
		t.Errorf("got %q", body)
	}
}

// TestEveryNoticeHasAnEventType compares the templates with the source of package api,
// which has no list of its event types.
func TestEveryNoticeHasAnEventType(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../api/eventtype.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	events := make(map[api.EventType]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				events[api.EventType(s)] = true
			}
		}
		return true
	})
	for name := range templates {
		if event, ok := strings.CutPrefix(name, noticePrefix); ok && !events[api.EventType(event)] {
			t.Errorf("%s: there is no such event", name)
		}
	}
	// R6, R16 and R43: what changes protection is announced.
	for _, event := range []api.EventType{
		api.EventPasswordChanged, api.EventEmailConfirmed, api.EventEmailChanged, api.EventPhoneChanged, api.EventPhoneDeleted, api.EventTextEnabled, api.EventAppEnabled,
		api.EventKeyAdded, api.EventKeyRenamed, api.EventKeyDeleted, api.EventKeyPossiblyCopied, api.EventMethodOff, api.EventMethodDisabled, api.EventTwoFactorOn,
		api.EventTwoFactorOff, api.EventBackupCodeIssued, api.EventBackupCodeUsed, api.EventBackupCodesVoided, api.EventBackupCodesReplaced,
		api.EventTemporaryPasswordMade, api.EventTemporaryPasswordTexted, api.EventTemporaryPasswordRevoked, api.EventTemporaryPasswordsRevoked,
		api.EventSessionsEnded, api.EventTwoFactorReset, api.EventUnlocked, api.EventCarrierOptIn, api.EventCarrierOptOut,
	} {
		if !events[event] || !HasNotice(event) {
			t.Errorf("%s: an event: %v, a notice: %v", event, events[event], HasNotice(event))
		}
	}
	if HasNotice(api.EventSignedIn) {
		t.Error("every sign-in sends a mail")
	}
}

func TestSeptets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "abc": 3, "@localhost #123456": 18, "Don't_": 6, "€": 2, "[x]": 5, "Grüße": 5, "`": -1, "“": -1, "日本": -1, "ă": -1,
	} {
		if got := Septets(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func FuzzRender(f *testing.F) {
	f.Add("curl\n", "localhost")
	f.Fuzz(func(t *testing.T, arg, rpID string) {
		args := map[string]string{"code": "123456", "password": "x", "client": arg, "label": arg, "username": arg, "until": arg}
		for name := range templates {
			_, text, err := Render(Message{Channel: api.ByText, Template: name, Args: args}, rpID)
			if n := Septets(text); err == nil && (n < 0 || n > segment) {
				t.Errorf("%s: %d septets: %q", name, n, text)
			}
		}
	})
}
