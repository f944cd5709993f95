//go:build !windows

package print

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// Tags of IPP (RFC 8010, 3.5).
const (
	ippOperation  = 0x01
	ippEnd        = 0x03
	ippFirstValue = 0x10
	ippInteger    = 0x21
	ippBoolean    = 0x22
	ippEnum       = 0x23
	ippName       = 0x42
	ippKeyword    = 0x44
	ippURI        = 0x45
	ippCharset    = 0x47
	ippLanguage   = 0x48
)

// Operations of IPP (RFC 8011, 5.4.15).
const (
	cancelJob            = 0x0008
	getJobAttributes     = 0x0009
	getPrinterAttributes = 0x000b
)

// A request is an IPP request (RFC 8010, 3.1).
type request struct{ bytes.Buffer }

// newRequest begins a request about a job or a printer; target is the name of the
// attribute with its URI.
func newRequest(operation byte, target, uri, who string) *request {
	r := &request{}
	r.Write([]byte{2, 0, 0, operation, 0, 0, 0, 1, ippOperation}) // version 2.0, request 1
	r.attribute(ippCharset, "attributes-charset", "utf-8")
	r.attribute(ippLanguage, "attributes-natural-language", "en")
	r.attribute(ippURI, target, uri)
	r.attribute(ippName, "requesting-user-name", who)
	return r
}

// attribute adds an attribute, or with an empty name another value of the last one.
func (r *request) attribute(tag byte, name, value string) {
	r.WriteByte(tag)
	for _, part := range []string{name, value} {
		r.Write(binary.BigEndian.AppendUint16(nil, uint16(len(part))))
		r.WriteString(part)
	}
}

// ask asks for attributes.
func (r *request) ask(names ...string) {
	for i, n := range names {
		name := ""
		if i == 0 {
			name = "requested-attributes"
		}
		r.attribute(ippKeyword, name, n)
	}
}

// Statuses of answers (RFC 8011, B.1).
const (
	lastSuccess    = 0x00ff
	statusNotFound = 0x0406
)

// errNoJob reports that the scheduler does not know a job.
var errNoJob = errors.New("print: no such job")

// send sends a request to the scheduler, and returns the attributes of the answer.
func (r *request) send(ctx context.Context, who string) (map[string][]string, error) {
	r.WriteByte(ippEnd)
	server, _, err := run(ctx, nil, "lpstat", "-H")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPrintSystemMissing, err)
	}
	reply, err := post(ctx, strings.TrimSpace(server), who, r.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPrintSystemMissing, err)
	}
	switch status := binary.BigEndian.Uint16(reply[2:4]); {
	case status == statusNotFound:
		return nil, errNoJob
	case status > lastSuccess:
		return nil, fmt.Errorf("print: the request failed with IPP status %#04x", status)
	}
	return attributes(reply[8:])
}

// attributes decodes the attributes of an answer; integers are in decimal.
func attributes(b []byte) (map[string][]string, error) {
	all, name := map[string][]string{}, ""
	cut := func() (string, bool) {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return "", false
		}
		n := 2 + int(binary.BigEndian.Uint16(b))
		value := string(b[2:n])
		b = b[n:]
		return value, true
	}
	for len(b) > 0 {
		tag := b[0]
		b = b[1:]
		if tag == ippEnd {
			return all, nil
		}
		if tag < ippFirstValue { // the next group
			continue
		}
		called, ok := cut()
		value, ok2 := cut()
		if !ok || !ok2 {
			break
		}
		if called != "" {
			name = called
		}
		if (tag == ippInteger || tag == ippEnum) && len(value) == 4 {
			value = strconv.Itoa(int(int32(binary.BigEndian.Uint32([]byte(value)))))
		}
		all[name] = append(all[name], value)
	}
	return nil, errors.New("print: the answer of the scheduler is incomplete")
}

// post sends a request to the scheduler at the path of a socket or at host:port. On a
// local socket, the scheduler gets the user from the kernel.
func post(ctx context.Context, server, who string, request []byte) ([]byte, error) {
	local := strings.HasPrefix(server, "/")
	if local {
		server = strings.TrimSuffix(server, ":631")
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		if local {
			return d.DialContext(ctx, "unix", server)
		}
		return d.DialContext(ctx, network, addr)
	}}
	host := server
	if local {
		host = "localhost"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+host+"/jobs/", bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/ipp")
	if local {
		req.Header.Set("Authorization", "PeerCred "+who)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the scheduler answered %s", resp.Status)
	case len(reply) < 8:
		return nil, errors.New("the answer of the scheduler is incomplete")
	}
	return reply, nil
}
