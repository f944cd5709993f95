package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// shuffled returns an order of n attempts for each of two sides.
func shuffled(n int) []int {
	order := make([]int, 2*n)
	for i := range order {
		order[i] = i % 2
	}
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// mannWhitney returns the probability that two samples from one distribution differ as much
// in their ranks as a and b (Mann and Whitney 1947, two-sided, normal approximation with
// correction for ties and continuity). Unlike means and medians, ranks are not moved by a
// few slow attempts.
func mannWhitney(a, b []float64) (p float64) {
	type value struct {
		v     float64
		first bool
	}
	all := make([]value, 0, len(a)+len(b))
	for _, v := range a {
		all = append(all, value{v, true})
	}
	for _, v := range b {
		all = append(all, value{v, false})
	}
	slices.SortFunc(all, func(x, y value) int {
		switch {
		case x.v < y.v:
			return -1
		case x.v > y.v:
			return 1
		}
		return 0
	})
	var rankSum, ties float64
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].v == all[i].v {
			j++
		}
		rank, t := float64(i+j+1)/2, float64(j-i) // the mean rank of equal values
		for _, v := range all[i:j] {
			if v.first {
				rankSum += rank
			}
		}
		ties += t*t*t - t
		i = j
	}
	m, n := float64(len(a)), float64(len(b))
	u := rankSum - m*(m+1)/2
	variance := m * n / 12 * (m + n + 1 - ties/((m+n)*(m+n-1)))
	if variance <= 0 {
		return 1
	}
	z := max(math.Abs(u-m*n/2)-0.5, 0) / math.Sqrt(variance)
	return math.Erfc(z / math.Sqrt2)
}
