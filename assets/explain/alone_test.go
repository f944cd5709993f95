package explain

import (
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
)

// Every reason why a method would not complete a sign-in has a text of the window.
func TestReasonsOfUnableMethods(t *testing.T) {
	t.Parallel()
	w := english(t)
	for _, reason := range []ceremony.Reason{ceremony.CannotText, ceremony.TextsStopped, ceremony.BackupNone, ceremony.KeyForeignRP, ceremony.RequestsFull} {
		r := ceremony.Refuse(reason)
		if got := Unable(w, api.UnableMethod{Code: r.Code, Reason: r.Reason, Title: r.Title}); got == r.Title {
			t.Errorf("%s [%s] has only the server's own title", r.Code, r.Reason)
		}
	}
}

// In a sign-in without another method no advice names one, and each sentence about a code
// that was not sent is true.
func TestAdviceWithoutAnotherMethod(t *testing.T) {
	t.Parallel()
	w := english(t)
	for _, reason := range ceremony.Reasons() {
		r := ceremony.Refuse(reason)
		if r.Code == api.KeyForeignRP {
			continue // the reason "only" is used instead
		}
		text := []api.Method{api.Text}
		for _, step := range []api.Step{
			api.EnterCode{Channel: api.ByText, Digits: 6, Alternatives: []api.Method{}},
			api.EnterBackupCode{Number: 2, Alternatives: text, Unable: []api.UnableMethod{{Method: api.Text}}},
			api.EnterBackupCode{Alternatives: text, Unable: []api.UnableMethod{{Method: api.Text}}},
			api.UseSecurityKey{Alternatives: text, Unable: []api.UnableMethod{{Method: api.Text}}},
		} {
			s := Situation{View: api.View{Kind: api.SignIn, Refusal: &r, Step: step}, ShortCode: "12345"}
			next := Refusal(w, s).Next
			if lower := strings.ToLower(next); strings.Contains(lower, "another method") && !strings.Contains(lower, "without") {
				t.Errorf("%s, %s, %T: %s", r.Code, r.Reason, step, next)
			}
		}
	}
	stopped := ceremony.Refuse(ceremony.TextsStopped)
	s := Situation{View: api.View{Kind: api.SignIn, Notice: &stopped, Step: api.EnterCode{Channel: api.ByText, Digits: 6, Alternatives: []api.Method{}}}, ShortCode: "12345"}
	if got := Notice(w, s).Next; !strings.Contains(got, "12345") {
		t.Errorf("it does not say what helps: %s", got)
	}
	heading, lead := Step(w, s)
	if heading != w.T("wizard.code.unsent-heading") || lead != w.T("wizard.code.unable-lead") {
		t.Errorf("%q, %q", heading, lead)
	}
	s.View.Notice = nil
	if _, lead = Step(w, s); lead != w.T("wizard.code.unsent-lead") {
		t.Errorf("nothing is in the way: %q", lead)
	}
}
