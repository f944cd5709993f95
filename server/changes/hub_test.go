package changes_test

import (
	"testing"

	"nightlatch/server/changes"
)

// A follower that does not read in time gets all topics in one event.
func TestLateFollowerGetsAllTopics(t *testing.T) {
	t.Parallel()
	var h changes.Hub
	slow, other := h.Follow("a"), h.Follow("b")
	h.Add("a", changes.Keys)
	h.Add("a", changes.Keys|changes.Sessions)
	h.Add("nobody", changes.Account)
	<-slow.Ready()
	if got := h.Take(slow); got != changes.Keys|changes.Sessions {
		t.Errorf("took %v", got.Names())
	}
	select {
	case <-slow.Ready():
		t.Error("ready again without new topics")
	case <-other.Ready():
		t.Error("another account's follower is ready")
	default:
	}
	if got := h.Take(slow); got != 0 {
		t.Errorf("took %v a second time", got.Names())
	}
}

func TestStreamsOfAnAccountAreLimited(t *testing.T) {
	t.Parallel()
	var h changes.Hub
	first := h.Follow("a")
	for range 63 {
		if h.Follow("a") == nil {
			t.Fatal("refused below the limit")
		}
	}
	if h.Follow("a") != nil {
		t.Error("a 65th stream was accepted")
	}
	if h.Follow("b") == nil {
		t.Error("the limit is not per account")
	}
	h.Leave(first)
	if h.Follow("a") == nil {
		t.Error("refused after another stream left")
	}
}
