package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"nightlatch/server/audit"
	"nightlatch/server/store"
	"nightlatch/server/store/checked"
)

// maxNamed is the number of damaged records that verify names.
const maxNamed = 10

// verifyStep is the number of bytes between two progress reports of verify.
const verifyStep = 4 << 20

// verify checks the database file, every value and the audit chain of every account.
func (o *operator) verify(ctx context.Context, _ adminRequest) error {
	var shown int64
	accounts, err := o.store.verify(ctx, func(done, total int64) error {
		if done-shown >= verifyStep {
			shown = done
			o.report.progress("checking the database", done, total)
		}
		return nil
	})
	var broken *audit.BrokenError
	var damaged *damagedRecords
	switch {
	case errors.As(err, &damaged):
		return refuse(err, "%s in %s. Restore a backup.", damaged, shortened(o.dir))
	case errors.As(err, &broken):
		return refuse(err, "The audit chain of account %s is broken at record %d: a record was changed or removed. Compare with a backup.", broken.Account, broken.Seq)
	case errors.Is(err, store.ErrDamaged):
		return refuse(err, "The database in %s is not consistent: %v. Restore a backup.", shortened(o.dir), err)
	case err != nil:
		return err
	}
	o.report.say(fmt.Sprintf("database consistent, %d audit chains intact", accounts))
	return nil
}

// damagedRecords are the values that do not match their checksums.
type damagedRecords struct {
	first []*store.DamagedError
	n     int
}

func (d *damagedRecords) note(e *store.DamagedError) {
	if d.n++; len(d.first) < maxNamed {
		d.first = append(d.first, e)
	}
}

func (d *damagedRecords) Error() string {
	names := make([]string, len(d.first))
	for i, e := range d.first {
		names[i] = e.Record()
	}
	count := "1 record is damaged"
	if d.n > 1 {
		count = fmt.Sprintf("%d records are damaged", d.n)
	}
	more := ""
	if d.n > len(names) {
		more = " and others"
	}
	return fmt.Sprintf("%s (%s%s)", count, strings.Join(names, ", "), more)
}

func (d *damagedRecords) Unwrap() error { return store.ErrDamaged }

// verify reads the whole database once, in little memory, and returns its number of accounts.
// The database can be used at the same time.
func (d *database) verify(ctx context.Context, progress func(done, total int64) error) (accounts int, err error) {
	var chains audit.Chains
	var damaged damagedRecords
	var broken error // reported after damage, which may be its cause
	v := checked.Verifier{
		Keys:    d.keys,
		Damaged: damaged.note,
		Row: func(key string, value []byte) error {
			if err := chains.Row(key, value); err != nil && broken == nil {
				broken = err
			}
			return nil
		},
	}
	err = d.file.Walk(ctx, v.Visit, progress)
	switch {
	case damaged.n > 0:
		return 0, errors.Join(&damaged, err)
	case err != nil:
		return 0, err
	case broken != nil:
		return 0, broken
	}
	accounts, intact := chains.Intact()
	if intact {
		return accounts, nil
	}
	return accounts, d.verifyEach(ctx)
}

// verifyEach verifies the chain of one account after the other.
func (d *database) verifyEach(ctx context.Context) error {
	const prefix = "acct/"
	for after := ""; ; {
		id := ""
		err := d.View(ctx, func(tx store.Tx) error {
			items, err := tx.Scan(prefix, after, 1)
			if len(items) > 0 {
				id, _, _ = strings.Cut(strings.TrimPrefix(items[0].Key, prefix), "/")
			}
			return err
		})
		if err != nil || id == "" {
			return err
		}
		if err := audit.Verify(ctx, d, id); err != nil {
			return err
		}
		after = prefix + id + "/\xff" // after all keys of this account
	}
}
