package main

import (
	"context"
	"fmt"
	"time"

	"nightlatch/app/harness"
)

// besideIdleCPU is the limit of the CPU time of an attempt to sign in beside idle connections, as
// a ratio to the same without them.
const besideIdleCPU = 1.3

const (
	idleConnections  = 5000
	besideIdleRounds = 5
	attemptsARound   = 40
)

// measureIdleConnections compares attempts to sign in with and without idle connections.
// Those are opened and closed for each round, so that other load on the machine affects
// both alike.
func measureIdleConnections(ctx context.Context, b *bench) error {
	server, _, err := b.crowdServer(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	next := 0
	attempts := func(ctx context.Context) (sample, error) {
		l, err := dial(server.URL)
		if err != nil {
			return sample{}, err
		}
		defer l.close()
		v := &signer{connection: l}
		all := sample{}
		for range attemptsARound {
			next++
			s, err := v.fail(server.PID(), fmt.Sprintf("nobody%07d", next))
			if err != nil {
				return sample{}, err
			}
			all.n, all.cpu, all.wall = all.n+1, all.cpu+s.cpu, all.wall+s.wall
		}
		return all, ctx.Err()
	}
	beside := func(ctx context.Context) (sample, error) {
		crowd, err := idleCrowd(server)
		defer func() {
			for _, l := range crowd {
				l.close()
			}
		}()
		if err != nil {
			return sample{}, err
		}
		return attempts(ctx)
	}
	if _, err := alternate(ctx, 1, attempts, beside); err != nil { // warm up
		return err
	}
	got, err := alternate(ctx, besideIdleRounds, attempts, beside)
	if err != nil {
		return err
	}
	b.report.atMost(fmt.Sprintf("CPU of an attempt, %d idle connections", idleConnections),
		fmt.Sprintf("%s; without %s", millis(typical(got[1], sample.cpuEach)), millis(typical(got[0], sample.cpuEach))),
		over(got[1], got[0], sample.cpuEach), besideIdleCPU, "%.2f")
	return nil
}

// idleCrowd opens connections that have made one request each.
func idleCrowd(server *harness.Server) (crowd []*connection, err error) {
	for range idleConnections {
		l, err := dial(server.URL)
		if err != nil {
			return crowd, err
		}
		crowd = append(crowd, l)
		if _, _, err := l.exchange(l.get("/api/v1/about", "")); err != nil {
			return crowd, err
		}
	}
	return crowd, nil
}

// seconds formats a duration for the report.
func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
