// Package daemon makes the files by which a system runs the account server: a unit of
// systemd, a script for systems without it, the server's user and its flags. They are in
// assets/packaging/server, and so are the scripts that packages run.
package daemon

import (
	"io/fs"
	"os"
	"path/filepath"
)

// files are the files of the package, by their path in assets/packaging/server.
var files = []struct {
	from, to string
	mode     fs.FileMode
}{
	{"nightlatch-server.service", "usr/lib/systemd/system/nightlatch-server.service", 0o644},
	{"nightlatch-server.sysusers", "usr/lib/sysusers.d/nightlatch-server.conf", 0o644},
	{"nightlatch-server.init", "etc/init.d/nightlatch-server", 0o755},
	{"nightlatch-server.logrotate", "etc/logrotate.d/nightlatch-server", 0o644},
	{"nightlatch-server.lintian-overrides", "usr/share/lintian/overrides/nightlatch-server", 0o644}, // Debian only
	{"server.env", "etc/nightlatch/server.env", 0o644},
}

// Configuration are the paths of the files that an administrator edits: an upgrade keeps
// the changes.
func Configuration() []string {
	return []string{"/etc/init.d/nightlatch-server", "/etc/logrotate.d/nightlatch-server", "/etc/nightlatch/server.env"}
}

// Stage writes the files into a directory that has the layout of the root of a system. root
// is the directory of the source.
func Stage(root, stage string) error {
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(root, "assets/packaging/server", f.from))
		if err != nil {
			return err
		}
		to := filepath.Join(stage, f.to)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, body, f.mode); err != nil {
			return err
		}
		if err := os.Chmod(to, f.mode); err != nil { // whatever the umask is
			return err
		}
	}
	return nil
}
