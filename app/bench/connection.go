package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// A connection is a persistent connection to a server. It supports only the part of
// HTTP/1.1 that these servers use, so that the load generator takes little CPU time. It is
// used by one goroutine.
type connection struct {
	conn net.Conn
	in   *bufio.Reader
	host string
	out  []byte // the request under way
	body []byte // of the last answer
}

// dial connects to a server's URL.
func dial(url string) (*connection, error) { return dialWith(url, &net.Dialer{}) }

func dialWith(url string, d *net.Dialer) (*connection, error) {
	host := strings.TrimPrefix(url, "http://")
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		return nil, err
	}
	conn, err := d.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	return &connection{conn: conn, in: bufio.NewReader(conn), host: host}, nil
}

func (l *connection) close() { _ = l.conn.Close() } // an error does not matter: nothing was being sent

// get returns the bytes of a GET request. header contains whole lines.
func (l *connection) get(path, header string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, l.host, header)
}

// post sends a JSON body and returns the answer's, which is valid until the next request.
func (l *connection) post(path string, header string, body []byte) (status int, answer []byte, err error) {
	l.out = fmt.Appendf(l.out[:0], "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, l.host, header, len(body))
	return l.exchange(append(l.out, body...))
}

var errAnswer = errors.New("unexpected answer")

// exchange sends a whole request and reads the answer (RFC 9112), which must have a
// Content-Length.
func (l *connection) exchange(request []byte) (status int, answer []byte, err error) {
	if _, err := l.conn.Write(request); err != nil {
		return 0, nil, err
	}
	first, err := l.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(first) < 12 {
		return 0, nil, fmt.Errorf("%w: %q", errAnswer, first)
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil {
		return 0, nil, fmt.Errorf("%w: %q", errAnswer, first)
	}
	length := -1
	for {
		field, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		if len(field) <= 2 {
			break
		}
		if v, ok := bytes.CutPrefix(field, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return 0, nil, err
			}
		}
	}
	if length < 0 {
		return 0, nil, fmt.Errorf("%w: no length", errAnswer)
	}
	if cap(l.body) < length {
		l.body = make([]byte, length)
	}
	l.body = l.body[:length]
	_, err = io.ReadFull(l.in, l.body)
	return status, l.body, err
}

// field returns the value of the first JSON member with this name: the text up to the next
// comma, quote or brace.
func field(answer []byte, name string) ([]byte, error) {
	_, rest, ok := bytes.Cut(answer, []byte(`"`+name+`":`))
	if !ok {
		return nil, fmt.Errorf("%w: no %s in %s", errAnswer, name, answer)
	}
	rest = bytes.TrimPrefix(rest, []byte(`"`))
	if end := bytes.IndexAny(rest, `",}`); end >= 0 {
		rest = rest[:end]
	}
	return rest, nil
}
