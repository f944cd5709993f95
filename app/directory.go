package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"nightlatch/server/store/owned"
	"nightlatch/server/store/seal"
)

// The files of a data directory.
const (
	databaseName = "nightlatch.db"
	socketName   = "instance.sock"
	sessionName  = "console.session"
	deviceName   = "console.device" // the token by which the server recognises the window
	labName      = "lab"            // marks the lab's data and keeps its clock; a file, because the lab can empty the database
)

// dataDirectory returns the default data directory: $XDG_DATA_HOME/nightlatch or
// ~/.local/share/nightlatch (XDG Base Directory Specification), and the platform's usual
// directory on macOS and Windows.
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
		return "", refuse(err, "There is no default data directory, because no home directory is set. Choose one with --data.")
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Nightlatch"), nil
	case "windows":
		return filepath.Join(home, "AppData", "Local", "Nightlatch"), nil
	}
	return filepath.Join(home, ".local", "share", "nightlatch"), nil
}

// serviceDirectory is the data directory of the service that the package nightlatch-server
// installs.
var serviceDirectory = "/var/lib/nightlatch"

// adminDirectory returns the default data directory of `nightlatch admin`: that of the
// service for root and for the service's own user, if it is installed, and otherwise
// dataDirectory.
func adminDirectory() (string, error) {
	if !filepath.IsAbs(os.Getenv("XDG_DATA_HOME")) && owned.OrRoot(serviceDirectory) {
		return serviceDirectory, nil
	}
	return dataDirectory()
}

// prepareDirectory creates dir, if it does not exist, with access for its owner only. It
// checks that other users can neither change nor replace the directory, nor read its files: a
// key that others can read or replace protects nothing. It returns the absolute path.
func prepareDirectory(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", explainData(dir, err)
	}
	if err := owned.Parents(abs); err != nil {
		return "", explainData(abs, err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", explainData(abs, err)
	}
	return abs, explainData(abs, checkDirectory(abs))
}

// checkDirectory checks that other users can neither change an existing data directory nor
// read its files.
func checkDirectory(dir string) error {
	if err := owned.Directory(dir); err != nil {
		return err
	}
	return owned.Files(dir, isOurs)
}

// isOurs reports whether a file of the data directory is the program's. A copy that is being
// written, or that a restore kept, has the name of its file, a dot and more; the copy of a
// key or a session is as secret as the file.
func isOurs(name string) bool {
	if strings.HasPrefix(name, databaseName) || strings.HasSuffix(name, ".sock") || strings.Contains(name, ".sock.") {
		return true
	}
	return slices.ContainsFunc([]string{seal.MasterFile, sessionName, deviceName, labName}, func(file string) bool {
		return name == file || strings.HasPrefix(name, file+".")
	})
}

// isLabs reports whether the data in dir are a lab's.
func isLabs(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, labName))
	return err == nil
}

// checkForLab refuses data that the lab did not make. In the lab every user of the computer
// can read all codes, change the clock and empty the database.
func checkForLab(dir string) error {
	_, none := os.Stat(filepath.Join(dir, databaseName))
	_, err := os.Stat(filepath.Join(dir, labName))
	if none == nil && errors.Is(err, fs.ErrNotExist) {
		return refuse(err, "The data in %s is used without the lab. In the lab every user of this computer could read its codes and delete it, so nothing was changed. Choose another directory with --data, or start without --lab.", dir)
	}
	return nil
}

// markForLab marks a database as the lab's, or removes the mark if it is used without the
// lab.
func markForLab(dir string, lab bool) error {
	mark := filepath.Join(dir, labName)
	if lab {
		f, err := os.OpenFile(mark, os.O_WRONLY|os.O_CREATE, 0o600) // keep the clock in it
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
