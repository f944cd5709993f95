package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cpuOf is the processor time, user and system, that a process has used in all
// its threads.
func cpuOf(pid int) (time.Duration, error) {
	// MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED), as clock_getcpuclockid(3) makes it.
	clock := int32(^pid<<3 | 2)
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// ownCPU is the processor time of the bench itself.
func ownCPU() (time.Duration, error) { return cpuOf(os.Getpid()) }

// status reads a line of /proc/PID/status that is in kB, in bytes.
func status(pid int, name string) (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no %s", pid, name)
}

// resident is the memory that a process has now; peak is the most it ever had.
func resident(pid int) (int64, error) { return status(pid, "VmRSS") }
func peak(pid int) (int64, error)     { return status(pid, "VmHWM") }

// A spell is what one side did in its turn.
type spell struct {
	n         int           // how many times
	cpu, wall time.Duration // of all of them
	each      []time.Duration
}

func (s spell) cpuEach() float64 { return float64(s.cpu) / float64(s.n) }
func (s spell) rate() float64    { return float64(s.n) / s.wall.Seconds() }

// tail is the 99th percentile of the times of each, over their median.
func (s spell) tail() float64 {
	each := slices.Sorted(slices.Values(s.each))
	return float64(each[len(each)*99/100]) / float64(each[len(each)/2])
}

// timed measures what a process uses while fn does something n times.
func timed(pid int, fn func() (n int, each []time.Duration, err error)) (spell, error) {
	before, err := cpuOf(pid)
	if err != nil {
		return spell{}, err
	}
	begun := time.Now()
	n, each, err := fn()
	s := spell{n: n, wall: time.Since(begun), each: each}
	if err != nil {
		return s, err
	}
	after, err := cpuOf(pid)
	s.cpu = after - before
	return s, err
}

// A side is one of those compared.
type side func(context.Context) (spell, error)

// takeTurns lets the sides take their turns, each round in another order, and
// returns the spells of each side.
func takeTurns(ctx context.Context, rounds int, sides ...side) ([][]spell, error) {
	spells := make([][]spell, len(sides))
	for round := range rounds {
		for i := range sides {
			i = (i + round) % len(sides)
			s, err := sides[i](ctx)
			if err != nil {
				return nil, err
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			spells[i] = append(spells[i], s)
		}
	}
	return spells, nil
}

// over is the median over the rounds of one side's figure divided by the
// other's in the same round.
func over(a, b []spell, figure func(spell) float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = figure(a[i]) / figure(b[i])
	}
	return median(ratios)
}

// typical is the median over the rounds of one side's figure.
func typical(spells []spell, figure func(spell) float64) float64 {
	all := make([]float64, len(spells))
	for i, s := range spells {
		all[i] = figure(s)
	}
	return median(all)
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// pause waits, or says that ctx has ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.1f MB", bytes/1e6) }
func millis(ns float64) string       { return fmt.Sprintf("%.2f ms", ns/1e6) }
func micros(ns float64) string       { return fmt.Sprintf("%.1f µs", ns/1e3) }

// loadAverage is what the kernel says of the last minutes.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// machine says what the figures were taken on.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d cores, %s", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), time.Now().UTC().Format(time.RFC3339))
}
