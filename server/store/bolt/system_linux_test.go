package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"nightlatch/server/store"
)

func systemRoles() map[string]func(path string) error {
	return map[string]func(string) error{
		"sync fails": broken(filter{call: unix.SYS_FDATASYNC, errno: unix.EIO}),
		"meta page cannot be written": broken(filter{
			call: unix.SYS_PWRITE64, errno: unix.EIO, arg: 3, below: uint32(2 * os.Getpagesize()),
		}),
		"nothing can be written": broken(filter{call: unix.SYS_PWRITE64, errno: unix.EIO}),
		"no room to write":       full(filter{call: unix.SYS_PWRITE64, errno: unix.ENOSPC}),
		"no room to grow":        full(filter{call: unix.SYS_FTRUNCATE, errno: unix.ENOSPC}),
		"no room for the meta page": full(filter{
			call: unix.SYS_PWRITE64, errno: unix.ENOSPC, arg: 3, below: uint32(2 * os.Getpagesize()),
		}),
		"no room at sync": full(filter{call: unix.SYS_FDATASYNC, errno: unix.ENOSPC}),
		"over quota":      full(filter{call: unix.SYS_PWRITE64, errno: unix.EDQUOT}),
		"mount":           func(dir string) error { return unix.Mount("nightlatch-test", dir, "tmpfs", 0, "size=1m") },
		"small disk":      playSmallDisk,
		"power":           playPower(true),
		"power, no sync":  playPower(false),
	}
}

// A filter makes a system call of this process fail from now on (seccomp(2)). So the
// error occurs in the kernel, like that of a broken disk: below bbolt and the Go
// runtime.
type filter struct {
	call  uintptr
	errno unix.Errno
	arg   int    // index of the argument that is compared with below
	below uint32 // the call fails only if the argument is less; 0: it always fails
}

func (f filter) install() error {
	const ld, jeq, jge, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K,
		unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	const args = 16 // offset of the arguments in struct seccomp_data, little-endian
	prog := []unix.SockFilter{
		{Code: ld, K: 0},
		{Code: jeq, K: uint32(f.call), Jt: 1},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	}
	if f.below > 0 {
		prog = append(prog,
			unix.SockFilter{Code: ld, K: args + 8*uint32(f.arg)},
			unix.SockFilter{Code: jge, K: f.below, Jf: 1},
			unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW},
		)
	}
	prog = append(prog, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(f.errno)})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// faultRounds is the number of transactions that are acknowledged before the fault.
const faultRounds = 50

// faulty opens a store, writes, and installs the filter.
func faulty(path string, f filter) (*Store, error) {
	s, err := Open(config(path))
	if err != nil {
		return nil, err
	}
	for range faultRounds {
		if _, err := writeOne(s); err != nil {
			return nil, err
		}
	}
	return s, f.install()
}

func writeKey(s *Store, key string) error {
	return s.Update(context.Background(), func(tx store.Tx) error { return tx.Put(key, make([]byte, store.MaxValue)) })
}

// broken tests a disk that fails permanently. The write is not acknowledged, and from then
// on the store refuses everything without using the disk again.
func broken(f filter) func(string) error {
	return func(path string) error {
		s, err := faulty(path, f)
		if err != nil {
			return err
		}
		for i := range 3 {
			if err := writeKey(s, "never"); !errors.Is(err, store.ErrUnavailable) {
				return fmt.Errorf("update %d: %w, want ErrUnavailable", i, err)
			}
			if err := s.View(context.Background(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrUnavailable) {
				return fmt.Errorf("view %d: %w, want ErrUnavailable", i, err)
			}
		}
		return s.Close()
	}
}

// full tests a full disk. Writes are refused, reading still works, and nothing is lost.
func full(f filter) func(string) error {
	return func(path string) error {
		s, err := faulty(path, f)
		if err != nil {
			return err
		}
		for i := range 8 { // enough to make the file grow
			err := writeKey(s, fmt.Sprintf("big/%d", i))
			if err != nil && !errors.Is(err, store.ErrFull) {
				return fmt.Errorf("update %d: %w, want ErrFull", i, err)
			}
			if err == nil && f.call != unix.SYS_FTRUNCATE {
				return fmt.Errorf("update %d was acknowledged", i)
			}
			err = s.View(context.Background(), func(tx store.Tx) error {
				_, err := tx.Get(fmt.Sprintf("a/%012d", faultRounds))
				return err
			})
			if err != nil {
				return fmt.Errorf("view %d: %w", i, err)
			}
		}
		return s.Close()
	}
}

func TestDiskFaults(t *testing.T) {
	t.Parallel()
	for role := range systemRoles() {
		if role == "small disk" || role == "mount" {
			continue
		}
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "test.db")
			run(t, role, path, nil)
			checkLeft(t, 0, path, faultRounds)
		})
	}
}

// TestSmallDisk fills a real disk of 8 MiB, which it mounts in a user namespace.
// TestFullDisk tests the same on every system, with a commit that fails.
func TestSmallDisk(t *testing.T) {
	t.Parallel()
	ownMounts := func(cmd *exec.Cmd) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if os.Getuid() != 0 {
			cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	try := exec.Command(exe)
	try.Env = append(os.Environ(), roleVar+"=mount", pathVar+"="+t.TempDir())
	ownMounts(try)
	if err := try.Run(); err != nil {
		t.Fatalf("this test mounts a small disk, in a user namespace of its own: %v", err)
	}
	run(t, "small disk", t.TempDir(), ownMounts)
}

// withoutRootRights runs fn on a thread without root's rights to files.
func withoutRootRights(t *testing.T, fn func()) {
	t.Helper()
	if os.Getuid() != 0 {
		fn()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setfsuid(0); err != nil {
			t.Error(err)
		}
	}()
	fn()
}

func TestOpenWithoutPermission(t *testing.T) {
	dir, err := os.MkdirTemp("", "nightlatch")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "test.db")
	s := openAt(t, path)
	closeStore(t, s)
	before := sum(t, path)
	if err := os.Remove(path + ".reserve"); err != nil {
		t.Fatal(err)
	}
	for name, modes := range map[string][2]os.FileMode{
		"the file":                       {0o400, 0o755},
		"the directory":                  {0o666, 0o555},
		"no right to open the directory": {0o666, 0o000},
	} {
		if err := errors.Join(os.Chmod(path, modes[0]), os.Chmod(dir, modes[1])); err != nil {
			t.Fatal(err)
		}
		withoutRootRights(t, func() {
			for _, p := range []string{path, filepath.Join(dir, "new.db"), filepath.Join(dir, "sub", "new.db")} {
				if _, err := Open(config(p)); !errors.Is(err, store.ErrNotWritable) && !(name == "the file" && p != path) {
					t.Errorf("%s, %s: %v, want ErrNotWritable", name, strings.TrimPrefix(p, dir), err)
				}
			}
		})
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if sum(t, path) != before {
		t.Error("the file was changed")
	}
}
