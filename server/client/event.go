package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"nightlatch/server/api"
)

// How long Events waits before it connects again: at first, and at most.
const (
	firstWait = 250 * time.Millisecond
	maxWait   = 15 * time.Second
)

// Events follows what changes in the signed-in account until ctx ends or the
// session does; then the channel closes. It connects again when the connection
// breaks, and then reports every topic once, since something may have been
// missed. The caller reads to the end; the one goroutine behind it ends first.
func (c *Client) Events(ctx context.Context) (<-chan api.Event, error) {
	return c.follow(ctx, "/api/v1/events", api.Topics())
}

// LabEvents follows what arrives in the lab: topics of the lab's own.
func (c *Client) LabEvents(ctx context.Context) (<-chan api.Event, error) {
	return c.follow(ctx, "/lab/v1/events", api.LabTopics())
}

// follow connects once, so that a refusal is an error here and not a silent
// channel, and hands the stream to its goroutine. again are the topics reported
// after each later connection.
func (c *Client) follow(ctx context.Context, path string, again []string) (<-chan api.Event, error) {
	body, err := c.open(ctx, path)
	if err != nil {
		return nil, err
	}
	events := make(chan api.Event, 16)
	go func() {
		defer close(events)
		for {
			if !forward(ctx, body, events) {
				return
			}
			if body = c.reopen(ctx, path); body == nil {
				return
			}
			for _, topic := range again {
				if !send(ctx, events, api.Event{Topic: topic}) {
					body.Close()
					return
				}
			}
		}
	}()
	return events, nil
}

// reopen tries with growing pauses until it is connected. It gives up (nil) when
// ctx ends or the server says that there is nothing to follow any more: an answer
// of 4xx other than "too many".
func (c *Client) reopen(ctx context.Context, path string) io.ReadCloser {
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
		body, err := c.open(ctx, path)
		if err == nil {
			return body
		}
		var p *api.Problem
		if errors.As(err, &p) && p.Status < 500 && p.Status != http.StatusTooManyRequests {
			return nil
		}
	}
}

func (c *Client) open(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := c.hc.Do(req)
	if err != nil {
		return nil, fmt.Errorf("client: GET %s: %w", path, unwrapURL(err))
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode == http.StatusOK && kind == "text/event-stream" {
		return res.Body, nil
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("client: GET %s: %w", path, err)
	}
	return nil, problem(res.StatusCode, b)
}

// forward copies a stream's events until it breaks; it reports whether to go on.
// Of the format (WHATWG HTML §9.2.6) it needs "data:" lines and blank ones:
// comments are heartbeats, and our data is always one line.
func forward(ctx context.Context, body io.ReadCloser, events chan<- api.Event) bool {
	defer body.Close()
	data := ""
	for lines := bufio.NewScanner(body); lines.Scan(); {
		line := lines.Text()
		if text, ok := strings.CutPrefix(line, "data:"); ok {
			data = strings.TrimPrefix(text, " ")
			continue
		}
		if line != "" || data == "" {
			continue
		}
		var e api.Event
		if json.Unmarshal([]byte(data), &e) == nil && !send(ctx, events, e) {
			return false
		}
		data = ""
	}
	return ctx.Err() == nil
}

func send(ctx context.Context, events chan<- api.Event, e api.Event) bool {
	select {
	case events <- e:
		return true
	case <-ctx.Done():
		return false
	}
}
