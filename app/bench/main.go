// Package main is the benchmark. It measures speed, memory and size of the program,
// compares them with their limits, and prints a table.
//
//	go run ./app/bench [-only sign-in,check,unknown-user,idle,flood,approval,messages,key,memory,million,window,size]
//
// Most figures are ratios to a baseline that runs in the same minute on the same
// machine: the bare hash, a trivial HTTP handler, a hello-world window. Program and
// baseline alternate for several rounds, and the median of the rounds' ratios counts, so
// that other load on the machine affects both alike. The measured program is the built
// one, build/nightlatch, over real loopback connections and in a real window. The exit
// status is 1 if a limit was exceeded.
//
// CPU time is read from the process's own clock in nanoseconds (clock_getcpuclockid),
// which needs Linux.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// A part is a group of measurements.
type part struct {
	name    string
	measure func(context.Context, *bench) error
}

// parts returns the parts in the order in which they run. Parts that need a quiet disk
// come before those that write much.
func parts() []part {
	return []part{
		{"sign-in", measureSignIn},
		{"check", measureChecks},
		{"unknown-user", measureUnknownUsers},
		{"idle", measureIdleConnections},
		{"flood", measureFlood},
		{"approval", measureApprovals},
		{"messages", measureMessages},
		{"key", measureKeys},
		{"memory", measureMemory},
		{"million", measureMillion},
		{"window", measureWindow},
		{"size", measureSizes},
	}
}

// A bench is one run.
type bench struct {
	program string // a copy of the built program
	dir     string // for results and files kept between runs
	scratch string // for files of this run; removed at its end
	report  *report
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == baselineFlag {
		exit(runBaseline(os.Args[2]))
	}
	program := flag.String("program", "build/nightlatch", "the built `program`")
	dir := flag.String("dir", "build", "`directory` for results and files kept between runs")
	only := flag.String("only", "", "comma-separated `parts` to run; all if empty")
	flag.Parse()
	chosen, err := choose(*only)
	if err != nil || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "bench:", errors.Join(err, flag.CommandLine.Parse([]string{"-h"})))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, *program, *dir, chosen))
}

func exit(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

func choose(only string) ([]part, error) {
	if only == "" {
		return parts(), nil
	}
	var chosen []part
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(parts(), func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q", name)
		}
		chosen = append(chosen, parts()[i])
	}
	return chosen, nil
}

var errExceeded = errors.New("a limit was exceeded")

// run measures the parts, and writes the table to standard output and to a file.
func run(ctx context.Context, program, dir string, chosen []part) (err error) {
	if _, err := os.Stat(program); err != nil {
		return fmt.Errorf("%w; run make build first", err)
	}
	b := &bench{report: &report{log: os.Stderr}}
	if b.dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if b.scratch, err = os.MkdirTemp(b.dir, "bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.scratch)) }()
	b.program = filepath.Join(b.scratch, filepath.Base(program))
	if err := install(b.program, program); err != nil {
		return err
	}

	b.report.begin(machine())
	for _, p := range chosen {
		b.report.part(p.name, loadAverage())
		if err := p.measure(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	f, err := os.Create(filepath.Join(b.dir, "bench.txt"))
	if err != nil {
		return err
	}
	if err := errors.Join(b.report.write(io.MultiWriter(os.Stdout, f)), f.Close()); err != nil {
		return err
	}
	if b.report.exceeded() {
		return errExceeded
	}
	return nil
}

// sub makes a new directory for this run.
func (b *bench) sub(name string) (string, error) {
	return os.MkdirTemp(b.scratch, name+"-")
}
