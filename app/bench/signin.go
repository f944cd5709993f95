package main

import (
	"context"
	"fmt"
	"time"

	"nightlatch/app/harness"
)

// The limits of a sign-in.
const (
	signInCPU  = 1.12 // CPU time, as a ratio to the bare hash
	signInRate = 0.87 // sign-ins per second of 8 clients, as a ratio to bare hashes per second
	manyRate   = 0.97 // the same, of 32 clients as a ratio to 8
	manyTail   = 1.5  // 99th percentile divided by the median, 32 clients
)

// signInRounds is the number of rounds; each takes some seconds.
const signInRounds = 7

// crowdSize is the number of members. With so many, each has an unused code when it signs
// in again.
const crowdSize = 8192

// measureSignIn compares sign-ins with password and app code with the bare hash.
func measureSignIn(ctx context.Context, b *bench) error {
	server, people, err := b.crowdServer(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	bare, err := startBaseline(bareHash)
	if err != nil {
		return err
	}
	defer bare.close()

	var sides []side
	for _, s := range []struct{ clients, n int }{{1, 60}, {8, 240}, {32, 320}} {
		sides = append(sides, load{server, people, s.clients}.signIns(s.n))
	}
	sides = append(sides, bare.hashes(1, 60), bare.hashes(cores(), 240))
	if _, err := alternate(ctx, 1, sides...); err != nil { // warm up
		return err
	}
	own, err := ownCPU()
	if err != nil {
		return err
	}
	got, err := alternate(ctx, signInRounds, sides...)
	if err != nil {
		return err
	}
	after, err := ownCPU()
	if err != nil {
		return err
	}
	one, eight, many, single, raw := got[0], got[1], got[2], got[3], got[4]

	cpu := func(a, b []sample) string {
		return fmt.Sprintf("%s; bare hash %s", millis(typical(a, sample.cpuEach)), millis(typical(b, sample.cpuEach)))
	}
	b.report.atMost("CPU of a sign-in, 1 client", cpu(one, single), over(one, single, sample.cpuEach), signInCPU, "%.2f")
	b.report.atMost("CPU of a sign-in, 8 clients", cpu(eight, raw), over(eight, raw, sample.cpuEach), signInCPU, "%.2f")
	b.report.atMost("CPU of a sign-in, 32 clients", cpu(many, raw), over(many, raw, sample.cpuEach), signInCPU, "%.2f")
	b.report.atLeast("sign-ins per second, 8 clients",
		fmt.Sprintf("%.1f/s; raw hashes on %d cores %.1f/s", typical(eight, sample.rate), cores(), typical(raw, sample.rate)),
		over(eight, raw, sample.rate), signInRate, "%.2f")
	b.report.atLeast("sign-ins per second, 32 clients over 8",
		fmt.Sprintf("%.1f/s; %.1f/s", typical(many, sample.rate), typical(eight, sample.rate)),
		over(many, eight, sample.rate), manyRate, "%.2f")
	b.report.atMost("p99 over p50, 32 clients", fmt.Sprintf("p50 %s", millis(typical(many, middle))),
		typical(many, sample.tail), manyTail, "%.2f")

	signIns := 0
	for _, samples := range got[:3] {
		for _, s := range samples {
			signIns += s.n
		}
	}
	b.report.remark("The load generator takes %s of CPU time per sign-in on the same cores, which lowers the sign-ins per second.",
		millis(float64(after-own)/float64(signIns)))
	b.report.remark("32 clients must not be slower than 8. The limit is 0.97, because medians of %d rounds of the same load differ by up to 3 %%.", signInRounds)
	return nil
}

func middle(s sample) float64 { return median(floats(s.each)) }

func floats(d []time.Duration) []float64 {
	f := make([]float64, len(d))
	for i := range d {
		f[i] = float64(d[i])
	}
	return f
}

// crowdServer starts a server with a crowd of accounts.
func (b *bench) crowdServer(ctx context.Context) (*harness.Server, *crowd, error) {
	dir, err := b.sub("crowd")
	if err != nil {
		return nil, nil, err
	}
	if err := populate(ctx, dir, crowdSize); err != nil {
		return nil, nil, err
	}
	s, err := b.serve(ctx, dir)
	return s, &crowd{members: members(0, crowdSize)}, err
}

// serve starts the program on a data directory.
func (b *bench) serve(ctx context.Context, dir string) (*harness.Server, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return harness.Serve(ctx, b.program, "--data", dir, "--listen", "127.0.0.1:0")
}
