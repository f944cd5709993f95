package ctaphid

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// resyncAfter is how long a record may stay incomplete. A host writes whole records; an
// incomplete one comes from a host that has ended, and is discarded.
const resyncAfter = 200 * time.Millisecond

// readReports splits the stream into records and sends their reports to the channel.
func readReports(ctx context.Context, r io.Reader, to chan<- []byte) error {
	var partial []byte
	var at time.Time
	buf := make([]byte, 64*RecordSize)
	for {
		n, err := r.Read(buf)
		if len(partial) > 0 && time.Since(at) > resyncAfter {
			partial = partial[:0]
		}
		partial, at = append(partial, buf[:n]...), time.Now()
		for len(partial) >= RecordSize {
			report := append([]byte(nil), partial[1:RecordSize]...)
			partial = partial[RecordSize:]
			select {
			case to <- report:
			case <-ctx.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("ctaphid: reading: %w", err)
		}
	}
}
