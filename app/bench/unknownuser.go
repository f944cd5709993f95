package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The time of a wrong password for a name that somebody has, over that for one
// that nobody has, must not tell which it is (R42).
const (
	strangerLow   = 0.97
	strangerHigh  = 1.03
	strangerPairs = 200
)

// measureStrangers takes pairs of attempts, in an order left to chance: memory
// is collected every few hashes, and no side may always be the one to pay for it.
func measureStrangers(ctx context.Context, b *bench) error {
	server, _, err := b.house(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	l, err := dial(server.URL)
	if err != nil {
		return err
	}
	defer l.close()
	v := &visitor{line: l}

	var known, unknown []spell
	for pair := range strangerPairs + 10 {
		var made [2]spell
		first := rand.IntN(2)
		for _, i := range []int{first, 1 - first} {
			if err := ctx.Err(); err != nil {
				return err
			}
			// No name twice: nobody has to wait (R43).
			name := [2]string{memberName(pair), fmt.Sprintf("nobody%07d", pair)}[i]
			if made[i], err = v.fail(server.PID(), name); err != nil {
				return err
			}
		}
		if pair >= 10 { // the first warm up
			known, unknown = append(known, made[0]), append(unknown, made[1])
		}
	}
	wall := func(s spell) float64 { return float64(s.wall) }
	b.report.within(fmt.Sprintf("time, known over unknown name, %d pairs", strangerPairs),
		fmt.Sprintf("%s; %s", millis(typical(known, wall)), millis(typical(unknown, wall))),
		typical(known, wall)/typical(unknown, wall), strangerLow, strangerHigh)
	b.report.tell("CPU, the same", fmt.Sprintf("%s; %s", millis(typical(known, spell.cpuEach)), millis(typical(unknown, spell.cpuEach))),
		fmt.Sprintf("%.3f", typical(known, spell.cpuEach)/typical(unknown, spell.cpuEach)))
	return nil
}

// fail gives a wrong password and measures the answer.
func (v *visitor) fail(pid int, name string) (spell, error) {
	path, err := v.begin()
	if err != nil {
		return spell{}, err
	}
	return timed(pid, func() (int, []time.Duration, error) {
		answer, err := v.credentials(path, name, "not the password")
		if err == nil && !bytes.Contains(answer, []byte(`"invalid_credentials"`)) {
			err = fmt.Errorf("%w: %s", errAnswer, answer)
		}
		return 1, nil, err
	})
}
