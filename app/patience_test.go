package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A disk that does not answer is reported after two seconds. The wait ends after thirty
// seconds, or when the user stops it.
func TestDiskThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answers, stopped time.Duration // 0: never
		took             time.Duration
		told             int
		says             string
	}{
		{answers: time.Second, took: time.Second},
		{answers: 20 * time.Second, took: 20 * time.Second, told: 1},
		{took: diskLimit, told: 1, says: "has not answered for 30 seconds"},
		{stopped: 5 * time.Second, took: 5 * time.Second, told: 1, says: "nothing was changed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			answer := make(chan struct{})
			if tt.answers > 0 {
				time.AfterFunc(tt.answers, func() { close(answer) })
			} else {
				defer close(answer)
			}
			if tt.stopped > 0 {
				time.AfterFunc(tt.stopped, cancel)
			}
			told, begun := 0, time.Now()
			err := awaitAnswer(ctx, "/away/data", func(what string) {
				if told++; !strings.Contains(what, "/away/data") || time.Since(begun) != diskSay {
					t.Errorf("told %q after %v", what, time.Since(begun))
				}
			}, func() { <-answer })
			var no *refusal
			if took := time.Since(begun); took != tt.took || told != tt.told {
				t.Errorf("%+v: took %v, told %d times", tt, took, told)
			}
			if (tt.says == "") != (err == nil) || err != nil && (!errors.As(err, &no) || !strings.Contains(no.sentence, tt.says) || !strings.Contains(no.sentence, "/away/data")) {
				t.Errorf("%+v: %v", tt, err)
			}
		})
	}
}

// A file of the user has the same limits as a silent disk.
func TestFilesThatNeverAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told, silent := 0, make(chan struct{})
		defer close(silent)
		err := awaitFile(t.Context(), "/away/seed", func(what string) {
			if told++; what != "waiting for /away/seed" {
				t.Errorf("told %q", what)
			}
		}, func() { <-silent })
		if !errors.Is(err, errNoAnswer) || told != 1 {
			t.Errorf("%v, told %d times", err, told)
		}
	})
}
