//go:build cgo && !headless

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	fyneapp "fyne.io/fyne/v2/app"

	"nightlatch/app/secret"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/ui/shell"
)

// noticeCommand is the command with which the program starts itself to show a notice. The
// window library can run once in a process, so a notice before the console needs another one.
const noticeCommand = "notice-window"

// A noticeWindow shows the reason why a start is slow or failed. It opens only if the start
// takes long.
type noticeWindow struct {
	mu   sync.Mutex
	stop func() // ends the process with the window; nil if none was started
}

// wait returns a context for openInstance. If the keyring is slow, a window shows that.
// Closing the window ends the context.
func (w *noticeWindow) wait(ctx context.Context, t terminal) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	return seal.Tell(ctx, func() {
		fmt.Fprintln(t.err, "nightlatch: "+waitsForKeyring)
		w.showUntil(ctx, shell.Notice{Waiting: "keyring"}, cancel)
	}), cancel
}

// open waits until the disk answers and opens the instance. stop ends ctx.
func (w *noticeWindow) open(ctx context.Context, t terminal, cfg instanceConfig, stop func()) (*instance, error) {
	if cfg.dir != "" {
		err := awaitDisk(ctx, cfg.dir, func(what string) {
			fmt.Fprintln(t.err, "nightlatch: "+what)
			w.showUntil(ctx, shell.Notice{Waiting: "disk"}, stop)
		})
		if err != nil {
			return nil, err
		}
	}
	return openInstance(ctx, cfg)
}

// converting returns a function that shows the conversion of an older database, also in a
// window if it takes long. Closing the window stops the conversion; nothing was changed then.
func (w *noticeWindow) converting(t terminal) func(done, total int64) error {
	show, begun, stopped := t.converting(nil), time.Now(), make(chan struct{})
	var once sync.Once
	return func(done, total int64) error {
		if time.Since(begun) > noticeAfter {
			once.Do(func() {
				w.showUntil(context.Background(), shell.Notice{Waiting: "converting"}, func() { close(stopped) })
			})
		}
		select {
		case <-stopped:
			return errInterrupted
		default:
			return show(done, total)
		}
	}
}

// noticeAfter is how long a start may take without a window.
const noticeAfter = 2 * time.Second

// showUntil shows a notice, and calls closed if the user closes it before ctx ends.
func (w *noticeWindow) showUntil(ctx context.Context, n shell.Notice, closed func()) {
	ended := w.show(ctx, n)
	if ended == nil {
		return
	}
	go func() {
		select {
		case <-ended:
			closed()
		case <-ctx.Done():
		}
	}()
}

// show starts a process with the window. The channel has the error of the process and is
// closed when it has ended. It is nil if the process could not be started.
func (w *noticeWindow) show(ctx context.Context, n shell.Notice) <-chan error {
	text, err := json.Marshal(n)
	self, serr := os.Executable()
	if err != nil || serr != nil {
		return nil
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	cmd := exec.CommandContext(ctx, self, noticeCommand)
	in, err := cmd.StdinPipe() // stays open until this process ends
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stop()
		return nil // standard error has it
	}
	ended := make(chan error, 1)
	go func() {
		defer close(ended)
		_, _ = in.Write(text) // if this fails, the process has ended
		ended <- cmd.Wait()   // it ends when its window is closed, or by stop
		stop()
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = stop
	return ended
}

// close closes the window. If the start failed, it shows the reason in a second window and
// returns when the user closes that. The second window appears only if the first one did, or
// if standard error is not read, as after a start from the desktop.
func (w *noticeWindow) close(ctx context.Context, t terminal, err error) {
	w.mu.Lock()
	stop := w.stop
	w.mu.Unlock()
	if stop == nil && (isRead(os.Stderr) || errors.Is(err, store.ErrInUse)) { // the running one may come forward
		return
	}
	closed := ctx.Err() != nil || errors.Is(err, errInterrupted) // by the user, who knows
	if stop != nil {
		stop()
	}
	if err == nil || closed {
		return
	}
	if ended := w.show(ctx, shell.Notice{Refusal: sentence(err)}); ended != nil && <-ended == nil {
		t.told()
	}
}

// isRead reports whether a file is a terminal or a pipe, so that its output is read.
func isRead(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeNamedPipe != 0 || secret.IsTerminal(f)
}

// notice runs the process that shows a notice. It reads the notice from standard input.
func (t terminal) notice() error {
	var n shell.Notice
	if err := json.NewDecoder(io.LimitReader(t.in, 64<<10)).Decode(&n); err != nil {
		return usagef("%s is for Nightlatch itself", noticeCommand)
	}
	go func() {
		_, _ = io.Copy(io.Discard, t.in)
		os.Exit(statusOK) // the parent process has ended, and there is nothing to save here
	}()
	fyneapp.SetMetadata(metadata())
	a := fyneapp.NewWithID(appID)
	savePreferencesOnlyIfChanged(a)
	w, err := shell.NewNotice(a, n)
	if err != nil {
		return err
	}
	setWindowClass()
	w.ShowAndRun()
	return nil
}
