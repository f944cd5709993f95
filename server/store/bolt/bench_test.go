package bolt_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
)

// BenchmarkUpdate measures the group commit with the writes of one sign-in, and
// bbolt's own Batch and Update for comparison (decision 45).
func BenchmarkUpdate(b *testing.B) {
	value := make([]byte, 200)
	writes := func(i int64, put func(key string) error) error {
		for _, kind := range []string{"sess", "uniq", "aud", "head"} {
			if err := put(fmt.Sprintf("%s/%016x", kind, uint64(i)*0x9E3779B97F4A7C15)); err != nil {
				return err
			}
		}
		return nil
	}
	raw := func(commit func(*bbolt.DB, func(*bbolt.Tx) error) error) func(b *testing.B) func(int64) error {
		return func(b *testing.B) func(int64) error {
			db, err := bbolt.Open(filepath.Join(b.TempDir(), "bench.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			db.AllocSize = 4 << 20
			return func(i int64) error {
				return commit(db, func(tx *bbolt.Tx) error {
					bucket, err := tx.CreateBucketIfNotExists([]byte("data"))
					if err != nil {
						return err
					}
					return writes(i, func(key string) error { return bucket.Put([]byte(key), value) })
				})
			}
		}
	}
	for _, way := range []struct {
		name string
		open func(b *testing.B) (update func(int64) error)
	}{
		{"store", func(b *testing.B) func(int64) error {
			s, err := bolt.Open(config(filepath.Join(b.TempDir(), "bench.db")))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { s.Close() })
			return func(i int64) error {
				return s.Update(b.Context(), func(tx store.Tx) error {
					return writes(i, func(key string) error { return tx.Put(key, value) })
				})
			}
		}},
		{"bbolt.Batch", raw((*bbolt.DB).Batch)},
		{"bbolt.Update", raw((*bbolt.DB).Update)},
	} {
		for _, writers := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/writers=%d", way.name, writers), func(b *testing.B) { benchUpdate(b, writers, way.open(b)) })
		}
	}
}

func benchUpdate(b *testing.B, writers int, update func(int64) error) {
	var n atomic.Int64
	var group sync.WaitGroup
	took := make([][]time.Duration, writers)
	b.ResetTimer()
	for w := range writers {
		group.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				began := time.Now()
				if err := update(i); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(began))
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(all[len(all)/2].Seconds()*1000, "p50-ms")
}

func BenchmarkView(b *testing.B) {
	s, err := bolt.Open(config(filepath.Join(b.TempDir(), "bench.db")))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	err = s.Update(b.Context(), func(tx store.Tx) error { return tx.Put("key", make([]byte, 200)) })
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		err := s.View(b.Context(), func(tx store.Tx) error {
			_, err := tx.Get("key")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
