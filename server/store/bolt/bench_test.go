package bolt_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
)

// BenchmarkUpdate measures the group commit: a sign-in's worth of writes.
func BenchmarkUpdate(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s, err := bolt.Open(config(filepath.Join(b.TempDir(), "bench.db")))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			var n atomic.Int64
			value := make([]byte, 200)
			var group sync.WaitGroup
			b.ResetTimer()
			for range writers {
				group.Go(func() {
					for {
						i := n.Add(1)
						if i > int64(b.N) {
							return
						}
						err := s.Update(b.Context(), func(tx store.Tx) error {
							for _, kind := range []string{"sess", "uniq", "aud", "head"} {
								if err := tx.Put(fmt.Sprintf("%s/%016x", kind, uint64(i)*0x9E3779B97F4A7C15), value); err != nil {
									return err
								}
							}
							return nil
						})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
		})
	}
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
