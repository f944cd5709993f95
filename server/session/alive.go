package session

import "time"

// Alive reports whether a session that was read earlier still is, at a later time
// and with nothing written to its account since.
func (b *Book) Alive(s Session, now time.Time) bool {
	return b.alive(record{Session: s}, cut{}, now)
}
