package virtual_test

import (
	"testing"

	"nightlatch/fido"
)

// A key with a pseudo-terminal can be used in this process, too. Meanwhile the other
// programs wait.
func TestBothWays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, fido.USB, "")
	key := open(t, b.Opener(elsewhere{fido.ErrNotKey}), k.Path)
	if _, err := key.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	answered := make(chan []string, 1)
	go func() { answered <- tool(t, nil, "fido2-token", "-I", k.Path) }()
	if err := key.Reset(t.Context()); err != nil {
		t.Errorf("while another program wants it: %v", err)
	}
	select {
	case <-answered:
		t.Error("the other program did not wait")
	default:
	}
	if err := key.Close(); err != nil {
		t.Fatal(err)
	}
	contains(t, "fido2-token -I", <-answered, "aaguid")
}
