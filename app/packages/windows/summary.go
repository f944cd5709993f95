package windows

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Properties of a summary information stream ([MS-OLEPS] 2.25.1).
const (
	packageCode = 9 // as the revision number
	created     = 12
	lastSaved   = 13

	typeString = 30 // VT_LPSTR
	typeTime   = 64 // VT_FILETIME
)

// summaryFormat is FMTID_SummaryInformation as it is stored.
var summaryFormat = []byte{0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9}

var errSummary = errors.New("windows: the package's summary is not as wixl writes it")

// setSummary replaces the package code and the times in a Windows Installer database. wixl
// takes a random code and the time of the build, and both would differ in every build. They
// keep their lengths, so they are replaced in place.
func setSummary(database []byte, code string, at time.Time) error {
	found := bytes.Index(database, summaryFormat)
	const before = 28 // of the header of the stream, [MS-OLEPS] 2.21
	if found < before || bytes.Contains(database[found+1:], summaryFormat) || found+20 > len(database) {
		return errSummary
	}
	stream := database[found-before:]
	offset := binary.LittleEndian.Uint32(stream[before+16:])
	if int64(offset)+8 > int64(len(stream)) {
		return errSummary
	}
	set := stream[offset:]
	size, count := binary.LittleEndian.Uint32(set), binary.LittleEndian.Uint32(set[4:])
	if int64(size) > int64(len(set)) || int64(count)*8+8 > int64(size) {
		return errSummary
	}
	set = set[:size]
	replaced := 0
	for i := range count {
		id, at32 := binary.LittleEndian.Uint32(set[8+8*i:]), binary.LittleEndian.Uint32(set[12+8*i:])
		if int64(at32)+16 > int64(size) {
			continue // a value of 4 bytes at the end; none of ours
		}
		value := set[at32:]
		kind := binary.LittleEndian.Uint32(value)
		switch {
		case id == packageCode && kind == typeString:
			if n := binary.LittleEndian.Uint32(value[4:]); int(n) != len(code)+1 || len(value) < 8+int(n) {
				return fmt.Errorf("%w: a package code of %d bytes", errSummary, n)
			}
			copy(value[8:], code)
			replaced++
		case (id == created || id == lastSaved) && kind == typeTime:
			binary.LittleEndian.PutUint64(value[4:], filetime(at))
			replaced++
		}
	}
	if replaced != 3 {
		return fmt.Errorf("%w: %d of 3 values", errSummary, replaced)
	}
	return nil
}

// filetime counts steps of 100 ns since 1601.
func filetime(at time.Time) uint64 {
	const from1601 = 11_644_473_600 // seconds to 1970
	return uint64(at.Unix()+from1601) * 10_000_000
}
