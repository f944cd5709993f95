package enroll_test

import (
	"runtime"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R11, R43: only the counted answer reveals whether a texted code is right, not the
// response time. The first method issues a backup code, which takes a slow hash. If
// only a right code were hashed, the time would reveal it, even for attempts that are
// throttled or sent simultaneously and therefore not counted.
//
// Not parallel: it measures the allocations of the whole process.
func TestResponseTimeDoesNotRevealTheCode(t *testing.T) {
	const memory = 32 << 10 // KiB
	w := New(t, Setup{Hash: account.Params{Memory: memory, Time: 1, Threads: 1}})
	mal := w.SignUp("mal")
	walk := mal.Prelude(api.EnrollText).Answer(api.Phone{Number: number}).In("text-code")
	w.Deliver()
	right := w.Texts.Last(number).Code()
	hashed := func(walk *Walk, code, refused string) bool {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		walk.Answer(api.Code{Code: code})
		runtime.ReadMemStats(&after)
		if refused != "" {
			walk.Refused(refused)
		}
		return after.TotalAlloc-before.TotalAlloc >= memory<<10
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
