package enroll_test

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/servertest"
	"nightlatch/server/webauthn"
)

// A virtual key of the lab can be enrolled only in a lab, even if a client removes one
// of its marks.
func TestLabKeyOverHTTP(t *testing.T) {
	t.Parallel()
	marked := append(webauthn.LabMark[:], make([]byte, 48)...)
	for _, tt := range []struct {
		name   string
		change func(k *ceremonytest.Key)
		lab    bool
	}{
		{"a real key", func(*ceremonytest.Key) {}, false},
		{"the lab's AAGUID", func(k *ceremonytest.Key) { k.AAGUID = webauthn.LabAAGUID }, true},
		{"the lab's mark", func(k *ceremonytest.Key) { k.ID = marked }, true},
		{"both", func(k *ceremonytest.Key) { k.AAGUID, k.ID = webauthn.LabAAGUID, marked }, true},
	} {
		for _, in := range []struct {
			name string
			lab  bool
		}{{"a lab", true}, {"no lab", false}} {
			t.Run(tt.name+" in "+in.name, func(t *testing.T) {
				t.Parallel()
				var options []servertest.Option
				if !in.lab {
					options = append(options, servertest.WithoutLab)
				}
				w := servertest.New(t, options...)
				key := w.NewKey()
				tt.change(key)
				c := w.SignIn("dot")
				view := w.Answer(c, w.Begin(c, api.EnrollKey), api.Continue{})
				view = w.Answer(c, view, key.Create(view.Step.(api.UseSecurityKey).Create))
				if tt.lab && !in.lab {
					if view.Refusal == nil || view.Refusal.Code != api.KeyFromLab || view.Refusal.Title == "" || view.Refusal.Detail == "" {
						t.Fatalf("refusal %+v", view.Refusal)
					}
					step, again := view.Step.(api.UseSecurityKey)
					if !again || len(step.Create) == 0 {
						t.Errorf("step %+v; want to be asked for another key", view.Step)
					}
					if keys := servertest.Must[[]api.Key](t)(c.Keys(t.Context())); len(keys) != 0 {
						t.Errorf("keys %+v", keys)
					}
					return
				}
				if view.Refusal != nil {
					t.Fatalf("refused: %+v", view.Refusal)
				}
				if step := view.Step.(api.NameKey); (step.Suggested == "Nightlatch lab key") != tt.lab {
					t.Errorf("suggests %q", step.Suggested)
				}
				servertest.Must[api.View](t)(c.Answer(t.Context(), view.ID, view.Rev, api.Label{Label: "Blue"}))
				if keys := servertest.Must[[]api.Key](t)(c.Keys(t.Context())); len(keys) != 1 || keys[0].Lab != tt.lab {
					t.Errorf("keys %+v; want one, marked as the lab's: %v", keys, tt.lab)
				}
			})
		}
	}
}
