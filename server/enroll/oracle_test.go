package enroll_test

import (
	"runtime"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R11, R43: whether a texted code is right shows in nothing but its verdict, which
// is counted. The backup code that comes with the first method costs a slow hash,
// and if only a right code were worth one, its time would tell: of tries that are
// throttled, or sent at once, of which none or one is counted.
//
// Not parallel: it looks at what the whole program allocates.
func TestNoHashTellsOfACode(t *testing.T) {
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
			t.Fatal("a wrong code is not worth a hash")
		}
	}
	w.Clock.Advance(2 * time.Minute)
	walk.Answer(api.Phone{Number: "+12025550199"}).In("text-code")
	w.Deliver()
	right = w.Texts.Last("+12025550199").Code()
	hashed(walk, OtherCode(right), api.WrongCode) // the fifth: now it is throttled
	for _, code := range []string{OtherCode(right), right} {
		if hashed(walk, code, api.Throttled) {
			t.Errorf("a throttled code was worth a hash; right: %v", code == right)
		}
	}
	w.Clock.Advance(time.Minute)
	if !hashed(walk, right, "") {
		t.Error("no backup code was made")
	}
	walk.In("save-backup-code")
}
