package party

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// R81: what has expired by the lab's clock stays expired when the lab is started again with
// its data, also after a kill. A reset sets the clock back permanently.
func TestLabClockStaysMoved(t *testing.T) {
	ctx := within(t, time.Minute)
	dir := filepath.Join(t.TempDir(), "data")
	open := func() *harness.Server { return labServer(ctx, t, dir) }
	ahead := func(s *harness.Server, want time.Duration) {
		t.Helper()
		now, err := s.Client.Clock(ctx)
		if got := time.Until(now); err != nil || (got-want).Abs() > 20*time.Second {
			t.Errorf("the clock is %v ahead, want %v: %v", got, want, err)
		}
	}
	s := open()
	if _, err := s.Client.AdvanceClock(ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	s = open()
	ahead(s, time.Hour)
	stop(ctx, t, s)
	s = open()
	ahead(s, time.Hour)
	if err := s.Client.ResetLab(ctx); err != nil {
		t.Error(err)
	}
	ahead(s, 0)
	stop(ctx, t, s)
	s = open()
	ahead(s, 0)
	stop(ctx, t, s)
	damaged := []byte("soon\n")
	if err := os.WriteFile(filepath.Join(dir, "lab"), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	checkRefusal(t, run(t, nil, "", built.plain, "serve", "--lab", "--listen", "127.0.0.1:0", "--data", dir), "how far the lab's clock was moved")
}
