//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"errors"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/fidotest"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/pty"
	"nightlatch/fido/virtual"
)

// way reaches authenticators with libfido2, through pseudo-terminals.
var way = fidotest.Way{
	Open:     func(*virtual.Bench) fido.Opener { return libfido2.Backend{} },
	Endpoint: endpoint,
	Dead:     dead,
}

func TestStories(t *testing.T) { way.Run(t) }

func endpoint(t *testing.T, backend ctaphid.Backend) string {
	t.Helper()
	e, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	_, old := backend.(ctaphid.U2FBackend)
	server, err := ctaphid.NewServer(e, ctaphid.Config{Backend: backend, Queue: e, NoCBOR: old})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.WithoutCancel(t.Context())) }()
	t.Cleanup(func() {
		if err := errors.Join(e.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	return e.Path()
}

// dead makes a pseudo-terminal behind which nobody answers. asked is closed when it was sent
// something.
func dead(t *testing.T) (path string, asked <-chan struct{}) {
	t.Helper()
	e, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	got := make(chan struct{})
	go func() {
		_, _ = e.Read(make([]byte, ctaphid.RecordSize)) // INIT
		close(got)
	}()
	return e.Path(), got
}
