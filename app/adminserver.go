package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"nightlatch/server/localsocket"
)

// adminSocketName is the socket of `nightlatch admin` in the data directory.
const adminSocketName = "admin.sock"

// adminProtocol is the version of the socket's protocol. A program with another version gets
// a refusal.
const adminProtocol = 1

const (
	adminBeat    = 2 * time.Second  // interval of the server's keep-alive lines
	adminSilence = 30 * time.Second // either side gives up after this time without data
)

// An adminCall is the request of one verb.
type adminCall struct {
	Protocol int             `json:"protocol"`
	Verb     string          `json:"verb"`
	Request  json.RawMessage `json:"request"`
}

// An adminLine is one line of the answer. An answer without Done or Refused at its end is
// incomplete.
type adminLine struct {
	Say     string `json:"say,omitempty"`
	What    string `json:"what,omitempty"` // progress
	At      int64  `json:"at,omitempty"`
	Total   int64  `json:"total,omitempty"`
	Refused string `json:"refused,omitempty"`
	Done    bool   `json:"done,omitempty"`
}

// listenForAdmin answers `nightlatch admin` until stop is called. The instance must be open:
// its lock ensures that no other server listens.
func (inst *instance) listenForAdmin() (stop func(), err error) { return inst.listenFor(adminVerbs) }

func (inst *instance) listenFor(known verbs[adminCommand]) (stop func(), err error) {
	l, err := localsocket.Listen(inst.dir, adminSocketName)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	hs := &http.Server{
		Handler:           inst.adminHandler(ctx, known),
		ReadHeaderTimeout: adminSilence,
		ReadTimeout:       adminSilence,
		IdleTimeout:       adminSilence,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // its lines may quote a request
	}
	var served sync.WaitGroup
	served.Go(func() { _ = hs.Serve(l) }) // it returns when it is closed
	return func() {
		soon, done := context.WithTimeout(context.Background(), shutdownTimeout)
		defer done()
		if hs.Shutdown(soon) != nil { // a verb is still running: end it
			cancel()
			hs.Close()
		}
		cancel()
		served.Wait()
	}, nil
}

func (inst *instance) adminHandler(ctx context.Context, known verbs[adminCommand]) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /verb", func(w http.ResponseWriter, r *http.Request) { inst.answerVerb(ctx, known, w, r) })
	mux.HandleFunc("POST /parts", func(w http.ResponseWriter, r *http.Request) { inst.answerParts(ctx, w, r) })
	return mux
}

// answerVerb runs one operation and streams its messages.
func (inst *instance) answerVerb(ending context.Context, known verbs[adminCommand], w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(ending, cancel)()
	out := newAdminStream(w, cancel)
	defer out.close()

	run, request, err := inst.readCall(known, r)
	if err == nil {
		o := &operator{instance: inst, running: true, report: reporter{
			say:      func(line string) { out.send(adminLine{Say: line}) },
			progress: func(what string, done, total int64) { out.send(adminLine{What: what, At: done, Total: total}) },
		}}
		err = explainAccount(request.User, run(o, ctx, request))
	}
	if ending.Err() != nil && err != nil {
		err = refuse(err, "The server stopped before this was finished. Try again.")
	}
	if err == nil {
		out.send(adminLine{Done: true})
		return
	}
	out.send(adminLine{Refused: sentence(explainData(inst.dir, err))})
}

// readCall returns the operation that the request names.
func (inst *instance) readCall(known verbs[adminCommand], r *http.Request) (operation, adminRequest, error) {
	var call adminCall
	var request adminRequest
	in := json.NewDecoder(io.LimitReader(r.Body, 64<<10))
	if err := in.Decode(&call); err != nil {
		return nil, request, errors.New("app: the request cannot be read") // without the error, which may quote a secret
	}
	v := known.find(call.Verb)
	if call.Protocol != adminProtocol || v == nil || v.operation == nil || json.Unmarshal(call.Request, &request) != nil {
		return nil, request, refuse(nil, "The server that runs with the data in %s is Nightlatch %s, which does not know this request. Use that version, or stop the server first.", shortened(inst.dir), version)
	}
	return v.operation, request, nil
}

// sentence returns the user's message for an error.
func sentence(err error) string {
	var no *refusal
	if errors.As(err, &no) {
		return no.sentence
	}
	return fmt.Sprintf("It failed: %v.", err)
}

// An adminStream writes the lines of an answer, and keep-alive lines between them.
type adminStream struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	cancel func() // ends the operation when nobody reads any more

	mu      sync.Mutex
	done    chan struct{}
	beating sync.WaitGroup
}

func newAdminStream(w http.ResponseWriter, cancel func()) *adminStream {
	s := &adminStream{w: w, rc: http.NewResponseController(w), cancel: cancel, done: make(chan struct{})}
	w.Header().Set("Content-Type", "application/x-ndjson")
	s.beating.Go(func() {
		tick := time.NewTicker(adminBeat)
		defer tick.Stop()
		for {
			select {
			case <-s.done:
				return
			case <-tick.C:
				s.send(adminLine{})
			}
		}
	})
	return s
}

func (s *adminStream) send(line adminLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.rc.SetWriteDeadline(time.Now().Add(adminSilence)) // sockets have deadlines
	err := json.NewEncoder(s.w).Encode(line)
	if err = errors.Join(err, s.rc.Flush()); err != nil {
		s.cancel()
	}
}

func (s *adminStream) close() {
	close(s.done)
	s.beating.Wait()
}
