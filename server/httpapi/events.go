package httpapi

import (
	"context"
	"net/http"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/changes"
	"nightlatch/server/connpool"
)

const (
	// heartbeat is how often a silent stream sends a comment and checks its session.
	heartbeat = 15 * time.Second
	// eventTimeout is how long a client may take to receive one event.
	eventTimeout = 10 * time.Second
)

// events streams what changes in the session's account (WHATWG HTML §9.2) until
// the client leaves, the session ends or the server does.
func (h *Handler) events(c *call) error {
	f := h.cfg.Hub.Follow(c.session.Account)
	if f == nil {
		return &api.Problem{
			Status: http.StatusServiceUnavailable,
			Code:   api.Unavailable,
			Reason: "streams",
			Title:  "Too many open streams",
			Detail: "This account has as many open event streams as the server keeps. Close some.",
		}
	}
	defer h.cfg.Hub.Leave(f)
	return h.stream(c, f, "", func() bool { return h.hasSession(c.r.Context(), c) })
}

// ceremonyEvents streams that a ceremony has moved, to whoever knows its ID: a client that waits
// for an approval goes on at once (R50). The first event comes at once, since the ceremony may
// have moved before the stream began. The stream ends with the ceremony.
func (h *Handler) ceremonyEvents(c *call) error {
	id := c.r.PathValue("id")
	there := func() error { return h.cfg.Ceremonies.Exists(c.r.Context(), c.caller(), id) }
	if err := there(); err != nil {
		return h.orSignIn(c, err)
	}
	f := h.cfg.Hub.FollowCeremony(ceremony.Prefix + id)
	if f == nil {
		return &api.Problem{
			Status: http.StatusServiceUnavailable,
			Code:   api.Unavailable,
			Reason: "streams",
			Title:  "Too many open streams",
			Detail: "This ceremony has as many open event streams as the server keeps. Close some.",
		}
	}
	defer h.cfg.Hub.Leave(f)
	return h.stream(c, f, "data: {\"topic\":\"ceremony\"}\n\n", func() bool { return there() == nil })
}

// stream writes the events of a follower, until the client leaves, the server ends or lives
// returns false.
func (h *Handler) stream(c *call, f *changes.Follower, first string, lives func() bool) error {
	connpool.Stream(c.r.Context())
	out := http.NewResponseController(c.w)
	// A stream lasts longer than the deadlines of an ordinary request. Both calls fail
	// only on connections without deadlines.
	_ = out.SetReadDeadline(time.Time{})
	_ = out.SetWriteDeadline(time.Time{})
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.w.WriteHeader(http.StatusOK)
	if c.r.Method == http.MethodHead {
		return nil
	}
	send := func(text string) bool {
		late := time.AfterFunc(eventTimeout, func() { _ = out.SetWriteDeadline(time.Unix(1, 0)) })
		defer late.Stop()
		_, err := c.w.Write([]byte(text))
		return err == nil && out.Flush() == nil
	}
	if !send("retry: 2000\n\n" + first) {
		return nil
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		text := ": alive\n\n"
		select {
		case <-c.r.Context().Done():
			return nil
		case <-ending(c.r.Context()):
			return nil
		case <-beat.C:
		case <-f.Ready():
			text = ""
			for _, name := range h.cfg.Hub.Take(f).Names() {
				text += "data: {\"topic\":\"" + name + "\"}\n\n"
			}
		}
		if !lives() || text != "" && !send(text) {
			return nil
		}
	}
}

type endingKey struct{}

// ending returns a channel that is closed when the http.Server shuts down. Shutdown waits
// for requests and does not end their contexts.
func ending(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(endingKey{}).(chan struct{})
	return done
}
