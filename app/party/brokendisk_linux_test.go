package party

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// Environment variables with which this test binary replaces itself by the program
// brokenStart, whose system call brokenCall fails with brokenError.
const (
	brokenCall  = "NIGHTLATCH_TEST_BROKEN_CALL"
	brokenError = "NIGHTLATCH_TEST_BROKEN_ERROR"
	brokenStart = "NIGHTLATCH_TEST_BROKEN_PROGRAM"
)

func init() {
	program := os.Getenv(brokenStart)
	if program == "" {
		return
	}
	err := failCall(os.Getenv(brokenCall), os.Getenv(brokenError))
	if err == nil {
		err = syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}

// failCall makes a system call of this process fail from now on, in the kernel (seccomp(2)),
// as a broken disk would.
func failCall(name, with string) error {
	call := map[string]uint32{"fdatasync": unix.SYS_FDATASYNC, "pwrite64": unix.SYS_PWRITE64}[name]
	errno := map[string]unix.Errno{"EIO": unix.EIO, "ENOSPC": unix.ENOSPC}[with]
	prog := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jt: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	_, _, failed := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter)))
	if failed != 0 {
		return fmt.Errorf("seccomp: %w", failed)
	}
	return nil
}

// A disk failure ends the server with status 1 and one sentence. The contents of the disk are
// unknown then, and a second sync would report success wrongly. Acknowledged changes are there
// after the next start. A full disk does not end the server.
func TestDiskFails(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		call, errno string
		ends        bool
	}{{"fdatasync", "EIO", true}, {"pwrite64", "EIO", true}, {"pwrite64", "ENOSPC", false}} {
		t.Run(tt.call+" "+tt.errno, func(t *testing.T) {
			t.Parallel()
			ctx := within(t, time.Minute)
			dir := filepath.Join(t.TempDir(), "data")
			lab := []string{"serve", "--lab", "--listen", "127.0.0.1:0", "--data", dir}
			whole, err := harness.Start(ctx, nil, built.plain, lab...)
			if err != nil {
				t.Fatal(err)
			}
			robin := harness.NewPerson(whole.Client, "robin")
			if err := robin.SignUp(ctx); err != nil {
				t.Fatal(err)
			}
			stop(ctx, t, whole)

			s, err := harness.Start(ctx, []string{brokenStart + "=" + built.plain, brokenCall + "=" + tt.call, brokenError + "=" + tt.errno}, self, lab...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Kill)
			var p *api.Problem
			robin.Client = s.Client
			if err := robin.SignIn(ctx, ""); err == nil {
				t.Error("a write was acknowledged")
			} else if errors.As(err, &p) && tt.ends == (p.Reason == "disk_full") {
				t.Errorf("the write is %+v", p)
			}
			if tt.ends {
				if status, err := s.Wait(ctx); status != 1 || err != nil {
					t.Errorf("it ended with status %d: %v", status, err)
				}
				lines := strings.Split(strings.TrimSpace(s.Log()), "\n")
				if last := lines[len(lines)-1]; !strings.HasPrefix(last, "nightlatch: The disk that holds "+dir+" failed") {
					t.Errorf("the last line is %q", last)
				}
			} else {
				if _, err := s.Client.About(ctx); err != nil {
					t.Errorf("a full disk: %v", err)
				}
				stop(ctx, t, s)
			}

			again, err := harness.Start(ctx, nil, built.plain, lab...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(again.Kill)
			robin.Client = again.Client
			if err := robin.SignIn(ctx, ""); err != nil {
				t.Errorf("after the next start: %v", err)
			}
		})
	}
}
