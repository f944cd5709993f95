package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The expected values were computed by hand: U is 0 and z 2.5067 for the first, U is 1, z
// 1.9472 with ties of 2, 3 and 2 values for the third.
func TestMannWhitney(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3, 4, 5}, []float64{6, 7, 8, 9, 10}, 0.012186},
		{[]float64{1, 2, 3, 4, 5}, []float64{1, 2, 3, 4, 5}, 1},
		{[]float64{1, 1, 2, 2}, []float64{2, 3, 3, 4}, 0.051508},
		{[]float64{7, 7, 7}, []float64{7, 7, 7}, 1},
	} {
		if got := mannWhitney(tt.a, tt.b); math.Abs(got-tt.want) > 1e-5 {
			t.Errorf("%v, %v: %.6f; want %.6f", tt.a, tt.b, got, tt.want)
		}
	}
}

// Of 400 noisy pairs, a difference of 3 % is found, and no difference is not.
func TestMannWhitneyFindsDifferences(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(middle float64) []float64 {
		values := make([]float64, unknownPairs)
		for i := range values {
			values[i] = middle * (1 + 0.05*random.NormFloat64())
		}
		return values
	}
	if p := mannWhitney(draw(1), draw(1.03)); p > 1e-6 {
		t.Errorf("3 %% more: %g", p)
	}
	if p := mannWhitney(draw(1), draw(1)); p < unknownChance {
		t.Errorf("the same: %g", p)
	}
}

func TestShuffled(t *testing.T) {
	t.Parallel()
	order, again := shuffled(100), shuffled(100)
	count, same := 0, true
	for i, side := range order {
		count += side
		same = same && side == again[i]
	}
	if count != 100 || same {
		t.Errorf("%d of 200 on one side; twice the same order: %v", count, same)
	}
}
