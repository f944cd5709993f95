package servertest

import (
	"strings"

	"nightlatch/server/api"
	"nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/client"
)

// Origin is the origin of the server's pages.
func (w *World) Origin() string { return strings.Replace(w.URL, "127.0.0.1", "localhost", 1) }

// NewKey returns a software security key, used by a browser on a page of the server.
func (w *World) NewKey() *ceremonytest.Key {
	w.T.Helper()
	key := ceremonytest.NewKey(w.T)
	key.Origin = w.Origin()
	return key
}

// EnrollKey enrolls a security key and returns its label. The password must have been
// proved.
func (w *World) EnrollKey(c *client.Client, key *ceremonytest.Key) string {
	w.T.Helper()
	v := w.EnrollKeyUntilTouch(c)
	v = w.Answer(c, v, key.Create(CreateOptions(v)))
	step, ok := v.Step.(api.NameKey)
	if !ok {
		w.T.Fatalf("after the touch: %T, refusal %+v", v.Step, v.Refusal)
	}
	if v = w.Answer(c, v, api.Label{Label: step.Suggested}); v.Step != (api.Finished{}) {
		w.T.Fatalf("after the name: %+v", v.Step)
	}
	return step.Suggested
}

// EnrollKeyUntilTouch runs enroll-key up to the step that asks for the key. The password
// must have been proved.
func (w *World) EnrollKeyUntilTouch(c *client.Client) api.View {
	w.T.Helper()
	v := w.Answer(c, w.Begin(c, api.EnrollKey), api.Continue{})
	if step, ok := v.Step.(api.UseSecurityKey); !ok || len(step.Create) == 0 {
		w.T.Fatalf("asks for %+v", v.Step)
	}
	return v
}

// SignInUntilKey signs in up to the step that asks for the security key.
func (w *World) SignInUntilKey(username string) api.View {
	w.T.Helper()
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: username, Password: Password})
	if _, other := v.Step.(api.EnterCode); other {
		v = w.Answer(w.Client, v, api.ChooseMethod{Method: api.SecurityKey})
	}
	if _, ok := v.Step.(api.UseSecurityKey); !ok {
		w.T.Fatalf("asks for %+v", v.Step)
	}
	return v
}

// CreateOptions returns the options for navigator.credentials.create in a view.
func CreateOptions(v api.View) api.RawJSON { return v.Step.(api.UseSecurityKey).Create }

// GetOptions returns the options for navigator.credentials.get in a view.
func GetOptions(v api.View) api.RawJSON { return v.Step.(api.UseSecurityKey).Get }

// IsSignedIn reports whether a sign-in has succeeded.
func IsSignedIn(v api.View) bool {
	_, ok := v.Step.(api.SignedIn)
	return ok
}
