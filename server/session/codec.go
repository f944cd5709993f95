package session

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// recordVersion is the first byte of an encoded record. Then come the strings,
// the times in nanoseconds since 1970, the generation, the epoch (from version
// 2 on), the last activity of a person (from version 3 on), and whether the session is
// ageless (from version 4 on). The encoding is
// binary because every request reads a record, and decoding JSON would take
// longer than reading it from the store.
const recordVersion = 4

// noTime is the encoding of the zero time.
const noTime = math.MinInt64

var errRecord = errors.New("session: malformed record")

func (r record) encode() []byte {
	b := make([]byte, 0, 256)
	b = append(b, recordVersion)
	for _, s := range []string{r.ID, r.Account, r.Client, r.RemoteAddr, r.Kind, r.MAC} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, t := range []time.Time{r.Created, r.LastSeen, r.Expires, r.Proved} {
		ns := int64(noTime)
		if !t.IsZero() {
			ns = t.UnixNano()
		}
		b = binary.AppendVarint(b, ns)
	}
	b = binary.AppendUvarint(b, r.Gen)
	b = binary.AppendUvarint(b, r.Epoch)
	active := uint64(0) // the zero time
	if !r.Active.IsZero() {
		active = uint64(max(0, r.Active.UnixNano()))
	}
	b = binary.AppendUvarint(b, active)
	ageless := uint64(0)
	if r.Ageless {
		ageless = 1
	}
	return binary.AppendUvarint(b, ageless)
}

func decode(b []byte) (r record, err error) {
	if len(b) == 0 || b[0] < 1 || b[0] > recordVersion {
		return record{}, errRecord
	}
	all := string(b[1:]) // one copy; the strings below share it
	rest := b[1:]
	for _, s := range []*string{&r.ID, &r.Account, &r.Client, &r.RemoteAddr, &r.Kind, &r.MAC} {
		n, used := binary.Uvarint(rest)
		if used <= 0 || n > uint64(len(rest)-used) {
			return record{}, errRecord
		}
		at := len(all) - len(rest) + used
		*s, rest = all[at:at+int(n)], rest[used+int(n):]
	}
	for _, t := range []*time.Time{&r.Created, &r.LastSeen, &r.Expires, &r.Proved} {
		ns, used := binary.Varint(rest)
		if used <= 0 {
			return record{}, errRecord
		}
		if ns != noTime {
			*t = time.Unix(0, ns).UTC()
		}
		rest = rest[used:]
	}
	var active, ageless uint64
	numbers := []*uint64{&r.Gen, &r.Epoch, &active, &ageless}
	for _, n := range numbers[:b[0]] {
		v, used := binary.Uvarint(rest)
		if used <= 0 {
			return record{}, errRecord
		}
		*n, rest = v, rest[used:]
	}
	if len(rest) > 0 || active > math.MaxInt64 || ageless > 1 {
		return record{}, errRecord
	}
	r.Ageless = ageless == 1
	r.Active = r.LastSeen // earlier versions have no separate time
	if active > 0 {
		r.Active = time.Unix(0, int64(active)).UTC()
	}
	return r, nil
}
