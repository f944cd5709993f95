package signin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/fairqueue"
	"nightlatch/server/servertest"
)

// R43: when strangers at the same address fill the queue for hashes, a known
// device still gets its turn. Another client is refused, with the time to try
// again.
func TestKnownDeviceInAFullQueue(t *testing.T) {
	t.Parallel()
	const limit = 4
	turns := fairqueue.New(1, limit)
	hasher, err := account.NewHasher(account.HasherConfig{Parallel: 1, Params: account.Params{Memory: 64, Time: 1, Threads: 1}, Turns: turns})
	if err != nil {
		t.Fatal(err)
	}
	w := servertest.New(t, func(cfg *server.Config) { cfg.Hasher = hasher })
	try := func(device string) (int, api.View) {
		var headers []string
		if device != "" {
			headers = []string{"Nightlatch-Device", device}
		}
		v := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
		e := w.Do("POST", "/api/v1/ceremonies/"+v.ID, fmt.Sprintf(`{"rev":1,"input":{"type":"credentials","username":"ada","password":%q}}`, servertest.Password), append(headers, "Content-Type", servertest.JSONType)...)
		var next api.View
		if err := json.Unmarshal([]byte(e.Body), &next); err != nil && e.Status == 200 {
			t.Error(err)
		}
		return e.Status, next
	}
	status, v := try("")
	in, ok := v.Step.(api.SignedIn)
	if status != 200 || !ok || in.DeviceToken == "" {
		t.Fatalf("the first sign-in: %d %+v", status, v.Step)
	}

	here := fairqueue.WithSource(context.Background(), "127.0.0.1")
	leave, err := turns.Enter(here)
	if err != nil {
		t.Fatal(err)
	}
	var strangers sync.WaitGroup
	evicted := make(chan error, limit)
	for range limit {
		strangers.Go(func() {
			leave, err := turns.Enter(here)
			if err != nil {
				evicted <- err
				return
			}
			leave()
		})
	}
	for turns.Waiting() < limit {
		runtime.Gosched()
	}
	if status, _ := try(""); status != 503 {
		t.Errorf("a new device: %d", status)
	}
	if status, _ := try(strings.Repeat("x", len(in.DeviceToken))); status != 503 {
		t.Errorf("a made-up device: %d", status)
	}
	answered := make(chan int)
	go func() {
		status, _ := try(in.DeviceToken)
		answered <- status
	}()
	select {
	case <-evicted: // it took a stranger's place and waits for the running hash
	case status := <-answered:
		t.Fatalf("answered before its turn: %d", status)
	}
	leave()
	if status := <-answered; status != 200 {
		t.Errorf("the known device: %d", status)
	}
	strangers.Wait()
}
