package enroll_test

import (
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
)

// R10: without discoverable in the answer, the account keeps its setting, which the step shows.
// An answer that corrects only the number keeps the earlier choice.
func TestAbsentDiscoverableLeavesItAsItIs(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, kind := range []api.Kind{api.ChangePhone, api.EnrollText} {
		for _, c := range []struct {
			name    string
			before  *bool // nil: no number is on file
			answers []*bool
			want    bool
		}{
			{"first number", nil, []*bool{nil}, true},
			{"first number, unticked", nil, []*bool{&no}, false},
			{"stays off", &no, []*bool{nil}, false},
			{"stays on", &yes, []*bool{nil}, true},
			{"ticked", &no, []*bool{&yes}, true},
			{"unticked", &yes, []*bool{&no}, false},
			{"unticked, then corrected", &yes, []*bool{&no, nil}, false},
			{"ticked, then corrected", &no, []*bool{&yes, nil}, true},
		} {
			w := New(t, Setup{})
			ada := w.SignUp("ada")
			if c.before != nil {
				ada.EnrollText(number)
				w.Update(func(tx store.Tx) error {
					a, err := account.ByLogin(tx, "ada")
					if err != nil {
						return err
					}
					a.Discoverable = *c.before
					return account.Save(tx, a)
				})
			}
			walk := ada.Begin(kind)
			if kind == api.EnrollText {
				walk = ada.Prelude(kind)
			}
			shown := walk.In("enter-phone").View.Step.(api.EnterPhone).Discoverable
			if len(c.answers) == 1 && c.answers[0] == nil && shown != c.want {
				t.Errorf("%s, %s: the step shows %v", kind, c.name, shown)
			}
			to := ""
			for i, find := range c.answers {
				to = []string{other, third}[i]
				walk.Answer(api.Phone{Number: to, Discoverable: find}).In("text-code")
			}
			w.Deliver()
			walk.Answer(api.Code{Code: w.Texts.LastCode(to)})
			if a := w.Account("ada"); a.Phone != to || a.Discoverable != c.want {
				t.Errorf("%s, %s: account %+v", kind, c.name, a)
			}
		}
	}
}
