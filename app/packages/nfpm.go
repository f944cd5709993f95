package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightlatch/app/packages/daemon"
	"nightlatch/app/packages/manpages"
	"nightlatch/app/packages/release"
)

// toolTime limits each tool. Compressing the largest program takes a quarter of a minute:
// gzip, because nfpm's own xz takes ten times longer for a tenth of the size.
const toolTime = 5 * time.Minute

// libraries are what the window needs, as .deb and .rpm name it. It opens most of them while
// it runs, so that no tool finds them in the program.
var (
	debLibraries = []string{
		"libc6 (>= 2.34)", "libgl1", "libegl1", "libgl1-mesa-dri", "libfido2-1 (>= 1.12.0)", "libpcsclite1 (>= 1.3.0)",
		"libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "libxkbcommon0",
		"libx11-6", "libxcursor1", "libxrandr2", "libxinerama1", "libxi6", "libxxf86vm1",
	}
	rpmLibraries = []string{
		"libGL.so.1()(64bit)", "libEGL.so.1()(64bit)", "libfido2.so.1()(64bit)", "libpcsclite.so.1()(64bit)",
		"libwayland-client.so.0()(64bit)", "libwayland-cursor.so.0()(64bit)", "libwayland-egl.so.1()(64bit)", "libxkbcommon.so.0()(64bit)",
		"libX11.so.6()(64bit)", "libXcursor.so.1()(64bit)", "libXrandr.so.2()(64bit)", "libXinerama.so.1()(64bit)", "libXi.so.6()(64bit)", "libXxf86vm.so.1()(64bit)",
		"mesa-dri-drivers",
	}
)

// object is a part of nfpm's configuration. nfpm reads YAML, of which JSON is a part.
type object map[string]any

// pack makes a .deb or .rpm of a tree.
func (b *builder) pack(ctx context.Context, p linux, format string) error {
	contents, err := b.contents(p, format)
	if err != nil {
		return err
	}
	config := object{
		"name": p.name, "arch": p.arch, "platform": "linux", "version": b.version, "version_schema": "none", "release": "1",
		"maintainer": release.Maintainer, "homepage": release.Homepage, "license": release.License, "vendor": "Nightlatch maintainers",
		"mtime": b.date().Format(time.RFC3339), "disable_globbing": true, "umask": 0, "contents": contents,
		"deb": object{"compression": "gzip"},
		"rpm": object{"compression": "gzip", "buildhost": "nightlatch.org", "packager": release.Maintainer, "summary": summary(p)},
	}
	if format == "deb" {
		config["release"] = "" // a package without a revision: the program's source has the packaging
		config["priority"] = "optional"
	}
	scripts := "desktop"
	if p.name == "nightlatch" {
		config["section"] = "utils"
		config["conflicts"] = []string{"nightlatch-server"}
		config["depends"] = debLibraries
		if format == "rpm" {
			config["depends"] = rpmLibraries
		}
		config["recommends"] = map[string][]string{
			"deb": {"pcscd", "fonts-noto-core", "fonts-noto-cjk"},
			"rpm": {"pcsc-lite"},
		}[format]
	} else {
		config["section"] = "net"
		config["conflicts"] = []string{"nightlatch"}
		if format == "deb" {
			config["depends"] = []string{"adduser", "init-system-helpers (>= 1.52)"}
		} else {
			config["depends"] = []string{"/usr/sbin/useradd"}
		}
		scripts = "server/" + format
	}
	config["description"] = description(p)
	config["scripts"] = b.scripts(scripts)
	text, err := json.MarshalIndent(config, "", "\t")
	if err != nil {
		return err
	}
	file := filepath.Join(b.stage, p.name+"-"+p.arch+"."+format+".yaml")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return err
	}
	return b.run(ctx, b.nfpm, "package", "--config", file, "--packager", format, "--target", b.out+"/")
}

func summary(p linux) string {
	if p.name == "nightlatch" {
		return "Desktop console for two-factor authentication"
	}
	return "Account server with two-factor authentication"
}

// description has the summary as its first line, as Debian wants it.
func description(p linux) string {
	if p.name == "nightlatch" {
		return summary(p) + "\n" +
			"Protect accounts with text messages, an authenticator app and security\n" +
			"keys, print backup codes, and see and end sessions. The account server is\n" +
			"in the program. A lab with a simulated phone, mailbox and security keys\n" +
			"shows all of it offline."
	}
	return summary(p) + "\n" +
		"Accounts with text messages, authenticator apps, security keys and backup\n" +
		"codes behind an HTTP interface, for machines without a display. One static\n" +
		"program that runs as a user of its own, with its data in one directory."
}

// scripts are those of a directory below assets/packaging, by what nfpm calls them.
func (b *builder) scripts(dir string) object {
	names := map[string]string{
		"preinst": "preinstall", "postinst": "postinstall", "prerm": "preremove", "postrm": "postremove",
		"pre": "preinstall", "post": "postinstall", "preun": "preremove", "postun": "postremove",
	}
	all := object{}
	for name, as := range names {
		path := filepath.Join(b.root, "assets/packaging", dir, name)
		if abs, err := filepath.Abs(path); err == nil {
			if _, err := os.Stat(abs); err == nil {
				all[as] = abs
			}
		}
	}
	return all
}

// contents lists the files of a tree. Directories are of other packages, but for those that
// only this one has.
func (b *builder) contents(p linux, format string) ([]object, error) {
	var all []object
	err := filepath.WalkDir(p.tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := "/" + strings.TrimPrefix(path, p.tree+"/")
		if d.IsDir() {
			if to == "/usr/share/doc/"+p.name || to == "/etc/nightlatch" {
				all = append(all, object{"dst": to, "type": "dir", "file_info": b.info(0o755)})
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if format == "rpm" {
			switch {
			case strings.HasPrefix(to, "/usr/share/lintian/"), strings.HasSuffix(to, "/README.Debian"), strings.HasSuffix(to, "/changelog.gz"):
				return nil // Debian only
			case strings.HasSuffix(to, "/vendor-completions/_nightlatch"):
				to = "/" + manpages.ZshOfFedora
			case strings.HasPrefix(to, "/etc/init.d/"):
				return nil // systems with rpm have systemd
			}
		}
		o := object{"src": path, "dst": to, "file_info": b.info(info.Mode().Perm())}
		if slices.Contains(daemon.Configuration(), to) {
			o["type"] = "config|noreplace"
		}
		all = append(all, o)
		return nil
	})
	return all, err
}

// info are the owner, the rights and the time of a file.
func (b *builder) info(mode fs.FileMode) object {
	return object{"mode": uint32(mode), "owner": "root", "group": "root", "mtime": b.date().Format(time.RFC3339)}
}

// run runs a tool and returns its words if it fails.
func (b *builder) run(ctx context.Context, name string, args ...string) error {
	ctx, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("packages: %s: %w\n%s", filepath.Base(name), err, out)
	}
	return nil
}
