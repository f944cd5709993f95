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

// The bars of the window, all over a hello-world window's with the same fonts.
const (
	frameTime    = 1.3
	windowMemory = 1.3
	stillCPU     = 1.2
	programSize  = 1.3
)

const (
	frameRounds = 9
	stillRounds = 3
	stillFor    = 10 * time.Second
	settleFor   = 5 * time.Second // after the first frame
)

// measureWindow holds the console against the smallest Fyne window: app/bench/hello,
// built with the same flags. The console opens as on any day: somebody is signed
// in and sees the overview.
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
	if err := b.still(ctx, console, hello); err != nil {
		return err
	}
	return b.sizes(ctx, console.path, hello.path)
}

// sizes holds the program's size against a hello-world window as everybody builds
// it, stripped. That has the emoji font inside, which this program leaves out: what
// it is without it is told beside (decision 24).
func (b *bench) sizes(ctx context.Context, console, bare string) error {
	plain, err := harness.Build(ctx, b.scratch, "hello-plain", "nightlatch/app/bench/hello", "-tags=", "-ldflags=-s -w")
	if err != nil {
		return err
	}
	var bytes [3]float64
	for i, path := range []string{console, plain, bare} {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		bytes[i] = float64(info.Size())
	}
	b.report.most("size of the stripped program", fmt.Sprintf("%s; hello %s", megabytes(bytes[0]), megabytes(bytes[1])),
		bytes[0]/bytes[1], programSize, "%.2f")
	b.report.tell("the same, over hello without emoji", fmt.Sprintf("%s; hello %s", megabytes(bytes[0]), megabytes(bytes[2])),
		fmt.Sprintf("%.2f", bytes[0]/bytes[2]))
	return nil
}

// The console keeps the session of whoever is signed in in this file, sealed
// under this name.
const (
	sessionFile = "console.session"
	sessionName = "console/session"
)

// console is the program with a data directory in which somebody is signed in.
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
	token, err := (&visitor{line: l}).signIn(members(0, 1)[0])
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

// frames measures the time to the first frame, on a display without a window
// manager: what is drawn on it the program drew.
func (b *bench) frames(ctx context.Context, console, hello program) error {
	d, err := openDesk(ctx, false)
	if err != nil {
		return err
	}
	defer d.close()
	start := func(p program) side {
		return func(ctx context.Context) (spell, error) {
			s, err := d.show(ctx, p)
			if err != nil {
				return spell{}, err
			}
			if err := harness.SavePNG(filepath.Join(b.dir, "bench-"+filepath.Base(p.path)+".png"), s.last); err != nil {
				return spell{}, err
			}
			return spell{n: 1, cpu: s.cpu, wall: s.frame}, s.close()
		}
	}
	sides := []side{start(console), start(hello)}
	if _, err := takeTurns(ctx, 2, sides...); err != nil { // the first start reads from the disk
		return err
	}
	got, err := takeTurns(ctx, frameRounds, sides...)
	if err != nil {
		return err
	}
	wall := func(s spell) float64 { return float64(s.wall) }
	b.report.most("time to the first frame", fmt.Sprintf("%s; hello %s", millis(typical(got[0], wall)), millis(typical(got[1], wall))),
		over(got[0], got[1], wall), frameTime, "%.2f")
	b.report.tell("CPU until then", fmt.Sprintf("%s; hello %s", millis(typical(got[0], spell.cpuEach)), millis(typical(got[1], spell.cpuEach))),
		fmt.Sprintf("%.2f", over(got[0], got[1], spell.cpuEach)))
	return nil
}

// still measures memory and processor time of both windows while they stand
// still, each with the focus on a display of its own, at the same time.
func (b *bench) still(ctx context.Context, programs ...program) error {
	var windows []*shown
	for _, p := range programs {
		d, err := openDesk(ctx, true)
		if err != nil {
			return err
		}
		defer d.close()
		w, err := d.show(ctx, p)
		if err != nil {
			return err
		}
		defer w.close() //nolint:errcheck // it is over
		windows = append(windows, w)
	}
	if err := pause(ctx, settleFor); err != nil {
		return err
	}
	spells := make([][]spell, len(windows))
	for range stillRounds {
		before := make([]time.Duration, len(windows))
		for i, w := range windows {
			var err error
			if before[i], err = cpuOf(w.pid()); err != nil {
				return err
			}
		}
		if err := pause(ctx, stillFor); err != nil {
			return err
		}
		for i, w := range windows {
			after, err := cpuOf(w.pid())
			if err != nil {
				return err
			}
			spells[i] = append(spells[i], spell{n: 1, cpu: after - before[i], wall: stillFor})
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
	b.report.most("RSS of the window", fmt.Sprintf("%s; hello %s", megabytes(sizes[0]), megabytes(sizes[1])),
		sizes[0]/sizes[1], windowMemory, "%.2f")
	share := func(s []spell) float64 { return 100 * typical(s, spell.cpuEach) / float64(stillFor) }
	b.report.most(fmt.Sprintf("CPU of a still window, %d × %s", stillRounds, stillFor),
		fmt.Sprintf("%.2f %% of a core; hello %.2f %%", share(spells[0]), share(spells[1])),
		over(spells[0], spells[1], spell.cpuEach), stillCPU, "%.2f")
	return nil
}
