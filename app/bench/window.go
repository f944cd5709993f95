package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/store/seal"
)

// The limits of the window, as ratios to a hello-world window built with the same tags.
const (
	frameTime    = 1.3
	windowMemory = 1.3
	idleCPU      = 1.2
)

const (
	frameRounds    = 9
	idleRounds     = 3
	windowIdleTime = 10 * time.Second
	settleTime     = 5 * time.Second // after the first frame
)

// measureWindow compares the console with a minimal Fyne window: app/bench/hello, built
// with the same flags. The console opens in its usual state: a user is signed in and sees
// the overview.
func measureWindow(ctx context.Context, b *bench) error {
	built, err := harness.Build(ctx, b.scratch, "hello-built", "nightlatch/app/bench/hello", harness.WindowTags, "-ldflags=-s -w")
	if err != nil {
		return err
	}
	hello := program{path: filepath.Join(b.scratch, "hello")}
	if err := install(hello.path, built); err != nil {
		return err
	}
	if hello.home, err = b.sub("hello"); err != nil {
		return err
	}
	console, err := b.console(ctx)
	if err != nil {
		return err
	}
	if err := b.frames(ctx, console, hello); err != nil {
		return err
	}
	return b.idle(ctx, console, hello)
}

// The console keeps its session token in this file, sealed under this name.
const (
	sessionFile = "console.session"
	sessionName = "console/session"
)

// console returns the program with a data directory in which a user is signed in.
func (b *bench) console(ctx context.Context) (program, error) {
	p := program{path: b.program}
	var err error
	if p.home, err = b.sub("console"); err != nil {
		return p, err
	}
	dir := filepath.Join(p.home, "data")
	p.args = []string{"--data", dir}
	if err := populate(ctx, dir, 1); err != nil {
		return p, err
	}
	s, err := b.serve(ctx, dir)
	if err != nil {
		return p, err
	}
	l, err := dial(s.URL)
	if err != nil {
		s.Kill()
		return p, err
	}
	token, err := (&signer{connection: l}).signIn(members(0, 1)[0])
	l.close()
	if _, stopped := s.Stop(ctx); err != nil || stopped != nil {
		return p, errors.Join(err, stopped)
	}
	master, err := seal.LoadOrCreate(ctx, dir, false)
	if err != nil {
		return p, err
	}
	return p, os.WriteFile(filepath.Join(dir, sessionFile), seal.New(master).Seal(sessionName, []byte(token)), 0o600)
}

// frames measures the time to the first frame, on a display without a window manager, so
// that only the program draws on it.
func (b *bench) frames(ctx context.Context, console, hello program) error {
	d, err := openDesktop(ctx, false)
	if err != nil {
		return err
	}
	defer d.close()
	start := func(p program) side {
		return func(ctx context.Context) (sample, error) {
			s, err := d.show(ctx, p)
			if err != nil {
				return sample{}, err
			}
			if err := harness.SavePNG(filepath.Join(b.dir, "bench-"+filepath.Base(p.path)+".png"), s.last); err != nil {
				return sample{}, err
			}
			return sample{n: 1, cpu: s.cpu, wall: s.frame}, s.close()
		}
	}
	sides := []side{start(console), start(hello)}
	if _, err := alternate(ctx, 2, sides...); err != nil { // the first starts read from the disk
		return err
	}
	got, err := alternate(ctx, frameRounds, sides...)
	if err != nil {
		return err
	}
	wall := func(s sample) float64 { return float64(s.wall) }
	b.report.atMost("time to the first frame", fmt.Sprintf("%s; hello %s", millis(typical(got[0], wall)), millis(typical(got[1], wall))),
		over(got[0], got[1], wall), frameTime, "%.2f")
	b.report.note("CPU time to the first frame", fmt.Sprintf("%s; hello %s", millis(typical(got[0], sample.cpuEach)), millis(typical(got[1], sample.cpuEach))),
		fmt.Sprintf("%.2f", over(got[0], got[1], sample.cpuEach)))
	return nil
}

// idle measures memory and CPU time of both windows while nothing happens: at the same
// time, each on its own display and with the focus.
func (b *bench) idle(ctx context.Context, programs ...program) error {
	var windows []*openWindow
	for _, p := range programs {
		d, err := openDesktop(ctx, true)
		if err != nil {
			return err
		}
		defer d.close()
		w, err := d.show(ctx, p)
		if err != nil {
			return err
		}
		defer func() { _ = w.close() }() // an error here does not change the figures
		windows = append(windows, w)
	}
	if err := pause(ctx, settleTime); err != nil {
		return err
	}
	samples := make([][]sample, len(windows))
	for range idleRounds {
		before := make([]time.Duration, len(windows))
		for i, w := range windows {
			var err error
			if before[i], err = cpuOf(w.pid()); err != nil {
				return err
			}
		}
		if err := pause(ctx, windowIdleTime); err != nil {
			return err
		}
		for i, w := range windows {
			after, err := cpuOf(w.pid())
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], sample{n: 1, cpu: after - before[i], wall: windowIdleTime})
		}
	}
	var sizes [2]float64
	for i, w := range windows {
		bytes, err := resident(w.pid())
		if err != nil {
			return err
		}
		sizes[i] = float64(bytes)
	}
	b.report.atMost("RSS of the window", fmt.Sprintf("%s; hello %s", megabytes(sizes[0]), megabytes(sizes[1])),
		sizes[0]/sizes[1], windowMemory, "%.2f")
	share := func(s []sample) float64 { return 100 * typical(s, sample.cpuEach) / float64(windowIdleTime) }
	b.report.atMost(fmt.Sprintf("CPU of an idle window, %d × %s", idleRounds, windowIdleTime),
		fmt.Sprintf("%.2f %% of a core; hello %.2f %%", share(samples[0]), share(samples[1])),
		over(samples[0], samples[1], sample.cpuEach), idleCPU, "%.2f")
	return nil
}
