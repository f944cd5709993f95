package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightlatch/server/lab"
	"nightlatch/server/rawtext"
	"nightlatch/server/store/durable"
)

// keepClock moves the lab's clock ahead as far as it was when dir was last used, and saves
// each move there, so that what has expired stays expired. The database must be open, so
// that no other process moves the clock. If the data is not the lab's, it does nothing.
func keepClock(dir string, clock *lab.Clock) error {
	file := filepath.Join(dir, labName)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var ahead time.Duration
	typed, bad := rawtext.File(b)
	if bad != nil {
		return refuse(bad, "%s cannot be read: %v.", file, bad)
	}
	if text := strings.TrimSpace(typed); err == nil && text != "" {
		if ahead, err = time.ParseDuration(text); err != nil {
			return refuse(err, "%s does not say how far the lab's clock was moved. Write a duration such as 1h0m0s into it, or empty it to use this computer's clock.", file)
		}
	}
	if err == nil {
		clock.Keep(ahead, func(ahead time.Duration) error {
			return durable.Replace(file, 0o600, durable.Bytes([]byte(ahead.String()+"\n")))
		})
	}
	return err
}
