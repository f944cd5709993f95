package harness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A CleanRoot is a small Debian 12 in a directory, in which packages are installed with
// apt. It has the network and the processes of this computer, and no systemd.
type CleanRoot struct {
	Dir    string
	mounts []string
}

// suite is the release of Debian that the packages are for.
const suite = "bookworm"

// bootTime limits making the system the first time, installTime each command of apt.
const (
	bootTime    = 10 * time.Minute
	installTime = 5 * time.Minute
)

// ErrNoRoot: only root can make a system in a directory.
var ErrNoRoot = errors.New("harness: the test of installed packages needs root, because it makes a Debian system in a directory (chroot). Run it as root, or in a container")

// OpenCleanRoot makes the system in dir. The first one is kept in the user's cache
// directory, so that later ones are copies. Close takes its mounts away.
func OpenCleanRoot(ctx context.Context, dir string) (_ *CleanRoot, err error) {
	if os.Geteuid() != 0 {
		return nil, ErrNoRoot
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	cache = filepath.Join(cache, "nightlatch")
	base := filepath.Join(cache, suite)
	if _, err := os.Stat(base); errors.Is(err, fs.ErrNotExist) {
		if err := bootstrap(ctx, cache, base); err != nil {
			return nil, err
		}
	}
	r := &CleanRoot{Dir: filepath.Join(dir, "root")}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if _, err := Run(ctx, "", "cp", "-a", base, r.Dir); err != nil {
		return nil, err
	}
	archives := filepath.Join(cache, "archives")
	if err := errors.Join(os.MkdirAll(archives, 0o755), os.MkdirAll(filepath.Join(archives, "partial"), 0o755)); err != nil {
		return nil, err
	}
	if err := r.devices(); err != nil {
		return nil, err
	}
	if err := r.Bind(archives, "/var/cache/apt/archives"); err != nil {
		return nil, err
	}
	if err := r.mount("proc", "/proc", "proc", 0); err != nil {
		return nil, err
	}
	return r, r.sources(ctx)
}

// devices makes a /dev of its own. That of this computer is not shown: a test that is killed
// leaves its mounts, and deleting the directory would then delete this computer's devices.
func (r *CleanRoot) devices() error {
	if err := r.mount("tmpfs", "/dev", "tmpfs", 0); err != nil {
		return err
	}
	dev := filepath.Join(r.Dir, "dev")
	for name, minor := range map[string]uint32{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		path := filepath.Join(dev, name)
		if err := unix.Mknod(path, unix.S_IFCHR, int(unix.Mkdev(1, minor))); err != nil {
			return fmt.Errorf("harness: a clean root has no /dev/%s: %w", name, err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			return err
		}
	}
	shm := filepath.Join(dev, "shm")
	return errors.Join(os.Symlink("/proc/self/fd", filepath.Join(dev, "fd")), os.Mkdir(shm, 0o777), os.Chmod(shm, 0o777|os.ModeSticky))
}

// bootstrap makes the system that the others are copies of. An interrupted attempt leaves
// nothing.
func bootstrap(ctx context.Context, cache, base string) error {
	ctx, stop := context.WithTimeout(ctx, bootTime)
	defer stop()
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	made := filepath.Join(work, suite)
	if out, err := Run(ctx, "", "debootstrap", "--variant=minbase", suite, made); err != nil {
		return fmt.Errorf("harness: debootstrap could not make a Debian system; it needs a mirror of Debian: %w\n%s", err, out)
	}
	if err := os.Rename(made, base); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// sources gives the system apt's configuration of this computer. No package may start a
// service: the ports are those of this computer.
func (r *CleanRoot) sources(ctx context.Context) error {
	if err := os.RemoveAll(filepath.Join(r.Dir, "etc/apt")); err != nil {
		return err
	}
	for _, path := range []string{"/etc/apt", "/usr/share/keyrings", "/etc/ssl", "/etc/resolv.conf", "/etc/hosts"} {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if _, err := Run(ctx, "", "cp", "-aL", path, filepath.Join(r.Dir, filepath.Dir(path))+"/"); err != nil {
			return err
		}
	}
	policy := filepath.Join(r.Dir, "usr/sbin/policy-rc.d")
	if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
		return err
	}
	keep := "APT::Keep-Downloaded-Packages \"true\";\nBinary::apt-get::APT::Keep-Downloaded-Packages \"true\";\nAPT::Sandbox::User \"root\";\n"
	for name, text := range map[string]string{"zz-keep": keep} {
		if err := os.WriteFile(filepath.Join(r.Dir, "etc/apt/apt.conf.d", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	clean := filepath.Join(r.Dir, "etc/apt/apt.conf.d/docker-clean") // it empties the cache
	if err := os.Remove(clean); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err := r.Apt(ctx, "update")
	return err
}

// Bind shows a directory of this computer in the system.
func (r *CleanRoot) Bind(from, at string) error {
	return r.mount(from, at, "", syscall.MS_BIND|syscall.MS_REC)
}

func (r *CleanRoot) mount(from, at, kind string, flags uintptr) error {
	to := filepath.Join(r.Dir, at)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount(from, to, kind, flags, ""); err != nil {
		return fmt.Errorf("harness: mounting %s in a clean root: %w; a container must be allowed to mount", from, err)
	}
	r.mounts = append(r.mounts, to)
	if flags&syscall.MS_BIND != 0 { // taking it away here must not take it away there
		return syscall.Mount("", to, "", syscall.MS_PRIVATE|syscall.MS_REC, "")
	}
	return nil
}

// Run runs a command in the system as root and returns what it printed.
func (r *CleanRoot) Run(ctx context.Context, input string, args ...string) (string, error) {
	return Run(ctx, input, "chroot", append([]string{
		r.Dir, "/usr/bin/env", "-i", "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	}, args...)...)
}

// Apt runs apt-get without questions and without recommended packages.
func (r *CleanRoot) Apt(ctx context.Context, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, installTime)
	defer stop()
	out, err := r.Run(ctx, "", append([]string{"apt-get", "-y", "-q", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"}, args...)...)
	if err != nil {
		return out, fmt.Errorf("%w\n%s", err, out)
	}
	return out, nil
}

// Give copies a file of this computer into the system's /tmp and returns its path there.
func (r *CleanRoot) Give(ctx context.Context, path string) (string, error) {
	at := "/tmp/" + filepath.Base(path)
	_, err := Run(ctx, "", "cp", path, r.Dir+at)
	return at, err
}

// Files lists the system's files, without those that dpkg, apt and logs write about every
// installation.
func (r *CleanRoot) Files() ([]string, error) {
	skip := []string{"proc", "dev", "tmp", "root", "home", "var/cache", "var/log", "var/lib/apt", "var/lib/dpkg", "run"}
	var all []string
	err := fs.WalkDir(os.DirFS(r.Dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(skip, path) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "-") { // copies of /etc/passwd and so on
			all = append(all, path)
		}
		return nil
	})
	return all, err
}

// Close takes the mounts away. The directory stays.
func (r *CleanRoot) Close() {
	for _, at := range slices.Backward(r.mounts) {
		_ = syscall.Unmount(at, syscall.MNT_DETACH)
	}
	r.mounts = nil
}
