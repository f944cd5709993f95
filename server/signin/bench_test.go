//go:build unix

package signin_test

import (
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
)

// cpu returns the processor time of this process.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// open opens a bbolt store as the server does.
func open(b *testing.B) func(func() time.Time) store.Store {
	return func(now func() time.Time) store.Store {
		s, err := bolt.Open(bolt.Config{Path: filepath.Join(b.TempDir(), "bench.db"), Now: now, ReserveBytes: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := s.Close(); err != nil {
				b.Error(err)
			}
		})
		return s
	}
}

// BenchmarkSignIn measures a sign-in with password and app code without the hash: three
// calls, three commits.
func BenchmarkSignIn(b *testing.B) {
	w := New(b, Setup{Store: open(b), Hash: account.Params{Memory: 8, Time: 1, Threads: 1}})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	runtime.GC()
	before := cpu(b)
	for b.Loop() {
		w.Clock.Advance(30 * time.Second)
		ada.SignIn().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
	}
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// BenchmarkHash measures the hash alone, for comparison with BenchmarkSignIn.
func BenchmarkHash(b *testing.B) {
	h, err := account.NewHasher(account.HasherConfig{Parallel: runtime.GOMAXPROCS(0)})
	if err != nil {
		b.Fatal(err)
	}
	phc, err := h.Hash(b.Context(), Password)
	if err != nil {
		b.Fatal(err)
	}
	before := cpu(b)
	for b.Loop() {
		if ok, err := h.Verify(b.Context(), phc, Password); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}
