package main

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// The time of a wrong password must not reveal whether the user name exists (R42): limits
// of the ratio of an existing name to an unknown one, and of the probability that the ranks
// of their times differ by chance as much as they do. A server without a difference is
// below the latter in one of a thousand runs.
const (
	unknownLow    = 0.97
	unknownHigh   = 1.03
	unknownChance = 0.001
	unknownPairs  = 400
)

// measureUnknownUsers measures attempts with existing and unknown names in random order.
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

	next := 0
	attempts := func(order []int) (made [2][]sample, err error) {
		for _, side := range order {
			if err := ctx.Err(); err != nil {
				return made, err
			}
			// Each name is used once, so that no attempt is throttled (R43).
			name := [2]string{memberName(next), fmt.Sprintf("nobody%07d", next)}[side]
			next++
			s, err := v.fail(server.PID(), name)
			if err != nil {
				return made, err
			}
			made[side] = append(made[side], s)
		}
		return made, nil
	}
	if _, err := attempts(shuffled(20)); err != nil { // warm up
		return err
	}
	wall := func(s sample) float64 { return float64(s.wall) }
	compare := func(what string, order []int) error {
		made, err := attempts(order)
		if err != nil {
			return err
		}
		known, unknown := made[0], made[1]
		b.report.within(what, fmt.Sprintf("medians %s; %s", millis(typical(known, wall)), millis(typical(unknown, wall))),
			typical(known, wall)/typical(unknown, wall), unknownLow, unknownHigh)
		if p := mannWhitney(figures(known, wall), figures(unknown, wall)); len(order) == 2*unknownPairs {
			b.report.atLeast("chance of such ranks (Mann-Whitney)", "of a server without a difference", p, unknownChance, "%.4f")
		}
		b.report.note("CPU time of these attempts", fmt.Sprintf("%s; %s", millis(typical(known, sample.cpuEach)), millis(typical(unknown, sample.cpuEach))),
			fmt.Sprintf("%.3f", typical(known, sample.cpuEach)/typical(unknown, sample.cpuEach)))
		return nil
	}
	if err := compare(fmt.Sprintf("time, known over unknown name, %d pairs", unknownPairs), shuffled(unknownPairs)); err != nil {
		return err
	}
	alternating := make([]int, unknownPairs) // a cost that comes with every second hash would fall on one side
	for i := range alternating {
		alternating[i] = i % 2
	}
	return compare("the same, strictly alternating", alternating)
}

// figures returns a figure of each sample.
func figures(samples []sample, figure func(sample) float64) []float64 {
	all := make([]float64, len(samples))
	for i, s := range samples {
		all[i] = figure(s)
	}
	return all
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
