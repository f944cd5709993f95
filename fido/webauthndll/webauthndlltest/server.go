package webauthndlltest

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"nightlatch/fido"
)

// Environment is the environment variable that names the server to the library.
const Environment = "NIGHTLATCH_TEST_WEBAUTHN"

//go:embed testdata/webauthn.c
var source []byte

// Build compiles webauthn.dll into a directory.
func Build(ctx context.Context, dir string) (path string, err error) {
	c := filepath.Join(dir, "webauthn.c")
	if err := os.WriteFile(c, source, 0o600); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "webauthn.dll")
	out, err := exec.CommandContext(ctx, "x86_64-w64-mingw32-gcc", "-shared", "-O1", "-Wall", "-Werror", "-o", path, c, "-lws2_32").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("webauthndlltest: %w: %s", err, out)
	}
	return path, nil
}

// A Behaviour is what the library does instead of using the key.
type Behaviour struct {
	API    uint32            // the API version; 0 means 3
	NoAPI  bool              // the API version is 0
	Result uint32            // HRESULT of an error; 0 means that the key is used
	Wait   bool              // the dialog stays open until it is cancelled
	Wrong  map[string]uint64 // wrong values: "data-at": an address, "data-size", "version", "empty" …
}

// A Server answers the library.
type Server struct {
	Key    Key
	listen net.Listener
	ended  chan struct{} // when the last connection is closed

	mu        sync.Mutex
	behaviour Behaviour
	cancelled chan struct{} // closed by a cancellation of the operation that waits
	waits     chan struct{} // receives a value for each operation that waits
	ends      chan struct{} // receives a value for each of them that is cancelled
	requests  []Request
	freed     int
	faults    []string
}

// A Request is what the library read from the structures.
type Request struct {
	Op     string // "create" or "get"
	values []value
}

type value struct{ name, text string }

// Number returns a number, or -1.
func (r Request) Number(name string) int64 {
	for _, v := range r.values {
		if n, err := strconv.ParseInt(v.text, 10, 64); v.name == name && err == nil {
			return n
		}
	}
	return -1
}

// Bytes returns all values of a name.
func (r Request) Bytes(name string) (all [][]byte) {
	for _, v := range r.values {
		if v.name == name {
			b, _ := hex.DecodeString(v.text) // wrong digits of the library give wrong bytes
			all = append(all, b)
		}
	}
	return all
}

// Text returns a text, "" if there is none.
func (r Request) Text(name string) string {
	b := r.first(name)
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// Listen starts a server. Call Close when it is no longer used.
func Listen() (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{listen: l, ended: make(chan struct{}), waits: make(chan struct{}, 16), ends: make(chan struct{}, 16)}
	go s.serve()
	return s, nil
}

// Address is the value of the environment variable.
func (s *Server) Address() string { return s.listen.Addr().String() }

// Close stops the server.
func (s *Server) Close() error {
	err := s.listen.Close()
	s.cancel()
	<-s.ended
	return err
}

// Set changes the behaviour from the next request on.
func (s *Server) Set(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

// Waits receives a value when an operation begins to wait.
func (s *Server) Waits() <-chan struct{} { return s.waits }

// Cancellations receives a value when an operation that waited was cancelled.
func (s *Server) Cancellations() <-chan struct{} { return s.ends }

// Last returns the last request, and how many answers the program has freed.
func (s *Server) Last() (r Request, freed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.requests); n > 0 {
		r = s.requests[n-1]
	}
	return r, s.freed
}

// Faults returns what was wrong with the requests.
func (s *Server) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.faults)
}

func (s *Server) serve() {
	defer close(s.ended)
	var open sync.WaitGroup
	defer open.Wait()
	for {
		c, err := s.listen.Accept()
		if err != nil {
			return
		}
		open.Go(func() {
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(time.Minute)) // an operation that waits longer has failed
			r, err := read(c)
			if err == nil {
				_, _ = io.WriteString(c, s.answer(r)) // a program that has ended needs no answer
			}
		})
	}
}

func read(from io.Reader) (r Request, err error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		op, begins := strings.CutPrefix(name, "op-")
		switch {
		case name == "":
			return r, nil
		case begins:
			r.Op = op
		default:
			r.values = append(r.values, value{name, text})
		}
	}
	return r, io.ErrUnexpectedEOF
}

// answer returns the lines of the answer.
func (s *Server) answer(r Request) string {
	s.mu.Lock()
	b := s.behaviour
	switch r.Op {
	case "free":
		s.freed++
	case "create", "get":
		s.requests = append(s.requests, r)
		s.faults = append(s.faults, r.faults(b.api())...)
		if b.Wait {
			s.cancelled = make(chan struct{})
		}
	}
	cancelled := s.cancelled
	s.mu.Unlock()
	switch r.Op {
	case "version":
		return fmt.Sprintf("api %d\n", b.api())
	case "cancel":
		s.cancel()
		return ""
	case "create", "get":
	default:
		return ""
	}
	if b.Wait {
		s.waits <- struct{}{}
		<-cancelled
		s.ends <- struct{}{}
		return result(userCancelled)
	}
	if b.Result != 0 {
		return result(b.Result)
	}
	var out strings.Builder
	for name, v := range b.Wrong { // before the right values, because the first one counts
		fmt.Fprintf(&out, "%s %d\n", name, v)
	}
	if r.Op == "create" {
		s.create(&out, r)
	} else {
		s.get(&out, r)
	}
	return out.String()
}

func (b Behaviour) api() uint32 {
	switch {
	case b.NoAPI:
		return 0
	case b.API == 0:
		return 3
	}
	return b.API
}

func (s *Server) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancelled != nil {
		close(s.cancelled)
		s.cancelled = nil
	}
}

// HRESULTs (winerror.h).
const (
	alreadyThere  = 0x8009_000f // NTE_EXISTS
	notFound      = 0x8009_0011 // NTE_NOT_FOUND
	notSupported  = 0x8009_0029 // NTE_NOT_SUPPORTED
	userCancelled = 0x8009_0036 // NTE_USER_CANCELLED
)

func result(hr uint32) string { return fmt.Sprintf("result %d\n", int32(hr)) }

func (s *Server) create(out *strings.Builder, r Request) {
	c := fido.DialogCreation{
		ClientData: r.first("client"), RPID: r.Text("rp"), UserID: r.first("user"),
		Exclude: r.credentials(), Verification: r.verification(),
	}
	for _, v := range r.values {
		if n, err := strconv.ParseInt(v.text, 10, 64); v.name == "algorithm" && err == nil {
			c.Algorithms = append(c.Algorithms, n)
		}
	}
	made, err := s.Key.Create(context.Background(), c)
	switch {
	case errors.Is(err, fido.ErrAlreadyEnrolled):
		out.WriteString(result(alreadyThere))
		return
	case err != nil:
		out.WriteString(result(notSupported))
		return
	}
	idSize := int(binary.BigEndian.Uint16(made.AuthData[53:55]))
	format := "packed"
	if r.Number("conveyance") == 1 { // none
		format = "none"
	}
	var units []byte
	for _, u := range utf16.Encode([]rune(format + "\x00")) {
		units = binary.LittleEndian.AppendUint16(units, u)
	}
	fmt.Fprintf(out, "result 0\nformat %x\ndata %x\nid %x\nsignature %x\n", units, made.AuthData, made.AuthData[55:55+idSize], made.Signature)
}

func (s *Server) get(out *strings.Builder, r Request) {
	got, err := s.Key.Get(context.Background(), fido.DialogRequest{
		ClientData: r.first("client"), RPID: r.Text("rp"), Allow: r.credentials(), Verification: r.verification(),
	})
	if err != nil {
		out.WriteString(result(notFound))
		return
	}
	fmt.Fprintf(out, "result 0\ndata %x\nsignature %x\nid %x\nuser %x\n", got.AuthData, got.Signature, got.CredentialID, got.UserID)
}

func (r Request) first(name string) []byte {
	if all := r.Bytes(name); len(all) > 0 {
		return all[0]
	}
	return nil
}

func (r Request) credentials() (out []fido.DialogCredential) {
	for _, id := range r.Bytes("credential") {
		out = append(out, fido.DialogCredential{ID: id})
	}
	return out
}

func (r Request) verification() string {
	return map[int64]string{1: "required", 2: "preferred", 3: "discouraged"}[r.Number("verification")]
}

// faults returns what the real library would refuse, or would not understand in this API
// version.
func (r Request) faults(api uint32) (all []string) {
	versions := map[string]int64{"client-version": 1, "options-version": 4, "credential-version": 1}
	if r.Op == "create" {
		versions = map[string]int64{"client-version": 1, "options-version": 3, "credential-version": 1, "rp-version": 1, "user-version": 1, "parameter-version": 1}
	}
	if api >= 3 {
		versions["options-version"]++
	}
	for _, v := range r.values {
		if want, known := versions[v.name]; known && v.text != strconv.FormatInt(want, 10) {
			all = append(all, fmt.Sprintf("%s is %s with API version %d", v.name, v.text, api))
		}
	}
	if t := r.Text("client-hash"); t != "SHA-256" {
		all = append(all, "the hash algorithm is "+t)
	}
	if r.Number("window") != 1 {
		all = append(all, "the dialog has no window")
	}
	if id := r.first("cancellation"); len(id) != 16 || id[15] != 0xa5 {
		all = append(all, fmt.Sprintf("the cancellation ID is %x", id))
	}
	return all
}
