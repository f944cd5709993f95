package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The time of a wrong password must not reveal whether the user name exists: limits of the
// ratio of an existing name to an unknown one (R42).
const (
	unknownLow   = 0.97
	unknownHigh  = 1.03
	unknownPairs = 200
)

// measureUnknownUsers measures pairs of attempts in random order. Memory is collected every
// few hashes, and the cost must not always fall on the same side.
func measureUnknownUsers(ctx context.Context, b *bench) error {
	server, _, err := b.crowdServer(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	l, err := dial(server.URL)
	if err != nil {
		return err
	}
	defer l.close()
	v := &signer{connection: l}

	var known, unknown []sample
	for pair := range unknownPairs + 10 {
		var made [2]sample
		first := rand.IntN(2)
		for _, i := range []int{first, 1 - first} {
			if err := ctx.Err(); err != nil {
				return err
			}
			// Each name is used once, so that no attempt is throttled (R43).
			name := [2]string{memberName(pair), fmt.Sprintf("nobody%07d", pair)}[i]
			if made[i], err = v.fail(server.PID(), name); err != nil {
				return err
			}
		}
		if pair >= 10 { // the first ones warm up
			known, unknown = append(known, made[0]), append(unknown, made[1])
		}
	}
	wall := func(s sample) float64 { return float64(s.wall) }
	b.report.within(fmt.Sprintf("time, known over unknown name, %d pairs", unknownPairs),
		fmt.Sprintf("%s; %s", millis(typical(known, wall)), millis(typical(unknown, wall))),
		typical(known, wall)/typical(unknown, wall), unknownLow, unknownHigh)
	b.report.note("CPU time of these attempts", fmt.Sprintf("%s; %s", millis(typical(known, sample.cpuEach)), millis(typical(unknown, sample.cpuEach))),
		fmt.Sprintf("%.3f", typical(known, sample.cpuEach)/typical(unknown, sample.cpuEach)))
	return nil
}

// fail sends a wrong password and measures the answer.
func (v *signer) fail(pid int, name string) (sample, error) {
	path, err := v.begin()
	if err != nil {
		return sample{}, err
	}
	return timed(pid, func() (int, []time.Duration, error) {
		answer, err := v.credentials(path, name, "not the password")
		if err == nil && !bytes.Contains(answer, []byte(`"invalid_credentials"`)) {
			err = fmt.Errorf("%w: %s", errAnswer, answer)
		}
		return 1, nil, err
	})
}
