package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"nightlatch/server/backup"
	"nightlatch/server/localsocket"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// The running server answers /parts with the unencrypted parts of a backup and one of these
// trailers.
const (
	partsDone    = "Nightlatch-Done"
	partsRefused = "Nightlatch-Refused"
)

// backupSource returns the contents of a backup of the instance.
func (inst *instance) backupSource(now func() time.Time) (backup.Source, error) {
	src := backup.Source{
		Database: inst.store.file, MasterKey: inst.keys.Export(), Fingerprint: inst.keys.Fingerprint(),
		Program: version, Now: now,
	}
	if isLabs(inst.dir) {
		b, err := os.ReadFile(filepath.Join(inst.dir, labName))
		if err != nil {
			return src, explainData(inst.dir, err)
		}
		text := string(b)
		src.Lab = &text
	}
	return src, nil
}

// writeParts writes the parts of a backup: from the server that runs with the data, or
// from the files.
func (c *adminCommand) writeParts(ctx context.Context, w io.Writer, progress func(done, total int64)) error {
	for began := time.Now(); ; {
		err := c.partsFromServer(ctx, w, progress)
		if !errors.Is(err, localsocket.ErrNone) {
			return err
		}
		inst, err := c.openForReading(ctx, c.dir)
		if err == nil {
			src, err := inst.backupSource(time.Now)
			src.Progress = progress
			if err == nil {
				_, err = backup.Write(ctx, w, src)
			}
			return errors.Join(err, inst.close())
		}
		if !errors.Is(err, store.ErrInUse) || ctx.Err() != nil || time.Since(began) > startLimit {
			return explainData(c.dir, err)
		}
	}
}

// openForReading opens the data of dir without changing anything, also on a full or
// read-only disk. Only data in an older format are converted first.
func (t terminal) openForReading(ctx context.Context, dir string) (*instance, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	s, err := bolt.OpenReadOnly(bolt.Config{Path: filepath.Join(dir, databaseName), Now: time.Now})
	if errors.Is(err, store.ErrOldFormat) {
		s, err := openStore(ctx, dir, time.Now, true, nil, t.converting(nil))
		if err != nil {
			return nil, err
		}
		return &instance{dir: dir, store: s, keys: s.keys}, nil
	}
	if err != nil {
		return nil, err
	}
	master, err := seal.Load(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	keys := seal.New(master)
	if _, err := checked.Compare(ctx, s, keys); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &instance{dir: dir, store: &database{checked.Wrap(s, keys), s, keys}, keys: keys}, nil
}

// partsFromServer copies the answer of the running server to w. If no server runs, the
// error is localsocket.ErrNone and nothing was written.
func (c *adminCommand) partsFromServer(ctx context.Context, w io.Writer, progress func(done, total int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answer, err := c.post(ctx, "/parts", nil)
	if errors.Is(err, localsocket.ErrNone) {
		return err
	}
	if err != nil {
		return c.explainSocket(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return refuse(nil, "The server that runs with the data in %s is of another version and cannot make this backup. Stop it first, or use its version.", shortened(c.dir))
	}
	silent := time.AfterFunc(adminSilence, func() { cancel(errSilent) })
	defer silent.Stop()
	var done int64
	heard := writerFunc(func(b []byte) (int, error) {
		silent.Reset(adminSilence)
		n, err := w.Write(b)
		done += int64(n)
		progress(done, 0)
		if err != nil {
			err = &writeError{err}
		}
		return n, err
	})
	_, err = io.Copy(heard, answer.Body)
	var ours *writeError
	switch {
	case errors.As(err, &ours):
		return ours.err
	case err != nil:
		return c.explainSocket(ctx, err)
	case answer.Trailer.Get(partsRefused) != "":
		return refuse(nil, "%s", answer.Trailer.Get(partsRefused))
	case answer.Trailer.Get(partsDone) == "":
		return c.explainSocket(ctx, io.ErrUnexpectedEOF)
	}
	return nil
}

// A writeError is an error of the file that is written, not of the server.
type writeError struct{ err error }

func (e *writeError) Error() string { return e.err.Error() }

// answerParts sends the parts of a backup.
func (inst *instance) answerParts(ending context.Context, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(ending, cancel)()
	w.Header().Set("Trailer", partsDone+", "+partsRefused)
	w.Header().Set("Content-Type", "application/x-tar")
	rc := http.NewResponseController(w)
	// The copy keeps old pages in the database, so a client that stops reading is dropped.
	out := writerFunc(func(b []byte) (int, error) {
		_ = rc.SetWriteDeadline(time.Now().Add(adminSilence)) // sockets have deadlines
		return w.Write(b)
	})
	src, err := inst.backupSource(time.Now)
	if err == nil {
		_, err = backup.Write(ctx, out, src)
	}
	if err != nil {
		w.Header().Set(partsRefused, sentence(explainData(inst.dir, err)))
		return
	}
	w.Header().Set(partsDone, "1")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
