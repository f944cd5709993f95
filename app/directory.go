package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// What lies in a data directory.
const (
	databaseName = "nightlatch.db"
	socketName   = "instance.sock"
	sessionName  = "console.session"
	labName      = "lab" // marks data that the lab made, and has its clock; not in the database, which the lab can empty
)

// dataDirectory is where the accounts live when no --data says otherwise:
// $XDG_DATA_HOME/nightlatch or ~/.local/share/nightlatch (XDG Base Directory
// Specification), and the platform's own place on macOS and Windows.
func dataDirectory() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "nightlatch"), nil
	}
	if runtime.GOOS == "windows" {
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "Nightlatch"), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", refuse(err, "Nightlatch does not know where to keep its data: no home directory is set. Choose one with --data.")
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Nightlatch"), nil
	case "windows":
		return filepath.Join(home, "AppData", "Local", "Nightlatch"), nil
	}
	return filepath.Join(home, ".local", "share", "nightlatch"), nil
}

// prepareDirectory makes dir if need be, for its owner alone. One that is there may
// be read by others, since the files in it can't be, but not be written by all.
func prepareDirectory(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", explainData(dir, err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", explainData(abs, err)
	}
	stat, err := os.Stat(abs)
	if err != nil {
		return "", explainData(abs, err)
	}
	everybody := stat.Mode().Perm()&0o002 != 0 && stat.Mode()&os.ModeSticky == 0 // sticky: new files, but none replaced
	if runtime.GOOS != "windows" && everybody {
		return "", refuse(nil, "Everybody on this computer can write to %s, and so put other data in the place of yours. Take that right away (chmod o-w), or choose another directory with --data.", abs)
	}
	return abs, nil
}

// checkForLab refuses data that was not made in the lab, where anybody on the
// machine reads every code, moves the clock and empties the database.
func checkForLab(dir string) error {
	_, none := os.Stat(filepath.Join(dir, databaseName))
	_, err := os.Stat(filepath.Join(dir, labName))
	if none == nil && errors.Is(err, fs.ErrNotExist) {
		return refuse(err, "The data in %s is used without the lab. There anybody on this computer could read its codes and empty it, so it was left as it is. Choose another directory with --data, or leave --lab out.", dir)
	}
	return nil
}

// markForLab notes whether a database is the lab's. One that was used without it
// even once is not.
func markForLab(dir string, lab bool) error {
	mark := filepath.Join(dir, labName)
	if lab {
		f, err := os.OpenFile(mark, os.O_WRONLY|os.O_CREATE, 0o600) // with what it has of the clock
		if err != nil {
			return err
		}
		return f.Close()
	}
	if err := os.Remove(mark); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
