package enroll_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R11, R43: only the counted answer reveals whether a texted code is right, not the
// response time. The first method issues a backup code, which takes a slow hash. If
// only a right code were hashed, the time would reveal it, even for attempts that are
// throttled or sent simultaneously and therefore not counted.
func TestResponseTimeDoesNotRevealTheCode(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	mal := w.SignUp("mal")
	walk := mal.Prelude(api.EnrollText).Answer(api.Phone{Number: number}).In("text-code")
	w.Deliver()
	right := w.Texts.Last(number).Code()
	hashed := func(walk *Walk, code, refused string) bool {
		before := w.Hasher.Hashes()
		walk.Answer(api.Code{Code: code})
		if refused != "" {
			walk.Refused(refused)
		}
		return w.Hasher.Hashes() > before
	}
	for range 4 {
		if !hashed(walk, OtherCode(right), api.WrongCode) {
			t.Fatal("no hash for a wrong code")
		}
	}
	w.Clock.Advance(2 * time.Minute)
	walk.Answer(api.Phone{Number: "+12025550199"}).In("text-code")
	w.Deliver()
	right = w.Texts.Last("+12025550199").Code()
	hashed(walk, OtherCode(right), api.WrongCode) // the fifth: now it is throttled
	for _, code := range []string{OtherCode(right), right} {
		if hashed(walk, code, api.Throttled) {
			t.Errorf("a hash for a throttled code; right: %v", code == right)
		}
	}
	w.Clock.Advance(time.Minute)
	if !hashed(walk, right, "") {
		t.Error("no backup code was made")
	}
	walk.In("save-backup-code")
}
