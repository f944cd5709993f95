package ceremony

import (
	"strings"
	"testing"

	"nightlatch/server/api"
)

// Nobody is advised to use another method on a step of a sign-in that offers none, unless the
// detail also says what helps without one.
func TestNoOtherMethodIsAdvisedWithoutOne(t *testing.T) {
	t.Parallel()
	others := map[Reason]bool{KeyForeignRP: true} // KeyForeignRPOnly is used instead
	unable := api.EnterBackupCode{Alternatives: []api.Method{api.Text}, Unable: []api.UnableMethod{{Method: api.Text}}}
	for _, reason := range Reasons() {
		usual := Refuse(reason)
		for _, step := range []api.Step{api.EnterCode{Alternatives: []api.Method{}}, api.UseSecurityKey{Alternatives: []api.Method{}}, unable} {
			shown := fitting(&usual, step)
			lower := strings.ToLower(shown.Detail)
			if strings.Contains(lower, "another method") && !strings.Contains(lower, "without") && !strings.Contains(lower, "no other method") && !others[reason] {
				t.Errorf("%s, %s, without another method: %s", usual.Code, usual.Reason, shown.Detail)
			}
		}
		for _, step := range []api.Step{api.EnterCode{}, api.EnterCode{Alternatives: []api.Method{api.App}}, api.EnterPassword{}} {
			if fitting(&usual, step).Detail != usual.Detail {
				t.Errorf("%s, %s: the detail differs on %#v", usual.Code, usual.Reason, step)
			}
		}
	}
}
