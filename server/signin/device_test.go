package signin_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// ownerOnDevice creates an account with an app, whose owner signs in with the
// token of a known device.
func ownerOnDevice(w *World, username string) (owner *Person, secret string) {
	w.T.Helper()
	owner = w.SignUp(username)
	secret, _ = owner.EnrollApp()
	w.Clock.Advance(time.Minute)
	owner.Device = owner.SignIn().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn().DeviceToken
	w.Clock.Advance(time.Minute)
	if owner.Device == "" {
		w.T.Fatal("no device token")
	}
	return owner, secret
}

// R43: guesses of strangers never delay the owner's sign-in on a known device,
// nor the password prompt in an open session. They delay other clients.
func TestStrangersDoNotStopADevice(t *testing.T) {
	t.Parallel()
	for _, failures := range []int{5, 20, 100, 130} {
		w := New(t, Setup{})
		ada, secret := ownerOnDevice(w, "ada")
		for range failures {
			credentials(w, "ada", "not the password")
			w.Clock.Advance(w.Policy.ThrottleMax)
		}
		for range 3 { // also at the limit
			credentials(w, "ada", "not the password")
		}
		walk := ada.SignIn()
		if walk.View.State != "app-code" {
			t.Fatalf("after %d failures: refused with %+v", failures, walk.View.Refusal)
		}
		walk.Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
		if stranger := credentials(w, "ada", Password); stranger.View.State == "app-code" && failures >= 100 {
			t.Errorf("after %d failures a stranger gets on", failures)
		}
		ada.Begin(api.Reauthenticate).Answer(api.Password{Password: Password}).In("finished")
		if stranger := credentials(w, "ada", Password); stranger.View.State != "app-code" && failures >= 100 {
			t.Errorf("after %d failures and the password in a session: %+v", failures, stranger.View.Refusal)
		}
	}
}

// R43: a known device has a separate count. After too many failures the device
// is forgotten.
func TestADeviceHasACountOfItsOwn(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada, secret := ownerOnDevice(w, "ada")
	wrong := func() *Walk {
		walk := w.Anonymous()
		walk.Device = ada.Device
		return walk.Begin(api.SignIn).Answer(api.Credentials{Username: "ADA", Password: "not the password"})
	}
	for range 5 {
		wrong().Refused(api.InvalidCredentials)
	}
	wrong().Refused(api.Throttled)
	ada.SignIn().Refused(api.Throttled)
	credentials(w, "ada", Password).In("app-code") // others are not affected
	w.Clock.Advance(time.Minute)
	ada.SignIn().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn() // a success resets it
	w.Clock.Advance(time.Minute)
	for range 100 {
		wrong().Refused(api.InvalidCredentials)
		w.Clock.Advance(time.Hour)
	}
	ada.SignIn().In("app-code") // now counted with unknown devices, which have no failures
	for range 5 {
		wrong().Refused(api.InvalidCredentials)
	}
	credentials(w, "ada", Password).Refused(api.Throttled)
}

// R43: a token works for its account only. It ends when the password changes,
// and when its session is ended from another client.
func TestDeviceTokensThatDoNotCount(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada, _ := ownerOnDevice(w, "ada")
	bob, _ := ownerOnDevice(w, "bob")
	for range 5 {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
		credentials(w, "nobody", "not the password").Refused(api.InvalidCredentials)
	}
	for _, token := range []string{
		bob.Device,
		ada.Device[:len(ada.Device)-2] + "__",
		ada.Device[:10] + "__" + ada.Device[12:],
		ada.Device + "x",
		"nld_",
	} {
		for _, name := range []string{"ada", "nobody"} {
			stranger := &Person{World: w, Username: name, Password: Password, Device: token}
			stranger.SignIn().Refused(api.Throttled)
		}
	}
	ada.SignIn().In("app-code")
	ada.Begin(api.ChangePassword).Answer(api.Password{Password: Password}).Answer(api.Password{Password: "another fine password"}).In("finished")
	w.Clock.Advance(time.Hour)
	for range 5 {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	}
	ada.Password = "another fine password"
	ada.SignIn().Refused(api.Throttled)
}

// One token serves every account of a device, and only a token of this server is kept.
func TestOneTokenForAllAccountsOfADevice(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada, bob := w.SignUp("ada"), w.SignUp("bob")
	ada.Device = ada.SignIn().SignedIn().DeviceToken
	bob.Device = ada.Device
	if token := bob.SignIn().SignedIn().DeviceToken; token != ada.Device {
		t.Error("another account of the same device gets another token")
	}
	for range 5 {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
		credentials(w, "bob", "not the password").Refused(api.InvalidCredentials)
	}
	ada.SignIn().SignedIn()
	bob.SignIn().SignedIn()
	bob.Device = ada.Device[:10] + "__" + ada.Device[12:]
	w.Clock.Advance(time.Hour)
	if token := bob.SignIn().SignedIn().DeviceToken; token == bob.Device || token == ada.Device {
		t.Error("a made-up token is kept")
	}
}

// The number of devices is limited. The least recently used one is forgotten.
func TestDevicesAreBounded(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	var tokens []string
	for range 21 {
		w.Clock.Advance(time.Second)
		tokens = append(tokens, ada.SignIn().SignedIn().DeviceToken)
	}
	for range 5 {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	}
	ada.Device = tokens[0]
	ada.SignIn().Refused(api.Throttled)
	for _, token := range tokens[1:] {
		ada.Device = token
		if again := ada.SignIn().SignedIn().DeviceToken; again != token {
			t.Error("a known device got another token")
		}
	}
}
