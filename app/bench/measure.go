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

// cpuOf returns the CPU time, user and system, of all threads of a process.
func cpuOf(pid int) (time.Duration, error) {
	// MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED), as clock_getcpuclockid(3) makes it.
	clock := int32(^pid<<3 | 2)
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// ownCPU returns the CPU time of this process.
func ownCPU() (time.Duration, error) { return cpuOf(os.Getpid()) }

// status returns a value of /proc/PID/status that is in kB, in bytes (proc(5)).
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

// resident returns the memory of a process now, peak its maximum so far, in bytes.
func resident(pid int) (int64, error) { return status(pid, "VmRSS") }
func peak(pid int) (int64, error)     { return status(pid, "VmHWM") }

// A sample is the measurement of one side in one round.
type sample struct {
	n         int           // number of repetitions
	cpu, wall time.Duration // of all of them
	each      []time.Duration
}

func (s sample) cpuEach() float64 { return float64(s.cpu) / float64(s.n) }
func (s sample) rate() float64    { return float64(s.n) / s.wall.Seconds() }

// tail returns the 99th percentile of each, divided by the median.
func (s sample) tail() float64 {
	each := slices.Sorted(slices.Values(s.each))
	return float64(each[len(each)*99/100]) / float64(each[len(each)/2])
}

// timed measures a process while fn repeats an operation n times.
func timed(pid int, fn func() (n int, each []time.Duration, err error)) (sample, error) {
	before, err := cpuOf(pid)
	if err != nil {
		return sample{}, err
	}
	begun := time.Now()
	n, each, err := fn()
	s := sample{n: n, wall: time.Since(begun), each: each}
	if err != nil {
		return s, err
	}
	after, err := cpuOf(pid)
	s.cpu = after - before
	return s, err
}

// A side is what a comparison measures, the program or a baseline. A call runs one
// round.
type side func(context.Context) (sample, error)

// alternate runs the sides one after the other for a number of rounds, each round in
// another order. It returns the samples of each side.
func alternate(ctx context.Context, rounds int, sides ...side) ([][]sample, error) {
	samples := make([][]sample, len(sides))
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
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

// over returns the median of the ratios of a's figure to b's in the same round.
func over(a, b []sample, figure func(sample) float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = figure(a[i]) / figure(b[i])
	}
	return median(ratios)
}

// typical returns the median of one side's figure over the rounds.
func typical(samples []sample, figure func(sample) float64) float64 {
	return median(figures(samples, figure))
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// pause waits for d, or until ctx ends.
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

// loadAverage returns the load averages of the last 1, 5 and 15 minutes (proc(5)).
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// machine describes where the figures were measured.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d cores, %s", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), time.Now().UTC().Format(time.RFC3339))
}
