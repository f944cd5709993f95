package httpapi_test

import (
	"strings"
	"sync"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// A keeper keeps the token of a device in memory.
type keeper struct {
	mu    sync.Mutex
	token string
}

func (k *keeper) Device() string    { k.mu.Lock(); defer k.mu.Unlock(); return k.token }
func (k *keeper) Keep(token string) { k.mu.Lock(); defer k.mu.Unlock(); k.token = token }

// R43: a client that keeps its device token signs in while strangers have used
// up the tries of the name. A request with two token fields counts as one
// without a token.
func TestDeviceTokenOverHTTP(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	kept := &keeper{}
	device := w.Client.WithDevice(kept)
	w.SignInAs(device, "ada", servertest.Password)
	token := kept.Device()
	if !strings.HasPrefix(token, "nld_") {
		t.Fatalf("kept %q", token)
	}
	for range 6 {
		w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "ada", Password: "wrong"})
	}
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "ada", Password: servertest.Password})
	servertest.WantRefusal(t, "without the token", v, api.Throttled)
	w.SignInAs(device, "ada", servertest.Password)
	if kept.Device() != token {
		t.Error("the same device got another token")
	}
	v = w.Begin(w.Client, api.SignIn)
	body := `{"rev":1,"input":{"type":"credentials","username":"ada","password":"` + servertest.Password + `"}}`
	e := w.Do("POST", "/api/v1/ceremonies/"+v.ID, body, "Content-Type", servertest.JSONType, "Nightlatch-Device", token, "Nightlatch-Device", token)
	if !strings.Contains(e.Body, `"throttled"`) {
		t.Errorf("two fields: %s", e.Body)
	}
	if strings.Contains(w.Log.String(), token) {
		t.Error("the log has the token")
	}
}
