package audit

import (
	"context"

	"nightlatch/server/store"
)

// searchChunk is how many records Search reads in one transaction. A long one would keep the
// database from using freed pages again.
const searchChunk = 256

// Search returns the records before the number before that match, newest first, at most
// limit; 0 begins at the newest. It looks at most at the given number of records.
//
// If it stopped before the first record, older is the number to go on before, else 0.
// Records are only added at the end, so several transactions see one list.
func Search(ctx context.Context, s store.Store, account string, before uint64, limit, most int, match func(Record) bool) (found []Record, older uint64, err error) {
	for most > 0 {
		var chunk []Record
		n := min(most, searchChunk)
		err := s.View(ctx, func(tx store.Tx) (err error) {
			chunk, err = List(tx, account, before, n)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		for _, r := range chunk {
			before = r.Seq
			if !match(r) {
				continue
			}
			if found = append(found, r); len(found) == limit {
				return found, olderThan(before), nil
			}
		}
		if len(chunk) < n || before == 1 {
			return found, 0, nil
		}
		most -= n
	}
	return found, olderThan(before), nil
}

// olderThan is the number to go on before, 0 if nothing is older than the record seq.
func olderThan(seq uint64) uint64 {
	if seq == 1 {
		return 0
	}
	return seq
}
