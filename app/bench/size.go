package main

import (
	"context"
	"fmt"
	"os"

	"nightlatch/app/harness"
)

// The limits of the stripped programs' sizes, in bytes.
const (
	consoleSize  = 45e6
	headlessSize = 30e6
)

// measureSizes compares the sizes of the console and of the headless server with
// their limits. It builds the headless server: without cgo, window and libfido2.
func measureSizes(ctx context.Context, b *bench) error {
	headless, err := harness.BuildWithoutCgo(ctx, b.scratch, "headless", "nightlatch/app", "-tags=headless", "-ldflags=-s -w")
	if err != nil {
		return err
	}
	for _, p := range []struct {
		what, path string
		limit      float64
	}{{"size of the console, stripped", b.program, consoleSize}, {"size of the headless server, stripped", headless, headlessSize}} {
		info, err := os.Stat(p.path)
		if err != nil {
			return err
		}
		size := float64(info.Size())
		b.report.add(row{p.what, "", fmt.Sprintf("≤ %.0f MB", p.limit/1e6), megabytes(size), size <= p.limit})
	}
	return nil
}
