package party

import (
	"encoding/json"
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// pushed is what the push service received.
type pushed struct {
	Message struct{ Type, ID, Title, Body string }
	TTL     string
	Urgency string
	Path    string
	Signed  bool
	Claims  struct{ Aud, Sub string }
	Key     string
}

// A push service in Node.js receives the message about a sign-in. http_ece decrypts it with the
// app's key, and Node checks the server's signature (RFC 8291, RFC 8292).
func TestPushThroughNode(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	certificate := t.TempDir()
	writeCertificate(t, certificate)
	dir, err := filepath.Abs("../../build/webpush")
	if err != nil {
		t.Fatal(err)
	}
	if err := harness.NpmFolder(ctx, "webpush", dir); err != nil {
		t.Fatal(err)
	}
	lines := startService(t, "node", filepath.Join(dir, "service.mjs"), filepath.Join(certificate, "cert.pem"), filepath.Join(certificate, "key.pem"))
	var service struct {
		Port int
		Keys api.PushKeys
	}
	if err := json.Unmarshal([]byte(<-lines), &service); err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("localhost", strconv.Itoa(service.Port))
	s, err := harness.Start(ctx, []string{"SSL_CERT_FILE=" + filepath.Join(certificate, "cert.pem")}, built.plain,
		"serve", "--lab", "--listen", "127.0.0.1:0", "--policy", "hardened", "--push-host", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	p := harness.NewPerson(s.Client, "robin")
	p.Phone = "+12025550143"
	for _, step := range []func() error{
		func() error { return p.SignUp(ctx) },
		func() error { return p.Enroll(ctx, api.EnrollText) },
		func() error {
			push := &api.PushAddress{Endpoint: "https://" + address + "/to/robin", Keys: service.Keys}
			_, err := p.Client.AddPhoneApp(ctx, api.PhoneAppRequest{Name: "Robin's phone", Push: push})
			return err
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	browser := s.Client.WithAgent("A browser")
	v, err := browser.Begin(ctx, api.Begin{Kind: api.SignIn})
	if err == nil {
		v, err = browser.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: p.Name, Password: p.Password})
	}
	if err != nil {
		t.Fatal(err)
	}
	var got pushed
	if err := json.Unmarshal([]byte(<-lines), &got); err != nil {
		t.Fatal(err)
	}
	requests, err := p.Client.LoginRequests(ctx)
	if err != nil || len(requests) != 1 {
		t.Fatalf("requests %+v, %v", requests, err)
	}
	about, err := s.Client.About(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ttl, err := strconv.Atoi(got.TTL)
	switch {
	case got.Message.Type != "login-request" || got.Message.ID != requests[0].ID || got.Message.Title == "" || got.Message.Body == "":
		t.Errorf("message %+v", got.Message)
	case err != nil || ttl < 500 || ttl > 600 || got.Urgency != "high" || got.Path != "/to/robin":
		t.Errorf("TTL %s, urgency %s, path %s", got.TTL, got.Urgency, got.Path)
	case !got.Signed || got.Key != about.PushKey || got.Claims.Aud != "https://"+address || got.Claims.Sub == "":
		t.Errorf("signature: %+v; the server's key is %s", got, about.PushKey)
	}
	number := v.Step.(api.AwaitApproval).Number
	if _, err := p.Client.Decide(ctx, requests[0].ID, api.Decision{Decision: api.Approve, Number: number}); err != nil {
		t.Fatal(err)
	}
	if v, err = browser.Ceremony(ctx, v.ID); err != nil || v.Step.StepType() != "signed-in" {
		t.Errorf("after the approval: %+v, %v", v, err)
	}
}
