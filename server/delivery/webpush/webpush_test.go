package webpush_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/delivery"
	"nightlatch/server/delivery/webpush"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

// subscription is the address of an app at a push service.
func subscription(t *testing.T, endpoint string) api.PushAddress {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return api.PushAddress{Endpoint: endpoint, Keys: api.PushKeys{P256dh: b64(key.PublicKey().Bytes()), Auth: b64(make([]byte, 16))}}
}

func sender(t *testing.T, hosts ...string) (*webpush.Sender, *webpush.Keys) {
	t.Helper()
	keys := &webpush.Keys{Store: storetest.New(t, time.Now), Sealer: seal.New([32]byte{1})}
	s, err := webpush.New(webpush.Config{Keys: keys, Subject: "operator@example.org", Hosts: hosts, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s, keys
}

// An address inside the network is refused before a byte is sent, by number and by name; a name
// that leads there is refused when it is dialled.
func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	var called atomic.Int64
	service := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	t.Cleanup(service.Close)
	port := service.URL[strings.LastIndex(service.URL, ":"):]
	s, _ := sender(t)
	for _, endpoint := range []string{
		"https://127.0.0.1" + port, "https://[::1]" + port, "https://localhost" + port, "https://[::ffff:127.0.0.1]" + port,
		"https://0.0.0.0" + port, "https://2130706433" + port,
	} {
		err := s.Push(t.Context(), subscription(t, endpoint), []byte("{}"), time.Now().Add(time.Minute))
		if err == nil {
			t.Errorf("%s: sent", endpoint)
		}
	}
	var permanent *delivery.PermanentError
	if err := s.Push(t.Context(), subscription(t, service.URL), []byte("{}"), time.Time{}); !errors.As(err, &permanent) {
		t.Errorf("not permanent: %v", err)
	}
	if called.Load() > 0 {
		t.Errorf("%d requests arrived", called.Load())
	}
	for _, a := range []string{
		"http://push.example.org/a", "https://user@push.example.org/a", "https://10.1.2.3/a", "https://192.168.1.1/a", "https://169.254.169.254/a",
		"https://[fd00::1]/a", "https://[fe80::1]/a", "https://100.64.0.1/a", "https://localhost/a", "https://push.localhost./a", "ftp://a", "", "lab:phone-1",
	} {
		if delivery.PushFault(subscription(t, a), false, nil) == "" {
			t.Errorf("%q is accepted", a)
		}
	}
	if fault := delivery.PushFault(subscription(t, "https://push.example.org/a"), false, nil); fault != "" {
		t.Error(fault)
	}
}

// No redirect is followed, and a service that never answers is given up.
func TestServicesThatMisbehave(t *testing.T) {
	t.Parallel()
	silent := make(chan struct{})
	var called atomic.Int64
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/target", http.StatusTemporaryRedirect)
		case "/target":
			called.Add(1)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/silent":
			<-silent
		default:
			w.WriteHeader(http.StatusCreated)
		}
	}))
	t.Cleanup(service.Close)
	t.Cleanup(func() { close(silent) })
	s, keys := sender(t, strings.TrimPrefix(service.URL, "https://"))
	s.Trust(service.Certificate())
	permanent := func(err error) bool { var p *delivery.PermanentError; return errors.As(err, &p) }
	for path, ok := range map[string]func(error) bool{
		"/new":      func(err error) bool { return err == nil },
		"/redirect": permanent,
		"/gone":     permanent,
		"/busy":     func(err error) bool { return err != nil && !permanent(err) },
	} {
		if err := s.Push(t.Context(), subscription(t, service.URL+path), []byte(`{"type":"login-request"}`), time.Now().Add(time.Minute)); !ok(err) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if called.Load() > 0 {
		t.Error("a redirect was followed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- s.Push(ctx, subscription(t, service.URL+"/silent"), []byte("{}"), time.Now().Add(time.Minute))
	}()
	cancel()
	err := <-done
	if err == nil || strings.Contains(err.Error(), "/silent") {
		t.Errorf("silent service: %v", err)
	}
	one, _ := keys.Public(t.Context())
	two, err := keys.Public(t.Context())
	if err != nil || one != two || len(one) != 87 {
		t.Errorf("public key %q, then %q, %v", one, two, err)
	}
}
