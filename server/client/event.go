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

// How long Events waits before it reconnects: the first time, and at most.
const (
	firstWait = 250 * time.Millisecond
	maxWait   = 15 * time.Second
)

// Events returns a channel of changes to the signed-in account. The channel is closed
// when ctx or the session ends. If the connection breaks, Events reconnects and then
// reports every topic once, since it may have missed some. The caller must read until
// the channel is closed, so that the goroutine behind it has ended.
func (c *Client) Events(ctx context.Context) (<-chan api.Event, error) {
	return c.follow(ctx, "/api/v1/events", api.Topics())
}

// LabEvents is Events for the lab's topics.
func (c *Client) LabEvents(ctx context.Context) (<-chan api.Event, error) {
	return c.follow(ctx, "/lab/v1/events", api.LabTopics())
}

// follow makes the first connection, so that it can return its error, and then starts
// the goroutine that reads the stream. again are the topics to report after each
// reconnection.
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

// reopen tries to connect, with growing pauses. It returns nil when ctx ends or the
// server answers with a status below 500 other than 429, since it will not accept
// another attempt either.
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

// forward copies the events of a stream until the stream breaks. It reports whether to
// reconnect. From the format (WHATWG HTML §9.2.6) it needs "data:" lines and blank
// lines only: comments are heartbeats, and our data is always one line.
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
