package ceremony_test

import (
	"context"
	"slices"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/fairqueue"
)

// R43: slow work of a ceremony that has left its first step comes before that of strangers.
// Beginning a ceremony gives no precedence, because anyone can do that.
func TestClassOfSlowWork(t *testing.T) {
	t.Parallel()
	var classes []fairqueue.Class
	slow := func(ctx context.Context, _ ceremony.Ceremony, _ toy, in api.Input) (api.Input, error) {
		classes = append(classes, fairqueue.ClassOf(ctx))
		return in, nil
	}
	def := toys("toy", false, onward, slow)
	def.Edges[1].Slow = slow
	b := newBench(t, def)
	v := b.begin(ceremony.Caller{}, "toy")
	v = b.answer(ceremony.Caller{}, v, api.Label{Label: "no"})
	v = b.answer(ceremony.Caller{}, v, api.Label{Label: "yes"})
	b.answer(ceremony.Caller{}, v, api.Continue{})
	if want := []fairqueue.Class{fairqueue.Stranger, fairqueue.Stranger, fairqueue.Begun}; !slices.Equal(classes, want) {
		t.Errorf("classes %v; want %v", classes, want)
	}
}
