package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"nightlatch/server/lab"
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
		clock.Keep(ahead, func(ahead time.Duration) error { return saveClock(file, ahead) })
	}
	return err
}

// saveClock writes how far ahead the clock is. It is on the disk, whole, when
// saveClock returns.
func saveClock(file string, ahead time.Duration) error {
	f, err := os.CreateTemp(filepath.Dir(file), labName+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(ahead.String() + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDirectory(filepath.Dir(file))
}

// syncDirectory sees to it that the names in dir are on the disk.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // there a directory is not opened, and its names are journaled
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
