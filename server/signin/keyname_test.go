package signin_test

import (
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R31: the suggested name is the one that the client shows for the key, or
// else that of its model. No two keys of an account get the same suggestion,
// regardless of case and length.
func TestSuggestedKeyName(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	long := strings.Repeat("長", 64)
	for _, tt := range []struct{ product, want string }{
		{"", "YubiKey 5 NFC"},
		{"", "YubiKey 5 NFC 2"},
		{"Librem Key", "Librem Key"},
		{"librem key", "librem key 2"},
		{"Librem Key", "Librem Key 3"},
		{"  Nitrokey\t3A \n", "Nitrokey 3A"},
		{long, long},
		{long, strings.Repeat("長", 62) + " 2"},
		{strings.Repeat("x", 65), "YubiKey 5 NFC 3"},
		{"\u202eyeK", "YubiKey 5 NFC 4"},
		{"\x1b[31mred", "YubiKey 5 NFC 5"},
		{" ", "YubiKey 5 NFC 6"},
	} {
		key := yubikey(w)
		v := w.EnrollKeyUntilTouch(c)
		response := key.Create(servertest.CreateOptions(v))
		response.Product = tt.product
		v = w.Answer(c, v, response)
		step, ok := v.Step.(api.NameKey)
		if !ok || step.Suggested != tt.want {
			t.Errorf("%q: suggests %+v, want %q", tt.product, v.Step, tt.want)
		}
		w.Answer(c, v, api.Label{Label: step.Suggested})
	}
}
