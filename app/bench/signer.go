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

// A visitor signs in over a connection of its own, again and again.
type visitor struct {
	*line
	input []byte
}

const ceremonies = "/api/v1/ceremonies"

var (
	beginSignIn  = []byte(`{"kind":"sign-in"}`)
	errNoSession = errors.New("the sign-in was refused")
)

// begin begins a sign-in and returns the path where it goes on.
func (v *visitor) begin() (path string, err error) {
	status, answer, err := v.post(ceremonies, "", beginSignIn)
	if err != nil {
		return "", err
	}
	if status != http.StatusCreated {
		return "", fmt.Errorf("%w: %s", errNoSession, answer)
	}
	id, err := field(answer, "id")
	return ceremonies + "/" + string(id), err
}

// credentials gives user name and password, and returns the answer.
func (v *visitor) credentials(path, username, secret string) ([]byte, error) {
	v.input = fmt.Appendf(v.input[:0], `{"rev":1,"input":{"type":"credentials","username":%q,"password":%q}}`, username, secret)
	return v.answer(path)
}

func (v *visitor) answer(path string) ([]byte, error) {
	status, answer, err := v.post(path, "", v.input)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%w: %s", errNoSession, answer)
	}
	return answer, err
}

// signIn signs a member in with password and app code, from nothing to a
// session, and returns its token.
func (v *visitor) signIn(m *member) (token string, err error) {
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

// A load is clients of one server, and the crowd they sign in.
type load struct {
	server  *harness.Server
	crowd   *crowd
	clients int
}

// signIns is the side that makes n sign-ins, each client one after the other.
// The clients connect before their turn: the server does not wait for ever for
// a request.
func (l load) signIns(n int) side {
	return func(ctx context.Context) (spell, error) {
		visitors, err := l.connect()
		defer func() {
			for _, v := range visitors {
				v.close()
			}
		}()
		if err != nil {
			return spell{}, err
		}
		return timed(l.server.PID(), func() (int, []time.Duration, error) {
			each, err := l.run(ctx, visitors, n)
			return n, each, err
		})
	}
}

func (l load) connect() ([]*visitor, error) {
	var visitors []*visitor
	for range l.clients {
		conn, err := dial(l.server.URL)
		if err != nil {
			return visitors, err
		}
		visitors = append(visitors, &visitor{line: conn})
	}
	return visitors, nil
}

// run makes n sign-ins and returns how long each took.
func (l load) run(ctx context.Context, visitors []*visitor, n int) ([]time.Duration, error) {
	var (
		begun atomic.Int64
		work  sync.WaitGroup
		each  = make([]time.Duration, n)
		errs  = make([]error, len(visitors))
	)
	for i, v := range visitors {
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
