package lab

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"nightlatch/server/api"
)

// heartbeat is how often a comment is sent on a stream without events.
const heartbeat = 15 * time.Second

// A feed passes the topics that changed to its readers. A slow reader gets a topic
// once, however often it changed, since an event only means "read again".
type feed struct {
	mu      sync.Mutex
	readers map[*reader]struct{}
}

type reader struct {
	topics []string      // not sent yet, without duplicates; guarded by the feed's mu
	ready  chan struct{} // capacity 1
}

func (f *feed) subscribe() *reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &reader{ready: make(chan struct{}, 1)}
	if f.readers == nil {
		f.readers = map[*reader]struct{}{}
	}
	f.readers[r] = struct{}{}
	return r
}

func (f *feed) unsubscribe(r *reader) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.readers, r)
}

func (f *feed) publish(topic string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.readers {
		if !slices.Contains(r.topics, topic) {
			r.topics = append(r.topics, topic)
		}
		select {
		case r.ready <- struct{}{}:
		default:
		}
	}
}

// take returns the topics that were not sent to r yet.
func (f *feed) take(r *reader) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	topics := r.topics
	r.topics = nil
	return topics
}

// events answers GET /lab/v1/events with server-sent events (WHATWG HTML,
// §9.2) until the client leaves or EndStreams is called.
func (l *Lab) events(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	// A stream lasts longer than the deadlines of an ordinary request. Both calls fail
	// only on connections without deadlines.
	_ = rc.SetReadDeadline(time.Time{})
	_ = rc.SetWriteDeadline(time.Time{})
	reader := l.feed.subscribe()
	defer l.feed.unsubscribe(reader)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	keys := l.keysChanged()
	if _, err := fmt.Fprint(w, ": lab\n\n"); err != nil {
		return
	}
	for {
		if err := rc.Flush(); err != nil {
			return
		}
		var topics []string
		select {
		case <-r.Context().Done():
			return
		case <-l.done:
			return
		case <-reader.ready:
			topics = l.feed.take(reader)
		case <-keys:
			keys = l.keysChanged()
			topics = []string{api.TopicLabKeys}
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": alive\n\n"); err != nil {
				return
			}
		}
		for _, topic := range topics {
			line, err := json.Marshal(api.Event{Topic: topic})
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", line); err != nil {
				return
			}
		}
	}
}
