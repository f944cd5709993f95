package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// checkCPU is the bar of a session check and of a temporary password: processor
// time over that of a trivial handler. Both are compared by a keyed hash.
const checkCPU = 2.5

const (
	checkRounds  = 15
	checkLines   = 8
	checksOfLine = 500 // in a turn
)

const mePath = "/api/v1/me"

// measureChecks holds requests that only say who one is against a handler that
// does not look.
func measureChecks(ctx context.Context, b *bench) error {
	server, people, err := b.house(ctx)
	if err != nil {
		return err
	}
	defer server.Kill()
	token, temporary, err := secrets(server.URL, people.turn())
	if err != nil {
		return err
	}
	trivial, err := startOpponent(trivialHandler)
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
		var lines []*line
		for range checkLines {
			l, err := dial(s.url)
			if err != nil {
				return err
			}
			defer l.close()
			lines = append(lines, l)
		}
		sides = append(sides, asks(s.pid, lines, lines[0].get(mePath, s.header)))
	}
	if _, err := takeTurns(ctx, 2, sides...); err != nil { // warm up
		return err
	}
	got, err := takeTurns(ctx, checkRounds, sides...)
	if err != nil {
		return err
	}
	for i, what := range []string{"", "CPU of a session check", "CPU of HTTP Basic with a temporary password"} {
		if i == 0 {
			continue
		}
		figure := fmt.Sprintf("%s; trivial handler %s", micros(typical(got[i], spell.cpuEach)), micros(typical(got[0], spell.cpuEach)))
		b.report.most(what, figure, over(got[i], got[0], spell.cpuEach), checkCPU, "%.2f")
	}
	return nil
}

// secrets are a session and a temporary password of a member.
func secrets(url string, m *member) (token, temporary string, err error) {
	l, err := dial(url)
	if err != nil {
		return "", "", err
	}
	defer l.close()
	v := &visitor{line: l}
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

// asks is the side that sends the same request on every line again and again.
func asks(pid int, lines []*line, request []byte) side {
	return func(ctx context.Context) (spell, error) {
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
			return len(lines) * checksOfLine, nil, nil
		})
	}
}

func ask(ctx context.Context, l *line, request []byte) error {
	for range checksOfLine {
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
