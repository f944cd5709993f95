package ctap2_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/ctap2"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/fidotest"
	"nightlatch/fido/virtual"
)

// way reaches authenticators in this process.
var way = fidotest.Way{
	InProcess: true,
	Open:      func(b *virtual.Bench) fido.Opener { return opener{b.Opener(nil)} },
	Endpoint:  endpoint,
}

func TestStories(t *testing.T) { way.Run(t) }

// endpoints has the authenticators outside a bench, by path.
var endpoints sync.Map

var lastEndpoint struct {
	sync.Mutex
	n int
}

// endpoint plugs in an authenticator and returns its path.
func endpoint(t *testing.T, backend ctaphid.Backend) string {
	t.Helper()
	lastEndpoint.Lock()
	lastEndpoint.n++
	path := fmt.Sprintf("test:%d", lastEndpoint.n)
	lastEndpoint.Unlock()
	endpoints.Store(path, backend)
	t.Cleanup(func() { endpoints.Delete(path) })
	return path
}

// opener opens the authenticators of endpoint, and others with another opener.
type opener struct{ bench fido.Opener }

func (o opener) Open(ctx context.Context, path string) (fido.Key, error) {
	backend, is := endpoints.Load(path)
	if !is {
		return o.bench.Open(ctx, path)
	}
	_, u2f := backend.(ctaphid.U2FBackend)
	return ctap2.New(ctap2.Config{Backend: backend.(ctaphid.Backend), U2F: u2f})
}
