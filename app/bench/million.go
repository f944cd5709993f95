package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

// The limits for a database with a million accounts.
const (
	million     = 1_000_000
	openTime    = 100 * time.Millisecond
	millionTime = 1.2 // of a sign-in, as a ratio to the first account

	verifyMemory = 100e6 // bytes
	verifySample = 100 * time.Millisecond
)

const (
	openings       = 5
	millionRounds  = 5
	millionSignIns = 20 // per round
)

// measureMillion opens a database with a million accounts, and compares sign-ins of its
// first accounts, its last ones, and those of a small database.
func measureMillion(ctx context.Context, b *bench) error {
	dir, err := b.millionAccounts(ctx)
	if err != nil {
		return err
	}
	if err := b.openings(ctx, filepath.Join(dir, databaseName)); err != nil {
		return err
	}
	if err := b.verify(ctx, dir); err != nil {
		return err
	}
	big, err := b.serve(ctx, dir)
	if err != nil {
		return err
	}
	defer big.Kill()
	b.report.note("start of serve, to its ready line", millis(float64(big.Ready)), "")

	const signers = millionRounds*millionSignIns + millionSignIns // the first round warms up
	small, err := b.sub("small")
	if err != nil {
		return err
	}
	if err := populate(ctx, small, signers); err != nil {
		return err
	}
	alone, err := b.serve(ctx, small)
	if err != nil {
		return err
	}
	defer alone.Kill()

	var sides []side
	for _, s := range []struct {
		server *harness.Server
		first  int
	}{{big, 0}, {big, million - signers}, {alone, 0}} {
		sides = append(sides, load{s.server, &crowd{members: members(s.first, signers)}, 1}.signIns(millionSignIns))
	}
	if _, err := alternate(ctx, 1, sides...); err != nil {
		return err
	}
	got, err := alternate(ctx, millionRounds, sides...)
	if err != nil {
		return err
	}
	first, last, few := got[0], got[1], got[2]
	both := func(a, b []sample) string {
		return fmt.Sprintf("%s; %s", millis(typical(a, middle)), millis(typical(b, middle)))
	}
	b.report.atMost("sign-in, the last accounts over the first", both(last, first), over(last, first, middle), millionTime, "%.2f")
	b.report.atMost("sign-in, of a million over of a few", both(last, few), over(last, few, middle), millionTime, "%.2f")
	return nil
}

// openings measures how long opening the database takes, with and without it in the page
// cache.
func (b *bench) openings(ctx context.Context, path string) error {
	for _, from := range []struct {
		what  string
		evict bool
	}{{"opening the database, from the disk", true}, {"opening the database, from memory", false}} {
		var took []float64
		for range openings {
			if err := ctx.Err(); err != nil {
				return err
			}
			if from.evict {
				if err := evict(path); err != nil {
					return err
				}
			}
			begun := time.Now()
			s, err := bolt.Open(bolt.Config{Path: path, Now: time.Now})
			took = append(took, float64(time.Since(begun)))
			if err != nil {
				return err
			}
			if err := s.Close(); err != nil {
				return err
			}
		}
		b.report.add(row{
			from.what, fmt.Sprintf("%d accounts", million),
			fmt.Sprintf("≤ %.0f ms", millisOf(float64(openTime))), millis(median(took)), median(took) <= float64(openTime),
		})
	}
	return nil
}

// verify measures the memory of `nightlatch admin verify`, which reads the whole database.
func (b *bench) verify(ctx context.Context, dir string) error {
	begun := time.Now()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, b.program, "admin", "verify", "--data", dir)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var most int64 // the kernel's own maximum would include this process, from before the start
	for tick := time.NewTicker(verifySample); ; {
		select {
		case <-tick.C:
			if now, err := peak(cmd.Process.Pid); err == nil {
				most = now
			}
			continue
		case err := <-ended:
			tick.Stop()
			if err != nil {
				return fmt.Errorf("verify: %w: %s", err, &out)
			}
		}
		break
	}
	b.report.add(row{
		"admin verify, peak memory", fmt.Sprintf("%d accounts", million),
		fmt.Sprintf("≤ %.0f MB", verifyMemory/1e6), megabytes(float64(most)), most > 0 && float64(most) <= verifyMemory,
	})
	b.report.note("admin verify, time", fmt.Sprintf("%.0f s", time.Since(begun).Seconds()), "")
	return nil
}

func millisOf(ns float64) float64 { return ns / 1e6 }

// complete is the last file written to a kept data directory. Its name changes when the
// data is made in another way.
const complete = "complete-2"

// millionAccounts returns a copy of a data directory with a million accounts. The
// directory is made once and kept between runs.
func (b *bench) millionAccounts(ctx context.Context) (string, error) {
	kept := filepath.Join(b.dir, "bench-million")
	if _, err := os.Stat(filepath.Join(kept, complete)); errors.Is(err, os.ErrNotExist) {
		if err := os.RemoveAll(kept); err != nil {
			return "", err
		}
		begun := time.Now()
		if err := populate(ctx, kept, million); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(kept, complete), nil, 0o600); err != nil {
			return "", err
		}
		b.report.remark("Making a million accounts took %.0f s; they are kept for the next run.", time.Since(begun).Seconds())
	} else if err != nil {
		return "", err
	}
	dir, err := b.sub("million")
	if err != nil {
		return "", err
	}
	for _, name := range []string{databaseName, seal.MasterFile} {
		if err := copyFile(filepath.Join(dir, name), filepath.Join(kept, name), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}
