package main

import (
	"context"
	"errors"
	"fmt"
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
	err := awaitFile(ctx, dir, func(string) { say("waiting for the disk that holds " + shortened(dir)) }, ask)
	switch {
	case errors.Is(err, errNoAnswer):
		return refuse(err, "The disk that holds %s has not answered for %.0f seconds. Check the disk (a network drive may be unavailable) and start again, or choose another directory with --data.", shortened(dir), diskLimit.Seconds())
	case err != nil:
		return refuse(errInterrupted, "Nightlatch was stopped before the data in %s were open; nothing was changed.", shortened(dir))
	}
	return nil
}

// openPlain opens a file that the user named, if it is a regular file. To open a named pipe
// can take for ever.
func openPlain(ctx context.Context, path string, say func(what string)) (*os.File, error) {
	var f *os.File
	var failed error
	err := awaitFile(ctx, path, say, func() {
		var info os.FileInfo
		if info, failed = os.Stat(path); failed == nil && !info.Mode().IsRegular() && !info.IsDir() {
			failed = errNotPlain
		}
		if failed == nil {
			f, failed = os.Open(path)
		}
	})
	if err != nil {
		return nil, err // the function may still run: f and failed are its own
	}
	return f, failed
}

var (
	errNotPlain = errors.New("it is not a regular file")
	errNoAnswer = fmt.Errorf("no answer for %.0f seconds", diskLimit.Seconds())
)

// awaitFile waits until ask has ended, and calls say if that takes long. The error is the one
// of ctx, or errNoAnswer; ask may then still run.
func awaitFile(ctx context.Context, path string, say func(what string), ask func()) error {
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
			return ctx.Err()
		case <-slow.C:
			say("waiting for " + shortened(path))
		case <-limit.C:
			return errNoAnswer
		}
	}
}
