package main

import (
	"context"
	"fmt"
	"time"

	"nightlatch/app/harness"
)

// The bars of a sign-in.
const (
	signInCPU  = 1.20 // processor time of a sign-in over that of the bare hash
	signInRate = 0.80 // of the machine's raw hashes a second, 8 clients
	manyRate   = 0.97 // 32 clients over 8
	manyTail   = 1.5  // 99th percentile over the median, 32 clients
)

// signInRounds are the turns of each side; each is some seconds long.
const signInRounds = 7

// crowdSize members have a fresh code whenever their turn comes again.
const crowdSize = 8192

// measureSignIn holds sign-ins with password and app code against the bare hash.
func measureSignIn(ctx context.Context, b *bench) error {
	server, people, err := b.house(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	bare, err := startOpponent(bareHash)
	if err != nil {
		return err
	}
	defer bare.close()

	var sides []side
	for _, s := range []struct{ clients, n int }{{1, 60}, {8, 240}, {32, 320}} {
		sides = append(sides, load{server, people, s.clients}.signIns(s.n))
	}
	sides = append(sides, bare.hashes(1, 60), bare.hashes(cores(), 240))
	if _, err := takeTurns(ctx, 1, sides...); err != nil { // warm up
		return err
	}
	own, err := ownCPU()
	if err != nil {
		return err
	}
	got, err := takeTurns(ctx, signInRounds, sides...)
	if err != nil {
		return err
	}
	after, err := ownCPU()
	if err != nil {
		return err
	}
	one, eight, many, single, raw := got[0], got[1], got[2], got[3], got[4]

	cpu := func(a, b []spell) string {
		return fmt.Sprintf("%s; bare hash %s", millis(typical(a, spell.cpuEach)), millis(typical(b, spell.cpuEach)))
	}
	b.report.most("CPU of a sign-in, 1 client", cpu(one, single), over(one, single, spell.cpuEach), signInCPU, "%.2f")
	b.report.most("CPU of a sign-in, 8 clients", cpu(eight, raw), over(eight, raw, spell.cpuEach), signInCPU, "%.2f")
	b.report.most("CPU of a sign-in, 32 clients", cpu(many, raw), over(many, raw, spell.cpuEach), signInCPU, "%.2f")
	b.report.least("sign-ins a second, 8 clients",
		fmt.Sprintf("%.1f/s; raw hashes on %d cores %.1f/s", typical(eight, spell.rate), cores(), typical(raw, spell.rate)),
		over(eight, raw, spell.rate), signInRate, "%.2f")
	b.report.least("sign-ins a second, 32 clients over 8",
		fmt.Sprintf("%.1f/s; %.1f/s", typical(many, spell.rate), typical(eight, spell.rate)),
		over(many, eight, spell.rate), manyRate, "%.2f")
	b.report.most("p99 over p50, 32 clients", fmt.Sprintf("p50 %s", millis(typical(many, middle))),
		typical(many, spell.tail), manyTail, "%.2f")

	signIns := 0
	for _, spells := range got[:3] {
		for _, s := range spells {
			signIns += s.n
		}
	}
	b.report.remark("The load itself costs %s a sign-in on the same cores, and that is in the sign-ins a second.",
		millis(float64(after-own)/float64(signIns)))
	b.report.remark("32 clients are to be no slower than 8; below 0.97 they are: two medians of %d rounds of one and the same load differ by up to 3 %%.", signInRounds)
	return nil
}

func middle(s spell) float64 { return median(floats(s.each)) }

func floats(d []time.Duration) []float64 {
	f := make([]float64, len(d))
	for i := range d {
		f[i] = float64(d[i])
	}
	return f
}

// house is a server of its own, with a crowd.
func (b *bench) house(ctx context.Context) (*harness.Server, *crowd, error) {
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
