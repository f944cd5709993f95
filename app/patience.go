package main

import (
	"context"
	"os"
	"time"
)

// How long a disk may take for its first answer. A network drive may be unavailable.
const (
	diskSay   = 2 * time.Second
	diskLimit = 30 * time.Second
)

// awaitDisk waits until the disk with dir answers, and calls say if that takes long. A system
// call on an unavailable network drive can take for ever and cannot be cancelled; without this
// limit the start would hang silently.
func awaitDisk(ctx context.Context, dir string, say func(what string)) error {
	return awaitAnswer(ctx, dir, say, func() { _, _ = os.Stat(dir) }) // an error is an answer, too
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
			return refuse(os.ErrDeadlineExceeded, "The disk that holds %s has not answered for %.0f seconds. Check the disk (a network drive may be unavailable) and start again, or choose another directory with --data.", shortened(dir), diskLimit.Seconds())
		}
	}
}
