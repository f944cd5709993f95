package apdu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The cases of ISO/IEC 7816-3, section 12.1.3, and the commands of CTAP section 11.3.
var commands = []struct {
	name, raw string
	want      Command
}{
	{"case 1", "80120100", Command{CLA: 0x80, INS: 0x12, P1: 1}},
	{"case 2", "8011000000", Command{CLA: 0x80, INS: 0x11, Expect: 256}},
	{"case 2, seven", "00c0000007", Command{INS: 0xc0, Expect: 7}},
	{"case 3", "00a4040008a0000006472f0001", Command{INS: 0xa4, P1: 4, Data: []byte("\xa0\x00\x00\x06\x47\x2f\x00\x01")}},
	{"case 4", "80108000010400", Command{CLA: 0x80, INS: 0x10, P1: 0x80, Data: []byte{4}, Expect: 256}},
	{"case 2, extended", "00030000000000", Command{INS: 3, Expect: 65536, Extended: true}},
	{"case 2, extended, 257", "00030000000101", Command{INS: 3, Expect: 257, Extended: true}},
	{"case 2, extended, 255", "000300000000ff", Command{INS: 3, Expect: 255, Extended: true}},
	{"case 3, extended", "8010000000000104", Command{CLA: 0x80, INS: 0x10, Data: []byte{4}, Extended: true}},
	{"case 4, extended", "80100000000001040000", Command{CLA: 0x80, INS: 0x10, Data: []byte{4}, Expect: 65536, Extended: true}},
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for _, tt := range commands {
		raw := unhex(t, tt.raw)
		got, err := ParseCommand(raw)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
		if again := tt.want.Bytes(); !bytes.Equal(again, raw) {
			t.Errorf("%s: encoded as %x, want %x", tt.name, again, raw)
		}
	}
}

func TestMalformedCommand(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "801080", // no header
		"801080000204",             // 1 byte instead of 2
		"8010800001040000",         // two bytes after the data
		"801080000000020a",         // 1 byte of extended data instead of 2
		"801080000000010000000000", // more than an expected length after extended data
	} {
		if c, err := ParseCommand(unhex(t, raw)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", raw, c, err)
		}
	}
}

// Real keys accept these lengths, which some hosts send, although they do not
// follow ISO/IEC 7816-4.
func TestLenientLengths(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Command{
		"00030000":             {INS: 3},
		"0003000000":           {INS: 3, Expect: 256},
		"000300000000":         {INS: 3, Expect: 256},                   // a length of zero, then the expected one
		"00030000000000":       {INS: 3, Expect: 65536, Extended: true}, // the same in extended form
		"000300000000000000":   {INS: 3, Expect: 65536, Extended: true},
		"00030000000000000000": {INS: 3, Expect: 65536, Extended: true},
		"00030000000000ff":     {INS: 3, Expect: 255, Extended: true},
		"00010000000001ab00":   {INS: 1, Data: []byte{0xab}, Expect: 65536, Extended: true},
		"00010000000001ab0000": {INS: 1, Data: []byte{0xab}, Expect: 65536, Extended: true},
	} {
		got, err := ParseCommand(unhex(t, raw))
		if err != nil || !bytes.Equal(got.Data, want.Data) || got.INS != want.INS || got.Expect != want.Expect || got.Extended != want.Extended {
			t.Errorf("%s: %+v, %v; want %+v", raw, got, err, want)
		}
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	whole := Command{CLA: 0x80, INS: 0x10, P1: 0x80, Data: bytes.Repeat([]byte{7}, 600), Expect: 256}
	var data []byte
	parts := whole.Chain()
	for i, p := range parts {
		last := i == len(parts)-1
		if got := p.CLA&Chained == 0; got != last {
			t.Errorf("part %d: class %02x", i, p.CLA)
		}
		if want := map[bool]int{true: 256}[last]; p.Expect != want {
			t.Errorf("part %d expects %d bytes, want %d", i, p.Expect, want)
		}
		data = append(data, p.Data...)
	}
	if len(parts) != 3 || !bytes.Equal(data, whole.Data) {
		t.Errorf("%d parts with %d bytes", len(parts), len(data))
	}
}

func TestResponse(t *testing.T) {
	t.Parallel()
	r, err := ParseResponse([]byte{1, 2, 0x61, 0})
	if err != nil || !bytes.Equal(r.Data, []byte{1, 2}) || r.Status.Kind() != More || r.Status.Count() != 256 {
		t.Errorf("%+v, %v", r, err)
	}
	if !bytes.Equal(r.Bytes(), []byte{1, 2, 0x61, 0}) {
		t.Errorf("encoded as %x", r.Bytes())
	}
	if _, err := ParseResponse([]byte{0x90}); !errors.Is(err, ErrMalformed) {
		t.Errorf("one byte: %v", err)
	}
}

// FuzzCommand checks that encoding a parsed command gives an equal command.
func FuzzCommand(f *testing.F) {
	for _, tt := range commands {
		f.Add(unhex(f, tt.raw))
	}
	f.Add(Command{CLA: 0x90, INS: 0x10, Data: make([]byte, 255)}.Bytes())
	f.Add(Command{CLA: 0x80, INS: 0x10, Data: make([]byte, 256), Expect: 65536}.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := ParseCommand(raw)
		if err != nil {
			return
		}
		again, err := ParseCommand(c.Bytes())
		if err != nil || !bytes.Equal(again.Data, c.Data) || again.Expect != c.Expect || again.Extended != c.Extended ||
			again.CLA != c.CLA || again.INS != c.INS || again.P1 != c.P1 || again.P2 != c.P2 {
			t.Errorf("%x: %+v became %+v, %v", raw, c, again, err)
		}
	})
}
