package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"nightlatch/app/harness"
)

// textDelay is the limit for a text while a mail server does not answer.
const textDelay = time.Second

const (
	silencedPeople = 30
	textedPeople   = 10
)

// measureMessages measures the time from a right password to the text with the code, while
// a mail server accepts connections and then is silent.
func measureMessages(ctx context.Context, b *bench) error {
	dir, err := b.sub("messages")
	if err != nil {
		return err
	}
	silent, err := silentServer()
	if err != nil {
		return err
	}
	defer silent.Close()
	texts := make(chan time.Time, textedPeople)
	gateway, err := textGateway(texts)
	if err != nil {
		return err
	}
	defer gateway.Close()
	seed, err := writeSeed(b.scratch)
	if err != nil {
		return err
	}
	for _, set := range [][]string{
		{"set-mail", "--data", dir, "--addr", silent.Addr().String(), "--from", "nightlatch@example.org", "--tls", "none"},
		{"set-text-gateway", "--data", dir, "--url", "http://" + gateway.Addr().String() + "/"},
	} {
		if _, err := harness.Run(ctx, "token\n", b.program, append([]string{"admin"}, set...)...); err != nil {
			return err
		}
	}
	starting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	server, err := harness.Serve(starting, b.program, "--data", dir, "--listen", "127.0.0.1:0", "--seed", seed)
	if err != nil {
		return err
	}
	defer server.Kill()
	for n := range silencedPeople {
		if err := causeMail(server.URL, fmt.Sprintf("mailed%d", n)); err != nil {
			return err
		}
	}
	var longest time.Duration
	for n := range textedPeople {
		l, err := dial(server.URL)
		if err != nil {
			return err
		}
		v := &signer{connection: l}
		path, err := v.begin()
		if err == nil {
			_, err = v.credentials(path, fmt.Sprintf("texted%d", n), password)
		}
		answered := time.Now()
		l.close()
		if err != nil {
			return err
		}
		select {
		case at := <-texts:
			longest = max(longest, at.Sub(answered))
		case <-time.After(2 * time.Minute):
			return errors.New("a text did not leave within two minutes")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	b.report.atMost("text while a mail server is silent",
		fmt.Sprintf("longest of %d, in seconds; mail to %d people hangs", textedPeople, silencedPeople), longest.Seconds(), textDelay.Seconds(), "%.2f")
	return nil
}

// writeSeed writes people with a phone, and people with an address and two-factor on.
func writeSeed(dir string) (string, error) {
	type person = map[string]any
	var people []person
	for n := range textedPeople {
		people = append(people, person{"username": fmt.Sprintf("texted%d", n), "password": password, "phone": fmt.Sprintf("+1202555%04d", 100+n), "text": true})
	}
	for n := range silencedPeople {
		people = append(people, person{"username": fmt.Sprintf("mailed%d", n), "password": password, "email": fmt.Sprintf("mailed%d@example.org", n)})
	}
	text, err := json.Marshal(map[string]any{"accounts": people})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "people.json")
	return path, os.WriteFile(path, text, 0o600)
}

// causeMail changes the password of an account, which is announced by mail.
func causeMail(url, name string) error {
	l, err := dial(url)
	if err != nil {
		return err
	}
	defer l.close()
	v := &signer{connection: l}
	path, err := v.begin()
	if err != nil {
		return err
	}
	answer, err := v.credentials(path, name, password)
	if err != nil {
		return err
	}
	token, err := field(answer, "session_token")
	if err != nil {
		return err
	}
	v.header = "Authorization: Bearer " + string(token) + "\r\n"
	status, answer, err := v.post(ceremonies, v.header, []byte(`{"kind":"change-password"}`))
	if err != nil || status != http.StatusCreated {
		return errors.Join(err, fmt.Errorf("%w: %s", errAnswer, answer))
	}
	id, err := field(answer, "id")
	if err != nil {
		return err
	}
	v.input = fmt.Appendf(v.input[:0], `{"rev":1,"input":{"type":"password","password":%q}}`, password+" of another house")
	_, err = v.answer(ceremonies + "/" + string(id))
	return err
}

// silentServer accepts connections and never sends anything.
func silentServer() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		var held []net.Conn // keeps the connections open
		for {
			c, err := l.Accept()
			if err != nil {
				for _, c := range held {
					_ = c.Close()
				}
				return
			}
			held = append(held, c)
		}
	}()
	return l, nil
}

// textGateway accepts texts and reports when each came.
func textGateway(texts chan<- time.Time) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { texts <- time.Now() })) // until l is closed
	}()
	return l, nil
}
