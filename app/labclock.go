package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightlatch/server/lab"
	"nightlatch/server/store/durable"
)

// keepClock moves the clock as far ahead as the data in dir have it, and keeps each
// move with them: what has expired by it stays so. It is called with the database
// open, so that nobody else moves it. Data that are not the lab's move no clock.
func keepClock(dir string, clock *lab.Clock) error {
	file := filepath.Join(dir, labName)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var ahead time.Duration
	if text := strings.TrimSpace(string(b)); err == nil && text != "" {
		if ahead, err = time.ParseDuration(text); err != nil {
			return refuse(err, "%s does not say how far the lab's clock was moved. Write a duration such as 1h0m0s into it, or empty it: then the clock is this computer's.", file)
		}
	}
	if err == nil {
		clock.Keep(ahead, func(ahead time.Duration) error {
			return durable.Replace(file, 0o600, func(f *os.File) error {
				_, err := f.WriteString(ahead.String() + "\n")
				return err
			})
		})
	}
	return err
}
