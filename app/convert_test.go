package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/account"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// toFormat1 removes the checksums from a database, which gives the format of the previous
// version.
func toFormat1(t *testing.T, path string) (rows int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		data, old := tx.Bucket([]byte("data")), map[string][]byte{}
		err := data.ForEach(func(k, v []byte) error {
			old[string(k)] = bytes.Clone(v[:len(v)-seal.ChecksumSize])
			return nil
		})
		for k, v := range old {
			if strings.HasPrefix(k, "\x00") {
				err = errors.Join(err, data.Delete([]byte(k)))
				continue
			}
			rows++
			err = errors.Join(err, data.Put([]byte(k), v))
		}
		return errors.Join(err, tx.Bucket([]byte("nightlatch")).Put([]byte("schema"), binary.BigEndian.AppendUint64(nil, 1)))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return rows
}

// A database without checksums is converted at the start. No data are lost, verify finds no
// fault, and the old file is kept unchanged.
func TestConversion(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	path := filepath.Join(dir, databaseName)
	rows := toFormat1(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for range 2 {
		cfg := demoConfig()
		cfg.dir, cfg.log = dir, slog.New(slog.DiscardHandler)
		cfg.converting = terminal{err: &log}.converting(nil)
		inst, err := openInstance(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = inst.store.View(t.Context(), func(tx store.Tx) error {
			items, err := tx.Scan("", "", 10_000)
			n = len(items)
			if err != nil {
				return err
			}
			a, err := account.ByLogin(tx, "chloe")
			if err != nil {
				return err
			}
			app, err := account.App(tx, a.ID)
			if err != nil {
				return err
			}
			secret, err := inst.keys.Open(account.AppKey(a.ID), app.Sealed)
			if string(secret) != "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" {
				t.Errorf("the app's secret is %q", secret)
			}
			return err
		})
		if err != nil || n != rows {
			t.Errorf("%d of %d rows: %v", n, rows, err)
		}
		if err := inst.close(); err != nil {
			t.Error(err)
		}
	}
	if kept, err := os.ReadFile(path + ".schema-1"); err != nil || !bytes.Equal(kept, before) {
		t.Errorf("the old file was not kept: %v", err)
	}
	if err := verifyFile(t, dir); err != nil {
		t.Errorf("verify: %v", err)
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "the old file is kept") {
		t.Errorf("it said %q", got)
	}
}

// A database without a fingerprint is not converted with the key of another database, which
// cannot open its sealed values.
func TestConversionWithAnotherKey(t *testing.T) {
	t.Parallel()
	dir, other := demoData(t), demoData(t)
	path := filepath.Join(dir, databaseName)
	toFormat1(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, seal.MasterFile)
	own, err1 := os.ReadFile(key)
	foreign, err2 := os.ReadFile(filepath.Join(other, seal.MasterFile))
	if err := errors.Join(err1, err2, os.WriteFile(key, foreign, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err = openStore(t.Context(), dir, time.Now, false, nil, nil)
	if err = explainData(dir, err); !errors.Is(err, store.ErrOtherKey) || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("another key: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("it was changed: %v", err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) != 1 { // the reserve
		t.Errorf("%q is left", left)
	}
	if err := os.WriteFile(key, own, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := verifyFile(t, dir); err != nil {
		t.Errorf("its own key: %v", err)
	}
}
