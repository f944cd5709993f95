package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"nightlatch/app/harness"
)

// A signer is a client that signs members in over its own connection.
type signer struct {
	*connection
	header string // whole lines, sent with each request
	input  []byte
}

const ceremonies = "/api/v1/ceremonies"

var (
	beginSignIn  = []byte(`{"kind":"sign-in"}`)
	errNoSession = errors.New("the sign-in was refused")
)

// begin starts a sign-in and returns the path of the ceremony.
func (v *signer) begin() (path string, err error) {
	status, answer, err := v.post(ceremonies, v.header, beginSignIn)
	if err != nil {
		return "", err
	}
	if status != http.StatusCreated {
		return "", fmt.Errorf("%w: %s", errNoSession, answer)
	}
	id, err := field(answer, "id")
	return ceremonies + "/" + string(id), err
}

// credentials sends user name and password, and returns the answer.
func (v *signer) credentials(path, username, secret string) ([]byte, error) {
	v.input = fmt.Appendf(v.input[:0], `{"rev":1,"input":{"type":"credentials","username":%q,"password":%q}}`, username, secret)
	return v.answer(path)
}

func (v *signer) answer(path string) ([]byte, error) {
	status, answer, err := v.post(path, v.header, v.input)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%w: %s", errNoSession, answer)
	}
	return answer, err
}

// signIn signs a member in with password and app code, and returns the session token.
func (v *signer) signIn(m *member) (token string, err error) {
	path, err := v.begin()
	if err != nil {
		return "", err
	}
	answer, err := v.credentials(path, m.name, password)
	if err != nil {
		return "", err
	}
	rev, err := field(answer, "rev")
	if err != nil {
		return "", err
	}
	code, err := m.code(time.Now())
	if err != nil {
		return "", err
	}
	v.input = fmt.Appendf(v.input[:0], `{"rev":%s,"input":{"type":"code","code":"%s"}}`, rev, code)
	if answer, err = v.answer(path); err != nil {
		return "", err
	}
	if !bytes.Contains(answer, []byte(`"session_token"`)) {
		return "", fmt.Errorf("%w: %s", errNoSession, answer)
	}
	session, err := field(answer, "session_token")
	return string(session), err
}

// A load is a number of clients that sign a crowd in at one server.
type load struct {
	server  *harness.Server
	crowd   *crowd
	clients int
}

// signIns returns a side that makes n sign-ins with all clients. The clients connect
// before each round, because the server closes idle connections.
func (l load) signIns(n int) side {
	return func(ctx context.Context) (sample, error) {
		signers, err := l.connect()
		defer func() {
			for _, v := range signers {
				v.close()
			}
		}()
		if err != nil {
			return sample{}, err
		}
		return timed(l.server.PID(), func() (int, []time.Duration, error) {
			each, err := l.run(ctx, signers, n)
			return n, each, err
		})
	}
}

func (l load) connect() ([]*signer, error) {
	var signers []*signer
	for range l.clients {
		conn, err := dial(l.server.URL)
		if err != nil {
			return signers, err
		}
		signers = append(signers, &signer{connection: conn})
	}
	return signers, nil
}

// run makes n sign-ins and returns the time of each.
func (l load) run(ctx context.Context, signers []*signer, n int) ([]time.Duration, error) {
	var (
		begun atomic.Int64
		work  sync.WaitGroup
		each  = make([]time.Duration, n)
		errs  = make([]error, len(signers))
	)
	for i, v := range signers {
		work.Go(func() {
			for ctx.Err() == nil {
				turn := begun.Add(1) - 1
				if turn >= int64(n) {
					return
				}
				start := time.Now()
				if _, err := v.signIn(l.crowd.turn()); err != nil {
					errs[i] = err
					return
				}
				each[turn] = time.Since(start)
			}
		})
	}
	work.Wait()
	return each, errors.Join(append(errs, ctx.Err())...)
}
