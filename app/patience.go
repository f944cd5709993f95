package main

import (
	"context"
	"os"
	"time"
)

// How long a disk may take for its first answer. One on the network may be away.
const (
	diskSay   = 2 * time.Second
	diskLimit = 30 * time.Second
)

// awaitDisk waits until the disk that holds dir answers, and calls say when that takes
// long. A system call on a network drive that is away can take for ever and cannot be
// cancelled, so without this the start would hang without a word.
func awaitDisk(ctx context.Context, dir string, say func(what string)) error {
	return awaitAnswer(ctx, dir, say, func() { _, _ = os.Stat(dir) }) // whatever it says: it answers
}

func awaitAnswer(ctx context.Context, dir string, say func(string), ask func()) error {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		ask()
	}()
	slow, limit := time.NewTimer(diskSay), time.NewTimer(diskLimit)
	defer slow.Stop()
	defer limit.Stop()
	for {
		select {
		case <-answered:
			return nil
		case <-ctx.Done():
			return refuse(errInterrupted, "Nightlatch was stopped before the data in %s were open; nothing was changed.", shortened(dir))
		case <-slow.C:
			say("waiting for the disk that holds " + shortened(dir))
		case <-limit.C:
			return refuse(os.ErrDeadlineExceeded, "The disk that holds %s has not answered for %.0f seconds. Check it (a network drive may be away), then start again, or choose another directory with --data.", shortened(dir), diskLimit.Seconds())
		}
	}
}
