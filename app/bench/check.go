package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// checkCPU is the limit for checking a session token or a temporary password: CPU time
// as a ratio to a trivial handler. Both secrets are looked up by a keyed hash.
const checkCPU = 2.5

const (
	checkRounds         = 15
	checkConnections    = 8
	checksPerConnection = 500 // per round
)

const mePath = "/api/v1/me"

// measureChecks compares authenticated requests that do nothing else with a handler that
// checks nothing.
func measureChecks(ctx context.Context, b *bench) error {
	server, people, err := b.crowdServer(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	token, temporary, err := secrets(server.URL, people.turn())
	if err != nil {
		return err
	}
	trivial, err := startBaseline(trivialHandler)
	if err != nil {
		return err
	}
	defer trivial.close()
	address, err := trivial.line()
	if err != nil {
		return err
	}

	basic := base64.StdEncoding.EncodeToString([]byte(memberName(0) + ":" + temporary))
	var sides []side
	for _, s := range []struct {
		pid         int
		url, header string
	}{
		{trivial.pid(), "http://" + address, ""},
		{server.PID(), server.URL, "Authorization: Bearer " + token + "\r\n"},
		{server.PID(), server.URL, "Authorization: Basic " + basic + "\r\n"},
	} {
		var lines []*connection
		for range checkConnections {
			l, err := dial(s.url)
			if err != nil {
				return err
			}
			defer l.close()
			lines = append(lines, l)
		}
		sides = append(sides, asks(s.pid, lines, lines[0].get(mePath, s.header)))
	}
	if _, err := alternate(ctx, 2, sides...); err != nil { // warm up
		return err
	}
	got, err := alternate(ctx, checkRounds, sides...)
	if err != nil {
		return err
	}
	for i, what := range []string{"", "CPU of a session check", "CPU of HTTP Basic with a temporary password"} {
		if i == 0 {
			continue
		}
		figure := fmt.Sprintf("%s; trivial handler %s", micros(typical(got[i], sample.cpuEach)), micros(typical(got[0], sample.cpuEach)))
		b.report.atMost(what, figure, over(got[i], got[0], sample.cpuEach), checkCPU, "%.2f")
	}
	return nil
}

// secrets makes a session token and a temporary password for a member.
func secrets(url string, m *member) (token, temporary string, err error) {
	l, err := dial(url)
	if err != nil {
		return "", "", err
	}
	defer l.close()
	v := &signer{connection: l}
	if token, err = v.signIn(m); err != nil {
		return "", "", err
	}
	status, answer, err := l.post("/api/v1/temporary-passwords", "Authorization: Bearer "+token+"\r\n", []byte(`{"label":"bench"}`))
	if err != nil {
		return "", "", err
	}
	if status != http.StatusCreated {
		return "", "", fmt.Errorf("no temporary password: %s", answer)
	}
	made, err := field(answer, "password")
	return token, string(made), err
}

// asks returns a side that repeats one request on every connection.
func asks(pid int, lines []*connection, request []byte) side {
	return func(ctx context.Context) (sample, error) {
		return timed(pid, func() (int, []time.Duration, error) {
			var work sync.WaitGroup
			errs := make(chan error, len(lines))
			for _, l := range lines {
				work.Go(func() { errs <- ask(ctx, l, request) })
			}
			work.Wait()
			for range lines {
				if err := <-errs; err != nil {
					return 0, nil, err
				}
			}
			return len(lines) * checksPerConnection, nil, nil
		})
	}
}

func ask(ctx context.Context, l *connection, request []byte) error {
	for range checksPerConnection {
		if err := ctx.Err(); err != nil {
			return err
		}
		status, answer, err := l.exchange(request)
		if err != nil {
			return err
		}
		if status != http.StatusOK {
			return fmt.Errorf("%w: %d %s", errAnswer, status, answer)
		}
	}
	return nil
}
